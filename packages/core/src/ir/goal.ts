import type { Span } from '../diagnostics/span.js';
import type { PolicyRule } from '../policy/policy.js';
import type { ArithmeticOperator, ComparisonOperator } from '../syntax/ast.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { UnionName } from '../types/type-table.js';
import type { SlotTerm, Term } from './term.js';

export type { ArithmeticOperator, ComparisonOperator };

// Goals call rules and rules consist of goals: one recursive type, one file.

interface GoalOf<Kind extends string> {
  readonly kind: Kind;
  readonly span: Span;
}
export interface CallGoal extends GoalOf<'call'> {
  readonly predicate: Predicate;
  readonly args: readonly Term[];
  readonly hasKeywords: boolean;
}
export interface UnifyGoal extends GoalOf<'unify'> {
  readonly left: Term;
  readonly right: Term;
}
export interface AssignGoal extends GoalOf<'assign'> {
  readonly variable: Term;
  readonly name: string;
  readonly value: Term;
}
export interface CompareGoal extends GoalOf<'compare'> {
  readonly operator: ComparisonOperator;
  readonly left: Term;
  readonly right: Term;
}
export interface InGoal extends GoalOf<'in'> {
  readonly item: Term;
  readonly collection: Term;
  /** The look-ups on the item that follow directly, each with its test, so that items that fail a test are skipped. */
  readonly tests: readonly TestedLookup[];
}
/** Tests whether a value is of a type. `type` is undefined when the class is not registered. */
export interface IsaGoal extends GoalOf<'isa'> {
  readonly value: Term;
  readonly name: string;
  readonly type: DeclaredType | undefined;
  readonly union: UnionName | undefined;
}
/** `result = object.key`. In a pattern a missing attribute is a mismatch. */
export interface LookupGoal extends GoalOf<'lookup'> {
  readonly object: Term;
  readonly key: Term;
  readonly result: Term;
  readonly inPattern: boolean;
  /** The key, if it is a name without a special meaning on any object. */
  readonly plainName: string | undefined;
  /** The next goal, if it is the only user of the result. */
  readonly test: TestGoal | undefined;
}
export type TestGoal = UnifyGoal | CompareGoal | ConditionGoal;
/** A look-up whose result only the next test uses. */
export type TestedLookup = LookupGoal & { readonly test: TestGoal };
export interface MethodGoal extends GoalOf<'method'> {
  readonly object: Term;
  readonly method: string;
  readonly args: readonly Term[];
  readonly hasKeywords: boolean;
  readonly result: Term;
  /** See the same field of a look-up. */
  readonly test: TestGoal | undefined;
}
export interface NewGoal extends GoalOf<'new'> {
  readonly name: string;
  readonly type: DeclaredType | undefined;
  readonly args: readonly Term[];
  readonly hasKeywords: boolean;
  readonly result: Term;
}
export interface ArithmeticGoal extends GoalOf<'arithmetic'> {
  readonly operator: ArithmeticOperator;
  readonly left: Term;
  readonly right: Term;
  readonly result: Term;
}
/** A value that must be true: a variable, a boolean, the result of a look-up. */
export interface ConditionGoal extends GoalOf<'condition'> {
  readonly term: Term;
}
export interface OrGoal extends GoalOf<'or'> {
  readonly alternatives: readonly (readonly Goal[])[];
}
/** `not operand`; `forall(a, b)` is `not (a and not b)`. */
export interface NotGoal extends GoalOf<'not'> {
  readonly operand: readonly Goal[];
}
/** Removes alternatives back to the entry of the rule, or to a mark. */
export interface CutGoal extends GoalOf<'cut'> {
  /** The mark, in a dialect in which a cut ends at the condition around it. */
  readonly mark: SlotTerm | undefined;
  /** Whether the goal sets the mark, and removes nothing. */
  readonly isMark: boolean;
}
export interface PrintGoal extends GoalOf<'print'> {
  readonly args: readonly Term[];
}
export interface DebugGoal extends GoalOf<'debug'> {}

/** Something to prove. A conjunction is a list of goals. */
export type Goal =
  | CallGoal
  | UnifyGoal
  | AssignGoal
  | CompareGoal
  | InGoal
  | IsaGoal
  | LookupGoal
  | MethodGoal
  | NewGoal
  | ArithmeticGoal
  | ConditionGoal
  | OrGoal
  | NotGoal
  | CutGoal
  | PrintGoal
  | DebugGoal;

/** The part of a specializer that determines the order of rules. The pattern itself is in the goals of the head. */
export type Specializer =
  | { readonly kind: 'none' }
  | { readonly kind: 'union'; readonly union: UnionName }
  | {
      readonly kind: 'type';
      readonly name: string;
      readonly type: DeclaredType | undefined;
      readonly fieldCount: number;
      readonly text: string;
    }
  | { readonly kind: 'dictionary'; readonly fieldCount: number; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

export interface Parameter {
  readonly term: Term;
  /** True for a variable that the head mentions here first: it takes the argument as it is. */
  readonly takesArgument: boolean;
  /** The string, number or boolean that the argument must be, when the parameter or its specializer is one. */
  readonly literal: string | number | boolean | undefined;
  readonly specializer: Specializer;
  /** Proves the specializer, once the argument is unified. Its first goal is the type test, if it has one. */
  readonly goals: readonly Goal[];
  readonly span: Span;
}

/** A rule ready to run. Variables are slots of a frame of `slotNames.length`. */
export interface Rule {
  readonly kind: 'rule';
  /** Definition order within the policy. */
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Goal[];
  readonly slotNames: readonly string[];
  /** The predicates that the body calls, however deep in it; known without its goals. */
  readonly calls: Iterable<Predicate>;
  /** The predicates whose failure can make this rule hold: called in a negation, or next to a cut. */
  readonly negatedPredicates: Iterable<Predicate>;
  /** Whether a method of the application is called in the head or the body; known without its goals. */
  readonly callsMethods: boolean;
  /** Whether the body has a cut, however deep in it; known without its goals. */
  readonly hasCut: boolean;
  readonly origin: PolicyRule;
}

/** The rules that share a name; by arity, in definition order. Filled while linking, since rules call each other. */
export class Predicate {
  readonly byArity = new Map<number, readonly Rule[]>();

  constructor(readonly name: string) {}

  get isDefined(): boolean {
    return this.byArity.size > 0;
  }
}

export const isaGoal = (
  span: Span,
  value: Term,
  name: string,
  type: DeclaredType | undefined,
  union: UnionName | undefined,
): IsaGoal => ({ kind: 'isa', span, value, name, type, union });
export const unifyGoal = (span: Span, left: Term, right: Term): UnifyGoal => ({
  kind: 'unify',
  span,
  left,
  right,
});
export const lookupGoal = (
  span: Span,
  object: Term,
  key: Term,
  result: Term,
  inPattern: boolean,
  isLoaded = false,
): LookupGoal => ({
  kind: 'lookup',
  span,
  object,
  key,
  result,
  inPattern,
  plainName: key.kind === 'constant' && !isLoaded && isPlainName(key.value) ? key.value : undefined,
  test: undefined,
});

/** Returns whether a name is not a member of every object, and not a member of lists and collections. */
const isPlainName = (key: unknown): key is string =>
  typeof key === 'string' &&
  !(key in Object.prototype) &&
  key !== 'prototype' &&
  key !== 'length' &&
  key !== 'size';
export const inGoal = (
  span: Span,
  item: Term,
  collection: Term,
  tests: readonly TestedLookup[] = [],
): InGoal => ({ kind: 'in', span, item, collection, tests });
export const notGoal = (span: Span, operand: readonly Goal[]): NotGoal => ({ kind: 'not', span, operand });
