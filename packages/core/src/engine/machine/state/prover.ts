import type { Code, DataOf } from '../../../diagnostics/codes.js';
import type { Dialect } from '../../../dialect/dialect.js';
import type { PolarError } from '../../../diagnostics/polar-error.js';
import type { Span } from '../../../diagnostics/span.js';
import type { MemberContext, MissingValue } from '../../../host/member.js';
import type { PendingTest } from '../../../host/pending-test.js';
import type { TypeSets } from '../../../host/type-set.js';
import type { Goal } from '../../../ir/goal.js';
import type { Term } from '../../../ir/term.js';
import type { Field } from '../../../types/declared-type.js';
import type { EqualityContext } from '../../equality.js';
import type { Replay } from '../../host-replay.js';
import type { Budget } from '../../limits.js';
import type { ProgramContext } from '../../program-context.js';
import type { Variable } from '../../../terms/variable.js';
import type { Constraint, ConstraintList } from './constraint.js';
import type { Frame } from './frame.js';
import type { GoalResult } from './goal-result.js';
import type { MachineGoal } from './goal-stack.js';
import type { ProofState } from './proof-state.js';
import type { TrialCalls } from './trial-calls.js';

/** `hostArgument` found a promise. */
export const pendingArgument: unique symbol = Symbol('pending argument');
/** `hostArgument` found a variable without a value. */
export const unboundArgument: unique symbol = Symbol('unbound argument');

/** The machine as the proofs of goals use it. */
export interface Prover extends ProofState, EqualityContext {
  readonly budget: Budget;
  readonly context: ProgramContext;
  readonly dialect: Dialect;
  readonly typeSets: TypeSets;
  readonly members: MemberContext;

  /** Proves one goal. */
  prove(goal: MachineGoal, frame: Frame): GoalResult;
  /** Returns to the newest choice point above `base` that has an untried alternative. Returns `false` when there is none. */
  backtrack(base?: number): boolean;

  /** Returns the value of a term, dereferenced. A promise that was awaited is replaced by its value. */
  value(term: Term, frame: Frame): unknown;
  /** Returns a value for code of the application, or `unboundArgument` or `pendingArgument`. */
  hostArgument(term: Term, frame: Frame, isReceiver?: boolean): unknown;
  unify(left: unknown, right: unknown, span: Span): GoalResult;
  /** Unifies a term with a value of the application that is not a promise. */
  assignResult(term: Term, value: unknown, span: Span, frame: Frame): GoalResult;
  /** Gives a variable a value. The constraints on the variable are proved next. */
  bind(variable: Variable, value: unknown): GoalResult;
  /** Returns whether the value is a promise. Then the goal must return `GoalResult.waits`. */
  waitsFor(value: unknown, origin: string): boolean;
  /** Waits for the result of a predicate. The goal is proved again when it is known. */
  waitForTest(test: PendingTest): GoalResult;
  /** Same as `waitsFor`, for the value of a term. */
  waitsForTerm(term: Term, value: unknown, frame: Frame, origin: string): boolean;
  /** Delays a goal until one of the variables has a value. */
  suspend(goal: Goal, frame: Frame, variables: Variable | Iterable<Variable>): GoalResult;
  /** Assigns the value that the application returned for a look-up or a call. It may be a promise. A value of a declared field is tested. */
  acceptResult(found: unknown, result: Term, field: Field | undefined, span: Span, frame: Frame): GoalResult;
  /** Returns whether two values are instances that are certainly different. */
  areDistinct(left: unknown, right: unknown, span: Span): boolean;
  /** Returns the results that this query has read from an iterator that can be read once. */
  seenOf(iterator: object): IteratorResult<unknown>[];
  /** Returns the constraints that were added since, oldest first, without those that were proved. */
  constraintsSince(mark: ConstraintList | undefined): Constraint[];

  /** Returns a fault with its place in the policy. */
  fault<C extends Code>(code: C, data: DataOf<C>, span: Span, frame: Frame): PolarError<C>;
  /** Ends the current alternative as undecided. Others may still hold. @param receiver the value that decides nothing */
  undecidedAt<C extends Code>(
    code: C,
    data: DataOf<C>,
    span: Span,
    frame: Frame,
    receiver?: unknown,
  ): GoalResult;
  /** Ends the current alternative because a pattern reads a missing attribute. Under a negation this is undecided. */
  mismatchAt(name: string, on: unknown, span: Span, frame: Frame): GoalResult;
  reportMissing(found: MissingValue, span: Span, frame: Frame): GoalResult;
  /** The calls that the application has answered in this query, before the machine took over. */
  replay: Replay | undefined;
  /** The calls of the application in a trial of rules that waits for a promise. */
  trial: TrialCalls | undefined;
  /** Runs code of the application. An error that it throws becomes a fault with its place in the policy. */
  guarded<T>(span: Span, frame: Frame, origin: string, run: () => T): T;
  /**
   * Returns an error that a member of the application threw, if a negation loses it.
   *
   * @throws {PolarError} any other error, as a fault
   */
  memberError(error: unknown, name: string, receiver: unknown, span: Span, frame: Frame): MissingValue;
  /** Returns whether a negation loses an error that a member of the application threw. */
  losesError(error: unknown): boolean;
  /** Reports an error that a negation or a pattern loses. */
  noteLost(found: MissingValue, span: Span, frame: Frame): void;
  /** Returns an error of the application as a fault. */
  hostError(error: unknown, origin: string, span: Span, frame: Frame | undefined): unknown;
}
