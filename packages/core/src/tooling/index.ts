// The entry for tools: the tree, the parser, the printer and the checks, without the engine.
export * from '../syntax/index.js';
export { checkConditions, checkPolicy, type CheckPolicyOptions } from '../policy/build/check-policy.js';
