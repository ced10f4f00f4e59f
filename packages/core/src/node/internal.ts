// `@nanook/core/internal` under Node, with the reader of policy files.

export * from '../internal.js';
export { readPolicies } from './read-policies.js';
