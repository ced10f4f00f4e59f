import { textOf } from '../diagnostics/span.js';
import { isComputation } from '../explanation/goal-order.js';
import type { QueryRun } from '../engine/query/query-run.js';
import type { Breakpoints } from './breakpoints.js';
import { DebugError } from './debug-error.js';
import type { DebugMachine } from './debug-machine.js';
import type { BackwardMovement, ForwardMovement, Halt, HaltReason, Progress } from './halt.js';
import type { Step } from './step.js';
import type { StopView } from './stop-view.js';
import { viewOf } from './view-step.js';

export interface SessionOptions {
  /** Whether the debugger stops at each answer and at the end, also without a step to them. Default: `false`. */
  readonly stopsAtOutcomes?: boolean;
}

/**
 * A query that is stepped through, forward and back. Steps are recorded, so that going back shows earlier states and calls the application
 * no more. Going forward from an earlier step repeats the record, and then continues the query.
 */
export class DebugSession {
  /** The number of the current step; -1 before the first one. */
  #position = -1;
  /** The number of the last step that the user has gone to. */
  #reachedPosition = -1;
  /** The outcome that was reached, and is not returned yet. */
  #pending: 'answer' | 'end' | { readonly error: unknown } | undefined = undefined;
  #isOver = false;

  readonly #run: QueryRun;
  readonly #machine: DebugMachine;
  readonly #breakpoints: Breakpoints;
  readonly #stopsAtOutcomes: boolean;

  constructor(
    run: QueryRun,
    machine: DebugMachine,
    breakpoints: Breakpoints,
    { stopsAtOutcomes = false }: SessionOptions = {},
  ) {
    this.#run = run;
    this.#machine = machine;
    this.#breakpoints = breakpoints;
    this.#stopsAtOutcomes = stopsAtOutcomes;
  }

  /** The current step; undefined before the first one. */
  get current(): Step | undefined {
    return this.#machine.step(this.#position);
  }

  /** Describes a stop. */
  view(halt: Halt): StopView {
    return viewOf(0, textOf(this.#machine.query.span), halt, this.#machine);
  }

  /**
   * Goes forward to the next stop.
   *
   * @throws the errors of the query
   */
  async forward(movement: ForwardMovement): Promise<Progress> {
    const origin = this.current;
    for (;;) {
      const known = this.#replay(movement, origin);
      if (known !== undefined) return known;
      try {
        this.#reached(await this.#run.step());
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /**
   * Goes forward to the next stop, without waiting for the application.
   *
   * @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC`; the errors of the query
   */
  forwardSync(movement: ForwardMovement): Progress {
    const origin = this.current;
    for (;;) {
      const known = this.#replay(movement, origin);
      if (known !== undefined) return known;
      try {
        this.#reached(this.#run.stepSync());
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  /**
   * Goes back in the record. At its first step, the debugger stays there.
   *
   * @throws {DebugError} `NANOOK_DEBUG_NOT_STOPPED` before the first step
   */
  back(movement: BackwardMovement): Halt {
    let earliest = this.current;
    if (earliest === undefined)
      throw new DebugError('NANOOK_DEBUG_NOT_STOPPED', 'the query has no step yet; go forward first');
    for (let number = this.#position - 1; ; number--) {
      const step = this.#machine.step(number);
      if (step === undefined) {
        return this.#haltAt(earliest, 'start');
      }
      if (step.kind === 'goal' || step.kind === 'rule') earliest = step;
      let reason: HaltReason | undefined = this.#breakpoints.reasonFor(step);
      if (movement === 'back') reason = isPlace(step) ? (reason ?? stepReason(step)) : undefined;
      if (reason === undefined) continue;
      return this.#haltAt(step, reason);
    }
  }

  /** Ends the query, and closes its iterators. The record stays readable. */
  dispose(): void {
    this.#run.dispose();
  }

  /** Goes through the recorded steps. Returns undefined when the query must run on. */
  #replay(movement: ForwardMovement, origin: Step | undefined): Progress | undefined {
    for (;;) {
      const step = this.#machine.step(this.#position + 1);
      if (step === undefined) return this.#takePending();
      this.#position++;
      const reason = this.#reasonFor(step, movement, origin);
      if (reason !== undefined) return this.#haltAt(step, reason);
    }
  }

  #haltAt(step: Step, reason: HaltReason): Halt {
    this.#position = step.number;
    this.#reachedPosition = Math.max(this.#reachedPosition, step.number);
    return { step, reason, isEarlier: step.number < this.#reachedPosition };
  }

  #takePending(): 'answer' | 'end' | undefined {
    if (this.#isOver) return 'end';
    const pending = this.#pending;
    this.#pending = undefined;
    this.#isOver = pending !== undefined && pending !== 'answer';
    if (typeof pending === 'object') throw pending.error;
    return pending;
  }

  #reached(state: 'pause' | 'answer' | 'end'): void {
    if (state !== 'pause') this.#pending = state;
  }

  #failed(error: unknown): void {
    this.#machine.recordError(error);
    this.#pending = { error };
  }

  #reasonFor(step: Step, movement: ForwardMovement, origin: Step | undefined): HaltReason | undefined {
    const { kind } = step;
    if (kind === 'end') return this.#stopsAtOutcomes ? 'end' : undefined;
    const reason = this.#breakpoints.reasonFor(step);
    if (reason !== undefined) return reason;
    if (movement === 'continue') return kind === 'answer' && this.#stopsAtOutcomes ? 'answer' : undefined;
    if (!isPlace(step)) return undefined;
    if (kind === 'answer' || movement === 'into' || origin === undefined) return stepReason(step);
    const { depth } = step.frame;
    const isReached = movement === 'over' ? depth <= origin.frame.depth : depth < origin.frame.depth;
    return isReached && !isPartOfCondition(step) ? 'step' : undefined;
  }
}

const isPlace = ({ kind }: Step): boolean => kind === 'goal' || kind === 'rule' || kind === 'answer';

const stepReason = ({ kind }: Step): 'step' | 'answer' => (kind === 'answer' ? 'answer' : 'step');

/** Returns whether a goal computes a value for the condition that follows, or is the second half of one. */
function isPartOfCondition({ goal, isRetry }: Step): boolean {
  if (goal === undefined) return false;
  switch (goal.kind) {
    case 'next-item':
      return !isRetry;
    case 'receive':
    case 'unify-values':
    case 'refute':
    case 'answer':
      return true;
    case 'awakened':
      return isComputation(goal.goal);
    default:
      return isComputation(goal);
  }
}
