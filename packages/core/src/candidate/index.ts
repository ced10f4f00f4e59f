// `@nanook/core/candidate`: a second policy next to the one in use, and the comparison of decisions.

export { loadCandidate, type CandidatePolicy } from './candidate-policy.js';
export type { ActorIdentity, CandidateOptions } from './candidate-options.js';
export type { CandidateCounts } from './comparison.js';
export {
  compareWith,
  type AnswerDifference,
  type ComparedAuthorizer,
  type CompareCounts,
  type CompareOptions,
  type IsAllowed,
} from './compare-with.js';
export type { ComparedOutcome } from './compare.js';
export {
  diffPolicies,
  type DiffedCheck,
  type DiffFixtures,
  type DiffOptions,
  type PolicyDiff,
} from './diff-policies.js';
export { renderDifference, type ComparedDecision, type DecisionDifference } from './difference.js';
