import { PolarError } from '../diagnostics/polar-error.js';

/**
 * Makes the promise of an object report that it was not awaited, because `Authorizer.load(…).can(…)` would fail with
 * "can is not a function". The members of the object throw `POLAR_LOAD_NOT_AWAITED` when they are read from the promise.
 *
 * @returns the promise
 */
export function explainMissingAwait<T extends object>(promise: Promise<T>, prototype: T): Promise<T> {
  for (
    let p: object | null = prototype;
    p !== null && p !== Object.prototype;
    p = Object.getPrototypeOf(p) as object | null
  ) {
    for (const member of Object.getOwnPropertyNames(p)) {
      if (member in promise) continue;
      void Object.defineProperty(promise, member, {
        get: () => {
          throw new PolarError('POLAR_LOAD_NOT_AWAITED', { member });
        },
      });
    }
  }
  return promise;
}
