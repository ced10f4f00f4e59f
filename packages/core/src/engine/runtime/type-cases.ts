import type { TypeSet } from '../../host/type-set.js';

/** The functions that a dispatching function continues with, for values that neither a literal nor a class identifies. */
export interface TypeCases<Target> {
  /** The literals of the rules at the position, with or without a case. */
  readonly allLiterals: ReadonlyMap<unknown, unknown>;
  /** The function for a string that is not one of them, if all such strings have the same types. */
  readonly otherText: Target | undefined;
  /** The functions for other strings, numbers and booleans, by their types. */
  readonly others: ReadonlyMap<TypeSet, Target>;
  /** The functions for all other values, by their types. */
  readonly types: ReadonlyMap<TypeSet, Target>;
}
