import { ignoreRejection } from './handle-rejections.js';

/** Returns a promise of a result that is made from a promised value. It starts when it is awaited, as query builders do. */
export function later(
  promise: PromiseLike<unknown>,
  make: (settled: unknown) => unknown,
): PromiseLike<unknown> {
  ignoreRejection(promise);
  // oxlint-disable-next-line unicorn/no-thenable -- awaited like any promise of the application
  return { then: (...ends) => promise.then(make).then(...ends) };
}
