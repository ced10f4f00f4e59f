// The code that runs a candidate policy next to the policy in use.
export { loadCandidate } from './load-candidate.js';
