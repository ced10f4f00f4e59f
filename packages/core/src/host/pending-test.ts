import type { DeclaredType } from '../types/declared-type.js';

/** A test of a type whose predicate returned a promise, in the dialect oso. It is an error where the engine cannot await the promise. */
export class PendingTest extends TypeError {
  override readonly name = 'TypeError';

  constructor(
    readonly type: DeclaredType,
    readonly value: unknown,
    readonly promise: PromiseLike<unknown>,
  ) {
    super(`the predicate of ${type.name} returned a promise; expected true or false here`);
  }
}
