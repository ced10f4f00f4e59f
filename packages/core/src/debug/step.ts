import type { Span } from '../diagnostics/span.js';
import type { ConstraintList } from '../engine/machine/state/constraint.js';
import type { Frame } from '../engine/machine/state/frame.js';
import type { ChoicePoint, Continuation, MachineGoal } from '../engine/machine/state/goal-stack.js';

/**
 * The kind of a step.
 *
 * - `goal`: before a goal is proved
 * - `rule`: a rule was entered, because its head fits the arguments of a call
 * - `failure`: a goal failed; the machine backtracks
 * - `undecided`: the data could not decide a goal
 * - `error`: a goal ended the query with an error
 * - `answer`, `end`: an answer was found, or there is no further one
 */
export type StepKind = 'goal' | 'rule' | 'failure' | 'undecided' | 'error' | 'answer' | 'end';

/** The choice points of a step, newest first: a list that steps share. */
export interface OpenChoice {
  readonly point: ChoicePoint;
  /** The first alternative that was not tried. */
  readonly index: number;
  readonly depth: number;
  readonly below: OpenChoice | undefined;
}

/** The state of a query at one step. It stays readable when the query runs on. */
export interface Step {
  readonly kind: StepKind;
  /** The number of steps before this one. */
  readonly number: number;
  /** The number of changes of variables before this step. */
  readonly time: number;
  readonly span: Span;
  readonly frame: Frame;
  /** The goal that is proved next, or was proved. */
  readonly goal: MachineGoal | undefined;
  /** The goals that are left to prove. */
  readonly rest: Continuation | undefined;
  readonly choices: OpenChoice | undefined;
  readonly constraints: ConstraintList | undefined;
  /** The step before, if a goal failed at it or was undecided. */
  readonly failed: Step | undefined;
  /** Whether the machine has backtracked since the step before. */
  readonly isRetry: boolean;
  /** Whether the line of the step is another one than that of the step before in the same frame, or is reached again by backtracking. */
  readonly entersLine: boolean;
  /** The error of an `error` or an `end`, or the reason for `undecided`. */
  readonly error: unknown;
}
