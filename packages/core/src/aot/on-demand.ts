/**
 * The module that a policy which was compiled ahead of time loads when a check first meets a promise. It is not in the list of
 * `Authorizer`, so that a bundle contains nothing else of that list.
 */
export const loadWaitingChecks = () => import('../engine/runtime/waiting-checks.js');
