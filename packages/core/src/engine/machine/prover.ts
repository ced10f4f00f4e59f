import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import type { MemberContext, NoValue } from '../../host/member.js';
import type { Tags, TypeSets } from '../../host/type-set.js';
import type { Variable } from '../terms/variable.js';
import type { Goal } from '../../ir/goal.js';
import type { Program } from '../../ir/program.js';
import type { Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import type { HostReplay } from '../host-log.js';
import type { EqualityContext } from '../equality.js';
import type { Constraint, ConstraintList } from './constraint.js';
import type { Frame } from './frame.js';
import type { ItemSource, MachineGoal, NegationPoint, RetryPoint, Scope } from './goal-stack.js';
import type { Outcome } from './outcome.js';
import type { Trail } from './trail.js';

/** A state to go back to. */
export interface Mark {
  readonly trailMark: number;
  readonly constraints: ConstraintList | undefined;
  readonly scope: Scope;
  readonly path: Frame | undefined;
}

/** `forHost` found a promise. */
export const waiting: unique symbol = Symbol('waiting');
/** `forHost` found a variable without a value. */
export const unknown: unique symbol = Symbol('unknown');

/** What the proof of a goal may ask of the machine. */
export interface Prover extends EqualityContext {
  readonly program: Program;
  readonly typeSets: TypeSets;
  readonly members: MemberContext;
  readonly trail: Trail;
  /** Whether a negation is being proved. */
  readonly isNegating: boolean;
  readonly tags: Tags;

  /** The value of a term: dereferenced, promises already awaited replaced by what they gave. */
  value(term: Term, frame: Frame): unknown;
  /** A value that code of the application may see; `unknown` or `waiting` when there is none yet. */
  forHost(term: Term, frame: Frame): unknown;
  unify(left: unknown, right: unknown, span: Span): Outcome;
  /** Unifies a term with a value of the application that is no promise. */
  give(term: Term, value: unknown, span: Span, frame: Frame): Outcome;
  /** Gives a variable a value; what waits for it is proved next. */
  bind(variable: Variable, value: unknown): Outcome;
  /** Whether the value is a promise; then the goal must end with `Outcome.waits`. */
  waitsFor(value: unknown, what: string): boolean;
  /** As `waitsFor`, for the value of a term. */
  waitsForTerm(term: Term, value: unknown, frame: Frame, what: string): boolean;
  /** Leaves a goal to be proved when one of the variables has a value. */
  suspend(goal: Goal, frame: Frame, variables: Variable | Iterable<Variable>): Outcome;
  /** Goes on with what the application gave for a look-up or call, a promise included. */
  received(found: unknown, result: Term, types: readonly FieldType[], span: Span, frame: Frame): Outcome;

  /** Whether two values are instances that are certainly different. */
  areDistinct(left: unknown, right: unknown, span: Span): boolean;

  /** Whether somebody is shown each goal before it is proved: then none is proved together with another. */
  readonly isSteppedThrough: boolean;
  /** Whether this goal comes right after the one at hand, and may be proved in one step with it. */
  isNext(goal: Goal): boolean;
  /** Goes over so many goals that have been proved with the one at hand. */
  skip(count: number): void;
  /** Goes on with what comes after the goals at hand, but for so many goals that have been proved with them. */
  follow(count: number): Outcome;
  /** Proves these goals in place of the one at hand. */
  jumpTo(goals: readonly MachineGoal[]): Outcome;
  tryAlternatives(alternatives: readonly (readonly MachineGoal[])[]): Outcome;
  /** The state at hand, to come back to for the next element of a source. */
  retryPoint(source: ItemSource): RetryPoint;
  pushRetry(point: RetryPoint): void;
  /** What this question has read of an iterator that can be read once. */
  seenOf(iterator: object): IteratorResult<unknown>[];
  undo(mark: Mark): void;

  beginNegation(operand: readonly Goal[], span: Span): Outcome;
  failNegation(point: NegationPoint): Outcome;
  constraintsSince(mark: ConstraintList | undefined): Constraint[];

  fault<C extends Code>(code: C, data: DataOf<C>, span: Span, frame: Frame): PolarError<C>;
  /** The alternative at hand ends undecided; others may still grant. */
  undecidedAt<C extends Code>(code: C, data: DataOf<C>, span: Span, frame: Frame): Outcome;
  /** A pattern asks for what is not there: no match, and under a negation undecided. */
  mismatchAt(name: string, on: unknown, span: Span, frame: Frame): Outcome;
  noValue(found: NoValue, span: Span, frame: Frame): Outcome;
  /** What the application has answered already in this question. */
  readonly replay: HostReplay | undefined;
  /** Runs code of the application; what it throws becomes a fault with its place in the policy. */
  guarded<T>(span: Span, frame: Frame, what: string, run: () => T): T;
  /** What was thrown, as the fault that it is. */
  hostError(error: unknown, what: string, span: Span, frame: Frame | undefined): unknown;
}

/** A goal that makes two values equal. */
export const unifyValues = (span: Span, left: unknown, right: unknown): MachineGoal => ({
  kind: 'unify-values',
  span,
  left,
  right,
});
