import type { DeclaredType } from '../types/declared-type.js';

/**
 * The types of a value for which some predicates threw. It contains their types too, so that an index of rules offers the rules that name them,
 * but a test for one of them throws the error: the answer is neither yes nor no.
 */
export class UndecidedTypes extends Set<DeclaredType> {
  #errors: ReadonlyMap<DeclaredType, unknown> = new Map();

  /** Records the errors for the last value with these types. */
  note(errors: ReadonlyMap<DeclaredType, unknown>): void {
    this.#errors = errors;
    for (const type of errors.keys()) this.add(type);
  }

  /** @throws the error of the predicate when the type is undecided */
  override has(type: DeclaredType): boolean {
    if (this.#errors.has(type)) throw this.#errors.get(type);
    return super.has(type);
  }

  /** Whether a test for some type throws. */
  get isUndecidedForSome(): boolean {
    return this.#errors.size > 0;
  }

  /** Returns whether a test for a type throws. */
  isUndecided(type: DeclaredType): boolean {
    return this.#errors.has(type);
  }
}

/** Returns whether a test for one of some types throws, so that only the condition itself may make it. */
export const someUndecided = (types: ReadonlySet<DeclaredType>, tested: readonly DeclaredType[]): boolean =>
  types instanceof UndecidedTypes && tested.some((type) => types.isUndecided(type));

/** Returns whether a test for some type throws. */
export const hasUndecided = (types: ReadonlySet<DeclaredType>): boolean =>
  types instanceof UndecidedTypes && types.isUndecidedForSome;
