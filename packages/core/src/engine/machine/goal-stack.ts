import type { Span } from '../../diagnostics/span.js';
import type { Variable } from '../terms/variable.js';
import type { Goal } from '../../ir/goal.js';
import type { Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import type { Candidate } from '../rules/candidate.js';
import type { ConstraintList } from './constraint.js';
import type { Frame } from './frame.js';
import type { Undecided } from './undecided.js';

/** An attribute that a goal reads. */
export interface Attribute {
  readonly receiver: unknown;
  readonly name: string;
  readonly inPattern: boolean;
}

/** Goals that only the machine makes. */
export type MachineGoal =
  | Goal
  /** The operand of a negation is proved. */
  | { readonly kind: 'refute'; readonly span: Span; readonly negation: NegationPoint }
  /** The next element of something iterated over. */
  | { readonly kind: 'next-item'; readonly span: Span; readonly item: Term; readonly source: ItemSource }
  /** A promised attribute or result: waits, then goes on as the look-up or call would have. */
  | {
      readonly kind: 'receive';
      readonly span: Span;
      readonly promise: unknown;
      readonly result: Term;
      readonly types: readonly FieldType[];
      /** The attribute that it is the value of; undefined for the result of a call. */
      readonly attribute?: Attribute;
    }
  /** The head of a rule, where an argument had to be awaited. */
  | { readonly kind: 'unify-values'; readonly span: Span; readonly left: unknown; readonly right: unknown };

/**
 * What is to be proved after the goals at hand, in order: a linked list, so that a choice point keeps it by keeping its head.
 * The goals at hand are in the machine's own fields, so that going on to the next of them allocates nothing.
 */
export interface Continuation {
  readonly goals: readonly MachineGoal[];
  readonly index: number;
  readonly frame: Frame;
  readonly next: Continuation | undefined;
}

/** What elements come from, one at a time. */
export interface ItemSource {
  /** Ends an iterator of the application early. */
  close?(): void;
  readonly elementType?: FieldType | undefined;
  /** The collection until its promises are handled; undefined for an iterator. */
  collection?: unknown;
  /** Where to go back to for the next element: the same place for all. */
  retry?: RetryPoint | undefined;
}

interface Choice {
  readonly trailMark: number;
  readonly constraints: ConstraintList | undefined;
  readonly scope: Scope;
  readonly path: Frame | undefined;
}
export interface RulePoint extends Choice {
  readonly kind: 'rules';
  readonly candidates: readonly Candidate[];
  index: number;
  readonly args: readonly unknown[];
  readonly caller: Frame;
  readonly span: Span;
  readonly next: Continuation | undefined;
}
export interface OrPoint extends Choice {
  readonly kind: 'or';
  readonly alternatives: readonly (readonly MachineGoal[])[];
  index: number;
  readonly frame: Frame;
  readonly next: Continuation | undefined;
}
/** The same goal is to be proved again: its source has further elements. */
export interface RetryPoint extends Choice {
  readonly kind: 'retry';
  readonly goals: readonly MachineGoal[];
  readonly index: number;
  readonly frame: Frame;
  readonly next: Continuation | undefined;
  readonly source: ItemSource;
}
export interface NegationPoint extends Choice {
  readonly kind: 'negation';
  readonly span: Span;
  readonly next: Continuation | undefined;
  readonly frame: Frame;
  /** Variables from this number on are local to the operand. */
  readonly firstLocalId: number;
  readonly inner: Scope;
  /** What each solution of the operand requires of variables that are not its own. */
  readonly solutions: Solution[];
}
export type ChoicePoint = RulePoint | OrPoint | RetryPoint | NegationPoint;

/** The opposite of what a proof of the operand required. */
export type Solution =
  | { readonly goals: readonly Goal[] }
  | { readonly waiting: Goal; readonly variables: readonly Variable[] };

/** The question, or the operand of a negation: where what is undecided is kept until it is known whether something grants. */
export interface Scope {
  readonly isNegation: boolean;
  /** A cut goes back no further than this. */
  readonly cutBase: number;
  undecided: Undecided | undefined;
}
