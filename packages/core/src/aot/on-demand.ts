/**
 * Loads the code that a policy which was compiled ahead of time needs when a check first meets a promise, and for all methods but `can`
 * and `canSync`. It is not in the list of `Authorizer`, so that a bundle contains nothing else of that list.
 */
export const loadLater = () => import('./later.js');
