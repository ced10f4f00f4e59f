import { PolarError } from '../diagnostics/polar-error.js';
import { handleRejections } from '../host/handle-rejections.js';
import type { Meter } from '../host/meter.js';
import { monotonicClock } from '../internal/monotonic-clock.js';

/** The limits of one query. A query that exceeds one of them ends in an error, never in an answer. */
export interface Limits {
  /** Goals that are tried, elements that are read and values that are compared. Default 1,000,000. */
  readonly maxSteps: number;
  /** Depth of calls of rules. Default 100,000. */
  readonly maxDepth: number;
  /** Characters, and elements of lists and dictionaries, that the policy builds. Default 10,000,000. */
  readonly maxSize: number;
  /** Wall-clock time in milliseconds, including the time for promises. Default 5,000; `Infinity` disables it. */
  readonly timeoutMs: number;
}

export const defaultLimits: Limits = {
  maxSteps: 1_000_000,
  maxDepth: 100_000,
  maxSize: 10_000_000,
  timeoutMs: 5_000,
};

/** Number of steps between two readings of the clock: at most a millisecond. A reading takes as long as a step of the machine. */
export const stepsPerLook = 256;
/** Number of calls that share one reading of the clock when calls have been fast. */
const mostCallsPerLook = 8;
/** A call that takes longer than this makes the clock be read after each call. */
const slowCallMs = 0.1;

/**
 * The remaining limits of a query of compiled code, which counts its steps itself. Only this class and `Budget` decide whether a query
 * continues. It keeps the measured speed of the application's code for the next query.
 */
export class CompiledBudget {
  limits: Limits;
  signal: AbortSignal | undefined;
  steps = 0;
  /** The steps that `begin` gave to code that counts them itself. */
  handedOut = 0;
  #size = 0;
  /** Whether no limit was used since `begin`, and the clock has not started. */
  protected isWhole = false;
  /** The time when the query began; undefined until the clock is read first. */
  startedAt: number | undefined = undefined;
  /** The time of the last reading, in this query or an earlier one. */
  #lookedAt = 0;
  /** Whether code of the application has run in this query since the clock was read. */
  hasUntimedCalls = false;
  /** The time that the query has spent on compilation, and the number of functions that it has planned. */
  planningMs = 0;
  planned = 0;
  /** Number of calls of the application until the next reading, and between the next two. Kept for later queries. */
  #callsLeft = 1;
  #callsPerLook = 1;

  /** @param startedAt the time when the query began, if another engine began it */
  constructor(limits: Limits, signal: AbortSignal | undefined, startedAt?: number) {
    this.limits = limits;
    this.signal = signal;
    this.begin(limits, signal, startedAt);
  }

  /**
   * Begins a query: resets the limits.
   *
   * @param handedOut steps for code that counts them itself, if so many are left
   */
  begin(limits: Limits, signal: AbortSignal | undefined, startedAt?: number, handedOut = 0): void {
    this.hasUntimedCalls = false;
    // Most queries use nothing here, and have the limits of the query before.
    if (this.isWhole && this.limits === limits && this.signal === signal && startedAt === undefined) return;
    this.isWhole = startedAt === undefined;
    this.limits = limits;
    this.signal = signal;
    // A higher number is unlimited, and loses the lower digits that `step` reads.
    const steps = Math.min(limits.maxSteps, 2 ** 50);
    this.handedOut = Math.min(steps, handedOut);
    this.steps = steps - this.handedOut;
    this.#size = limits.maxSize;
    this.planningMs = 0;
    this.planned = 0;
    this.startedAt = startedAt;
  }

  /** True when calls have been so fast that the first calls of a query need no clock: it starts at the first reading. */
  get expectsFastCalls(): boolean {
    return this.#callsPerLook === mostCallsPerLook;
  }

  /**
   * Hands out steps to code that counts them itself.
   *
   * @param missing number of steps that the code has used beyond those that were handed out
   */
  moreSteps(missing: number): number {
    const steps = Math.min(Math.max(missing, 0) + stepsPerLook, this.steps);
    if (!(steps >= missing)) throw this.tooManySteps();
    this.isWhole = false;
    this.steps -= steps;
    this.checkTime();
    return steps;
  }

  /** @throws {PolarError} `POLAR_RUN_SIZE_LIMIT` */
  grow(size: number): void {
    this.isWhole = false;
    this.#size -= size;
    if (!(this.#size >= 0)) throw new PolarError('POLAR_RUN_SIZE_LIMIT', { limit: this.limits.maxSize });
  }

  /** Called after code of the application. The slower such code has been, the more often the clock is read. */
  called(result?: unknown): void {
    this.hasUntimedCalls = true;
    if (--this.#callsLeft > 0 && this.signal?.aborted !== true) return;
    try {
      this.checkTime();
    } catch (error) {
      handleRejections(result);
      throw error;
    }
  }

  start(): void {
    this.isWhole = false;
    this.startedAt = this.#lookedAt = monotonicClock.now();
  }

  /** Counts the time of compilation, too, and checks it at the end of the query. Returns the remaining time. */
  startPlanning(): number {
    if (this.startedAt === undefined) this.start();
    this.isWhole = false;
    this.hasUntimedCalls = true;
    return this.startedAt! + this.limits.timeoutMs - monotonicClock.now();
  }

  /** Continues the clock of the engine that began the query. */
  continue(startedAt: number): void {
    this.isWhole = false;
    this.startedAt = startedAt;
  }

  checkTime(): void {
    if (this.signal?.aborted) throw aborted(this.signal);
    if (this.remainingMs < 0 || this.limits.timeoutMs <= 0)
      throw new PolarError('POLAR_RUN_TIMEOUT', { limitMs: this.limits.timeoutMs });
  }

  /** True when the time is over or the query was aborted. */
  get isOver(): boolean {
    return this.signal?.aborted === true || this.remainingMs < 0;
  }

  get remainingMs(): number {
    const now = monotonicClock.now();
    if (this.hasUntimedCalls) this.#timeCalls(now - this.#lookedAt);
    this.#lookedAt = now;
    if (this.startedAt === undefined) {
      this.isWhole = false;
      this.startedAt = now;
    }
    return this.startedAt + this.limits.timeoutMs - now;
  }

  /**
   * Adapts the number of calls between readings to a measured time.
   *
   * @param ms time since the last reading. It includes the time between two queries: where queries are rare, reading the clock after each
   *   call costs nothing
   */
  #timeCalls(ms: number): void {
    this.hasUntimedCalls = false;
    if (ms > slowCallMs * this.#callsPerLook) this.#callsPerLook = 1;
    else if (this.#callsLeft > 0) return;
    else this.#callsPerLook = Math.min(2 * this.#callsPerLook, mostCallsPerLook);
    this.#callsLeft = this.#callsPerLook;
  }

  protected tooManySteps(): PolarError {
    return new PolarError('POLAR_RUN_STEP_LIMIT', { limit: this.limits.maxSteps });
  }
}

/** The remaining limits of a query that counts each step. */
export class Budget extends CompiledBudget implements Meter {
  /** Counts one step. @throws {PolarError} `POLAR_RUN_STEP_LIMIT`, `POLAR_RUN_TIMEOUT`, `POLAR_RUN_ABORTED` */
  step(): void {
    this.isWhole = false;
    if (--this.steps < 0) throw this.tooManySteps();
    if ((this.steps & (stepsPerLook - 1)) === 0) this.checkTime();
  }

  spend(steps: number): void {
    const before = this.steps;
    this.isWhole = false;
    this.steps -= steps;
    if (!(this.steps >= 0)) throw this.tooManySteps();
    if (steps >= stepsPerLook || (before & (stepsPerLook - 1)) < steps) this.checkTime();
  }

  /** Starts the clock. @throws {PolarError} `POLAR_RUN_ABORTED`, `POLAR_RUN_TIMEOUT` */
  checkStart(): void {
    if (this.startedAt !== undefined || this.signal?.aborted === true || this.limits.timeoutMs <= 0)
      this.checkTime();
    else this.start();
  }
}

export const aborted = (signal: AbortSignal): PolarError =>
  new PolarError('POLAR_RUN_ABORTED', {}, undefined, { cause: signal.reason });
