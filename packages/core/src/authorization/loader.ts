// The code that loads a policy and runs its checks.
export { createParts } from './authorizer-parts.js';
export { DecisionEngine, withoutRecords } from './decision-engine.js';
export { loadPolicy } from './loaded-policy.js';
export { warmUp } from './warm-up.js';
export { validateReloadOptions } from './validate-load-options.js';
