import type { Span } from '../../../diagnostics/span.js';
import type { Goal } from '../../../ir/goal.js';
import type { Term } from '../../../ir/term.js';
import type { Field } from '../../../types/declared-type.js';
import type { Candidate } from '../../rules/candidate.js';
import type { Evaluation, Question } from '../../tabling/question-table.js';
import type { Variable } from '../../../terms/variable.js';
import type { ConstraintList } from './constraint.js';
import type { Frame, ProofPart } from './frame.js';
import type { Undecided } from './undecided.js';

/** An attribute that a goal reads. */
export interface Attribute {
  readonly receiver: unknown;
  readonly name: string;
  readonly inPattern: boolean;
}

/** A goal of the policy, or one that the machine adds. */
export type MachineGoal =
  | Goal
  /** Placed after the operand of a negation: the operand is proved when it is reached. */
  | {
      readonly kind: 'refute';
      readonly span: Span;
      readonly operand: readonly Goal[];
      readonly negation: NegationPoint;
    }
  /** Unifies the item with the next element of a collection. */
  | { readonly kind: 'next-item'; readonly span: Span; readonly item: Term; readonly source: ItemSource }
  /** Awaits a promised attribute or result, and assigns its value as the look-up or the call does. */
  | {
      readonly kind: 'receive';
      readonly span: Span;
      readonly promise: unknown;
      readonly result: Term;
      /** The declared field from which the promise was read. */
      readonly field: Field | undefined;
      /** The attribute that holds the promise; undefined for the result of a call. */
      readonly attribute?: Attribute;
    }
  /** A constraint of which a variable was bound, in the dialect oso. */
  | {
      readonly kind: 'awakened';
      readonly span: Span;
      readonly goal: Goal;
      /** Whether the result of a look-up had a value before. */
      readonly hadResult: boolean;
    }
  /** Placed after the rules of a question: it is reached at each of their proofs. */
  | { readonly kind: 'answer'; readonly span: Span; readonly point: QuestionPoint }
  /** Unifies a part of the head of a rule after an argument was awaited. */
  | { readonly kind: 'unify-values'; readonly span: Span; readonly left: unknown; readonly right: unknown };

/** Creates a goal that makes two values equal. */
export const unifyValues = (span: Span, left: unknown, right: unknown): MachineGoal => ({
  kind: 'unify-values',
  span,
  left,
  right,
});

/**
 * The goals to prove after the current ones, in order. This is a linked list, so that a choice point keeps it by a reference to its head.
 * The current goals are fields of the machine, so that the step to the next of them allocates nothing.
 */
export interface Continuation {
  readonly goals: readonly MachineGoal[];
  readonly index: number;
  readonly frame: Frame;
  readonly next: Continuation | undefined;
}

/** A collection whose elements are read one at a time. */
export interface ItemSource {
  /** Ends an iterator of the application early. */
  close?(): void;
  /** The declaration of the elements. */
  readonly declared?: Field | undefined;
  /** The collection until its promises are handled; undefined for an iterator. */
  collection?: unknown;
  /** The choice point of the next element: the same state for all elements. */
  retry?: RetryPoint | undefined;
}

/** The state to which backtracking returns. */
export interface Mark {
  readonly trailMark: number;
  readonly constraints: ConstraintList | undefined;
  readonly scope: Scope;
  readonly path: Frame | undefined;
}

/** Further rules for a call. */
export interface RulePoint extends Mark {
  readonly kind: 'rules';
  readonly candidates: readonly Candidate[];
  index: number;
  readonly args: readonly unknown[];
  readonly caller: Frame;
  readonly span: Span;
  readonly next: Continuation | undefined;
}
/** Further alternatives of an `or`. */
export interface OrPoint extends Mark {
  readonly kind: 'or';
  readonly alternatives: readonly (readonly MachineGoal[])[];
  index: number;
  readonly frame: Frame;
  readonly next: Continuation | undefined;
}
/** The same goal again, for the next element of its source. */
export interface RetryPoint extends Mark {
  readonly kind: 'retry';
  readonly goals: readonly MachineGoal[];
  readonly index: number;
  readonly frame: Frame;
  readonly next: Continuation | undefined;
  readonly source: ItemSource;
}
/** The end of a negation: it is reached when every proof of the operand was tried. */
export interface NegationPoint extends Mark {
  readonly kind: 'negation';
  readonly span: Span;
  readonly next: Continuation | undefined;
  readonly frame: Frame;
  /** Variables whose number is not smaller belong to the operand. */
  readonly firstLocalId: number;
  readonly inner: Scope;
  /** The opposites of the requirements on variables from outside, one for each proof of the operand. */
  readonly solutions: Solution[];
  /** Whether a proof was found that requires nothing of variables from outside, while others are still explored. */
  isRefuted: boolean;
}
/** The end of a question: it is reached when all its rules were tried, or when what follows a known answer has failed. */
export interface QuestionPoint extends Mark {
  readonly kind: 'question';
  readonly question: MachineQuestion;
  readonly span: Span;
  readonly frame: Frame;
  readonly args: readonly unknown[];
  readonly candidates: readonly Candidate[];
  readonly next: Continuation | undefined;
  /** Whether each proof is an answer of its own. */
  readonly keepsProofs: boolean;
  /** The scope of the evaluation; undefined as long as none was needed. */
  inner: Scope | undefined;
  /** Whether the question is known to hold, and only its undecided conditions are searched. */
  searches: boolean;
}
export type ChoicePoint = RulePoint | OrPoint | RetryPoint | NegationPoint | QuestionPoint;

/** The opposite of the requirements of one proof: goals to prove at once, or a goal that waits for variables. */
export type Solution =
  | { readonly goals: readonly Goal[] }
  | { readonly waiting: Goal; readonly variables: readonly Variable[] };

/** The query, the operand of a negation, or the rules of a question. It keeps the first undecided condition until it is known whether an alternative holds. */
export interface Scope {
  readonly isNegation: boolean;
  /** A cut keeps the choice points below this number. */
  readonly cutBase: number;
  undecided: Undecided | undefined;
  /** The evaluation of a question that the goals belong to. */
  readonly evaluation: MachineEvaluation | undefined;
  /** Whether a question that holds has as many answers as proofs. */
  readonly keepsProofs: boolean;
}

export type MachineQuestion = Question<Undecided, ProofPart>;
export type MachineEvaluation = Evaluation<Undecided, ProofPart>;
