import type { Compared, EqualityContext } from '../engine/equality.js';
import type { Class } from '../types/type-declaration.js';

/** The operators of the dialect oso that Nanook's engine does not have in this form. */
export interface ForeignOperators {
  /**
   * 1, 4: decides a comparison of two values that are not variables. Returns undefined when it is not defined for them.
   *
   * @param equals compares two values of which one belongs to the application
   */
  compare(
    operator: string,
    left: unknown,
    right: unknown,
    equals: (left: unknown, right: unknown) => boolean,
  ): boolean | undefined;
  /** 3: compares two values for `=`. */
  unify(left: unknown, right: unknown, context: EqualityContext): Compared;
  /** 2, 5: computes with 64-bit integers and floats. Returns a text, the reason, when there is no result. */
  compute(
    operator: string,
    left: unknown,
    right: unknown,
  ): number | object | bigint | 'no number' | 'division by zero' | 'unsafe integer';
  /** 3: compares two values of the application in depth. */
  readonly equal: (left: unknown, right: unknown) => boolean;
}

/** The rights of a policy to use members of a value. */
export interface MemberAccess {
  /** Whether policies may read all members and call all methods. */
  readonly isUnrestricted: boolean;
  /** Returns whether the application registered this value as a constant. */
  readonly isConstant: (value: object) => boolean;
  readonly types: {
    ancestorsOfClass(value: Class): readonly unknown[];
    findByClass(value: Class): { readonly name: string; readonly builtIn: boolean } | undefined;
  };
}

/** Reads and calls members of values of the application. Each function returns a `MissingValue` where there is no value. */
export interface ForeignMembers {
  read(receiver: unknown, name: string, access: MemberAccess): unknown;
  call(receiver: unknown, name: string, args: readonly unknown[], access: MemberAccess): unknown;
  /** Converts a value of the policy for the application. */
  readonly convert: (value: unknown) => unknown;
}

/**
 * The points in which the meaning of a policy can differ. Each switch belongs to one entry of `docs/reference/differences.md`, whose number
 * its comment begins with, and is off in Nanook's own dialect. A policy is loaded in one dialect.
 */
export interface Dialect {
  readonly name: 'nanook' | 'oso';
  /** 1, 2, 3, 4: the operators on values; undefined for those of Nanook. */
  readonly operators: ForeignOperators | undefined;
  /** 6, 15, 17: the access to members of values; undefined for that of Nanook. */
  readonly members: ForeignMembers | undefined;
  /** 5: a condition that the data cannot decide ends the query with its error. Otherwise it fails its alternative. */
  readonly undecidedEndsQuery: boolean;
  /** 5: below a negation, the error of a missing attribute or method is lost, and only its alternative fails. */
  readonly losesHostErrorsInNegation: boolean;
  /** 5: a pattern without a class reads the attributes of any value. */
  readonly patternsReadAnything: boolean;
  /** 6: the value of an attribute or of a dictionary key can be `undefined`. Otherwise it is missing then. */
  readonly hasUndefined: boolean;
  /** 7: a plain object of the application is an instance without a class. Otherwise it is a dictionary. */
  readonly plainObjectsAreInstances: boolean;
  /** 8: `Integer` and `Float` match the same numbers. Otherwise `Integer` matches only whole ones. */
  readonly integersAreFloats: boolean;
  /** 9: fields in a pattern on a union type are ignored. Otherwise they are checked. */
  readonly unionsIgnoreFields: boolean;
  /** 13: inline queries run from the last to the first, until one fails. */
  readonly inlineQueriesRunBackwards: boolean;
  /** 22: a class matches its own pattern and those of its base classes. */
  readonly classesAreInstances: boolean;
  /**
   * A type may have a class and a predicate. The predicate is not called for an instance whose own class is registered, and replaces
   * `instanceof` for others. A class may have several types, of which the last one counts.
   */
  readonly predicatesReplaceClasses: boolean;
  /** 6, 11, 17, 23, 27: policies load that Nanook rejects because of their names, fields, members and rule types. */
  readonly loadsUncheckedPolicies: boolean;
}

/** The meaning that the documentation describes. */
export const nanook: Dialect = {
  name: 'nanook',
  operators: undefined,
  members: undefined,
  undecidedEndsQuery: false,
  losesHostErrorsInNegation: false,
  patternsReadAnything: false,
  hasUndefined: false,
  plainObjectsAreInstances: false,
  integersAreFloats: false,
  unionsIgnoreFields: false,
  inlineQueriesRunBackwards: false,
  classesAreInstances: false,
  predicatesReplaceClasses: false,
  loadsUncheckedPolicies: false,
};
