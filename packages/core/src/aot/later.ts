// The module that a policy which was compiled ahead of time loads when it first needs it. It is one file, because a bundler puts the code that
// several such files share with the start into further files.
export { WaitingChecks } from '../engine/runtime/waiting-checks.js';
export { CommonChecks } from './common-checks.js';
