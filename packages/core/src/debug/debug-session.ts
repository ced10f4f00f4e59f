import { textOf } from '../diagnostics/span.js';
import { isComputation } from '../explanation/goal-order.js';
import type { QueryRun } from '../engine/query/query-run.js';
import type { Breakpoints, DecidingBreakpoint } from './breakpoints.js';
import type { Verdict } from './conditional-breakpoint.js';
import { DebugError } from './debug-error.js';
import type { DebugMachine } from './debug-machine.js';
import { finish, finishSync, type Answering } from './evaluate.js';
import type {
  BackwardMovement,
  BreakpointReason,
  ForwardMovement,
  Halt,
  HaltReason,
  Progress,
} from './halt.js';
import type { Step } from './step.js';
import type { StopView } from './stop-view.js';
import { viewOf } from './view-step.js';

export interface SessionOptions {
  /** Whether the debugger stops at each answer and at the end, also without a step to them. Default: `false`. */
  readonly stopsAtOutcomes?: boolean;
  /** Receives the messages of breakpoints that print instead of stopping. */
  readonly onLog?: (text: string, step: Step) => void;
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
  readonly #onLog: (text: string, step: Step) => void;

  constructor(
    run: QueryRun,
    machine: DebugMachine,
    breakpoints: Breakpoints,
    { stopsAtOutcomes = false, onLog = () => {} }: SessionOptions = {},
  ) {
    this.#run = run;
    this.#machine = machine;
    this.#breakpoints = breakpoints;
    this.#stopsAtOutcomes = stopsAtOutcomes;
    this.#onLog = onLog;
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
      const known = await finish(this.#replay(movement, origin));
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
      const known = finishSync(this.#replay(movement, origin));
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
      const deciding = this.#breakpoints
        .decidingAt(step)
        .map((one) => ({ reason: one.reason, verdict: one.breakpoint.verdictOn(step) }));
      const stopping = stopOf(deciding);
      let reason: HaltReason | undefined = this.#breakpoints.reasonFor(step) ?? stopping.reason;
      if (movement === 'back') reason = isPlace(step) ? (reason ?? stepReason(step)) : undefined;
      if (reason === undefined) continue;
      return this.#haltAt(step, reason, stopping.problem);
    }
  }

  /** Ends the query, and closes its iterators. The record stays readable. */
  dispose(): void {
    this.#run.dispose();
  }

  /** Goes through the recorded steps. Returns undefined when the query must run on. */
  *#replay(movement: ForwardMovement, origin: Step | undefined): Answering<Progress | undefined> {
    for (;;) {
      const step = this.#machine.step(this.#position + 1);
      if (step === undefined) return this.#takePending();
      this.#position++;
      const stopping = yield* this.#decide(step);
      const reason = this.#reasonFor(step, movement, origin, stopping.reason);
      if (reason !== undefined) return this.#haltAt(step, reason, stopping.problem);
    }
  }

  /** Lets each breakpoint with a condition decide. Meanwhile the clock of the query stands still. */
  *#decide(step: Step): Answering<Stopping> {
    const deciding = this.#breakpoints.decidingAt(step);
    if (deciding.length === 0) return stopOf([]);
    const startedAt = performance.now();
    const { limits } = this.#run.options;
    const place = { step, frame: step.frame, machine: this.#machine, limits };
    const verdicts: Decision[] = [];
    for (const { reason, breakpoint } of deciding) {
      const verdict = yield* breakpoint.decide(place, (text) => this.#onLog(text, step));
      verdicts.push({ reason, verdict });
    }
    const { budget } = this.#machine;
    if (budget.startedAt !== undefined) budget.startedAt += performance.now() - startedAt;
    return stopOf(verdicts);
  }

  #haltAt(step: Step, reason: HaltReason, problem?: string): Halt {
    this.#position = step.number;
    this.#reachedPosition = Math.max(this.#reachedPosition, step.number);
    return { step, reason, isEarlier: step.number < this.#reachedPosition, problem };
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

  /** @param decided the reason of a breakpoint with a condition */
  #reasonFor(
    step: Step,
    movement: ForwardMovement,
    origin: Step | undefined,
    decided: BreakpointReason | undefined,
  ): HaltReason | undefined {
    const { kind } = step;
    if (kind === 'end') return this.#stopsAtOutcomes ? 'end' : undefined;
    const reason = this.#breakpoints.reasonFor(step) ?? decided;
    if (reason !== undefined) return reason;
    if (movement === 'continue') return kind === 'answer' && this.#stopsAtOutcomes ? 'answer' : undefined;
    if (!isPlace(step)) return undefined;
    if (kind === 'answer' || movement === 'into' || origin === undefined) return stepReason(step);
    const { depth } = step.frame;
    const isReached = movement === 'over' ? depth <= origin.frame.depth : depth < origin.frame.depth;
    return isReached && !isPartOfCondition(step) ? 'step' : undefined;
  }
}

/** The verdict of a breakpoint on a step. */
interface Decision {
  readonly reason: DecidingBreakpoint['reason'];
  readonly verdict: Verdict;
}

/** The reason to stop of the first breakpoint that stops, and the first problem. */
interface Stopping {
  readonly reason: BreakpointReason | undefined;
  readonly problem: string | undefined;
}

function stopOf(decisions: readonly Decision[]): Stopping {
  const stops = decisions.filter(({ verdict }) => verdict !== 'passes');
  const problems = stops.flatMap(({ verdict }) => (typeof verdict === 'object' ? [verdict.problem] : []));
  return { reason: stops[0]?.reason, problem: problems[0] };
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
