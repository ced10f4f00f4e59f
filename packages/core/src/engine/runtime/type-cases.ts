import { isThenable } from '../../internal/promise.js';
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

/** Returns the function that continues for an argument, or undefined if it has no case yet. */
export function caseByTypes<Target>(
  cases: TypeCases<Target>,
  value: unknown,
  query: { typeOf(value: unknown): TypeSet },
): Target | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      if (cases.allLiterals.has(value)) return undefined;
      return typeof value === 'string' && cases.otherText !== undefined
        ? cases.otherText
        : cases.others.get(query.typeOf(value));
    default:
      // A promise has no case.
      return isThenable(value) ? undefined : cases.types.get(query.typeOf(value));
  }
}
