/** The answer of a question. */
export type Outcome = 'true' | 'false' | 'undecided';

/** The model does not define the meaning of this text or value. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
}

/**
 * The doubt that a condition leaves: none, a doubt that counts only below `not` and `forall`, or a doubt that always counts. A pattern with an
 * attribute that the value does not have leaves the second.
 */
export type Doubt = 0 | 1 | 2;
export const noDoubt = 0;
export const doubtIfNegated = 1;
export const doubt = 2;

/** Thrown where the data cannot decide a condition. */
export class Undecided {
  constructor(readonly doubt: Doubt = 2) {}
}
/** Thrown where a condition is false because a term has no value, such as a missing key of a dictionary in the policy. */
export class NoValue {}
/** Thrown where a condition needs the value of a variable that has none. It waits for the value. */
export class Waits {
  constructor(readonly variable: string) {}
}
