/**
 * The points in which the meaning of a policy can differ. A switch whose comment begins with a number belongs to this entry of
 * `docs/reference/differences.md`; the others belong to the table of `docs/guides/moving/from-oso-cloud.md`. Each is off in Nanook's own
 * dialect. A policy is loaded in one dialect.
 */
export interface Dialect {
  readonly name: PolicyDialect | 'oso';
  /** 1, 2, 3, 4, 5: values are compared and computed with the operators of the dialect, and numbers are integers or floats. */
  readonly hasOwnOperators?: true;
  /** 5: a condition that the data cannot decide ends the query with its error. Otherwise it fails its alternative. */
  readonly undecidedEndsQuery?: true;
  /** 5: below a negation, the error of a missing attribute or method is lost, and only its alternative fails. */
  readonly losesHostErrorsInNegation?: true;
  /** 5: a pattern without a class reads the attributes of any value. */
  readonly patternsReadAnything?: true;
  /** 5: a declared relation can hold any value. Otherwise it is undecided when it holds another value than related rows. */
  readonly fieldsHoldAnything?: true;
  /** 6: the value of an attribute or of a dictionary key can be `undefined`. Otherwise it is missing then. */
  readonly hasUndefined?: true;
  /** 7: a plain object of the application is an instance without a class. Otherwise it is a dictionary. */
  readonly plainObjectsAreInstances?: true;
  /** 8: `Integer` and `Float` match the same numbers. Otherwise `Integer` matches only whole ones. */
  readonly integersAreFloats?: true;
  /** 9: fields in a pattern on a union type are ignored. Otherwise they are checked. */
  readonly unionsIgnoreFields?: true;
  /** 10: what a condition on an unbound variable means once the variable has a value; see `goals/awakened.ts`. */
  readonly awakensAsOso?: true;
  /** 15: a query may be given values for variables that it does not have. */
  readonly ignoresUnknownBindings?: true;
  /** 15: an unbound variable is passed to the application as an object, and the application may return it. */
  readonly passesVariables?: true;
  /** 15: an unknown class is an error only for a value, and a constraint for an unbound variable. */
  readonly suspendsUnknownClasses?: true;
  /** 15: a check whose answer constrains a variable of the query is an error. */
  readonly readsAnswersOfChecks?: true;
  /** 21: a variable may be bound to a list or a dictionary that contains it. */
  readonly hasCyclicTerms?: true;
  /** 5: a negation explores all proofs of its operand, and an error of any of them ends the query. */
  readonly negationsExploreAll?: true;
  /** 5: the values in a list or dictionary of `=`, and those of the conditions of `forall`, are computed after the comparison. */
  readonly computesAfterwards?: true;
  /** 14: a cut in a nested `and` or `or` keeps the alternatives before the condition around it. */
  readonly cutsWithinConditions?: true;
  /** 18: as an operand or a condition, only a promise that comes from a look-up or a call is awaited. */
  readonly hasOpaquePromises?: true;
  /** 13: inline queries run from the last to the first, until one fails. */
  readonly inlineQueriesRunBackwards?: true;
  /** 25: an iterator that can be read once has no elements when it is read again. */
  readonly consumesIterators?: true;
  /** 22: a class matches its own pattern and those of its base classes. */
  readonly classesAreInstances?: true;
  /**
   * A type may have a class and a predicate. The predicate is not called for an instance whose own class is registered, and replaces
   * `instanceof` for others. A class may have several types, of which the last one counts.
   */
  readonly predicatesReplaceClasses?: true;
  /** 2, 16, 20, 27: the syntax of oso: prefix forms of operators, repeated commas, values as conditions, and names of any characters. */
  readonly hasLegacySyntax?: true;
  /** 23: the parts of rule types and rules must be written in the same form, and items of lists may have any order. */
  readonly comparesRuleTypesByForm?: true;
  /** 6, 11, 17, 23, 27: policies load that Nanook rejects because of their names, fields, members and rule types. */
  readonly loadsUncheckedPolicies?: true;
  /** The order of a relation is `has_relation(repository, "parent", organization)`. Otherwise the related object comes first. */
  readonly relatedComesLast?: true;
  /** A policy without a rule `allow` has the rule `allow(actor, action, resource) if has_permission(actor, action, resource)`. */
  readonly allowsPermissions?: true;
  /**
   * A call of a name without rules asks for a fact of the application, which needs no `declare`. Roles and relations need no rule, and can be
   * of any types.
   */
  readonly factsNeedNoDeclaration?: true;
  /**
   * `role` and `permission` can be on one side of a shorthand rule: as the head, they are each name that the block declares, and as a condition,
   * any name.
   */
  readonly anyNameStandsAlone?: true;
  /** The option `unsafeHostAccess`: policies read every member of a value, and call every method. */
  readonly hasUnsafeHostAccess?: true;
}

/** The meaning that the documentation describes. */
export const nanook: Dialect = { name: 'nanook' };

/** The meaning of oso 0.27, for applications that were written for it. */
export const oso: Dialect = {
  name: 'oso',
  hasOwnOperators: true,
  undecidedEndsQuery: true,
  losesHostErrorsInNegation: true,
  patternsReadAnything: true,
  fieldsHoldAnything: true,
  hasUndefined: true,
  plainObjectsAreInstances: true,
  integersAreFloats: true,
  unionsIgnoreFields: true,
  awakensAsOso: true,
  ignoresUnknownBindings: true,
  passesVariables: true,
  suspendsUnknownClasses: true,
  readsAnswersOfChecks: true,
  hasCyclicTerms: true,
  negationsExploreAll: true,
  computesAfterwards: true,
  cutsWithinConditions: true,
  hasOpaquePromises: true,
  inlineQueriesRunBackwards: true,
  consumesIterators: true,
  classesAreInstances: true,
  predicatesReplaceClasses: true,
  hasLegacySyntax: true,
  comparesRuleTypesByForm: true,
  loadsUncheckedPolicies: true,
};

/** The meaning that policies have in Oso Cloud. */
export const osoCloud: Dialect = {
  name: 'oso-cloud',
  relatedComesLast: true,
  allowsPermissions: true,
  factsNeedNoDeclaration: true,
  anyNameStandsAlone: true,
};

const dialects: Readonly<Record<Dialect['name'], Dialect>> = { nanook, oso, 'oso-cloud': osoCloud };

/** The dialects in which an application can write its own policies. */
export type PolicyDialect = 'nanook' | 'oso-cloud';

/** Options for packages with the API of another library. */
export interface DialectOptions {
  /**
   * The meaning of the policy. `'oso'`: answers and errors are those of oso 0.27, also where Nanook differs from it
   * (`docs/reference/differences.md`). Default `'nanook'`.
   */
  readonly dialect?: Dialect['name'] | undefined;
  /**
   * Whether policies may read every member of a value and call every method, as in oso. It makes a policy a way into the process, so
   * it is only for policies that you trust as code. It needs the dialect `'oso'`. Default `false`.
   */
  readonly unsafeHostAccess?: boolean;
}

/** Returns the dialect of the options. */
export function findDialect({ dialect = 'nanook', unsafeHostAccess = false }: DialectOptions): Dialect {
  const found = dialects[dialect];
  return unsafeHostAccess ? { ...found, hasUnsafeHostAccess: true } : found;
}
