import { PolarError } from '../diagnostics/polar-error.js';
import { handleRejections } from '../host/handle-rejections.js';
import type { Meter } from '../host/meter.js';

/** How much one query may take. Beyond it the query ends in an error, never in an answer. */
export interface Limits {
  /** Goals tried, elements fetched, values compared. Default 1,000,000. */
  readonly maxSteps: number;
  /** Rules within rules. Default 100,000. */
  readonly maxDepth: number;
  /** Characters, and elements of lists and dictionaries, that the policy builds. Default 10,000,000. */
  readonly maxSize: number;
  /** Wall-clock time, waiting for promises included. Default 5,000; `Infinity` for none. */
  readonly timeoutMs: number;
}

export const defaultLimits: Limits = {
  maxSteps: 1_000_000,
  maxDepth: 100_000,
  maxSize: 10_000_000,
  timeoutMs: 5_000,
};

/** Steps between two looks at the clock: at most a millisecond. Reading the clock costs as much as a step of the machine. */
export const stepsPerLook = 256;
/** The most calls that share one look at the clock, when calls have been fast. */
const mostCallsPerLook = 8;
/** A call that takes longer than this is followed by a look at the clock after each call. */
const slowCallMs = 0.1;

/**
 * The rest of the limits of a query. The only place that decides whether a query goes on. What it has learned about the speed of the
 * application's code it keeps for the next query.
 */
export class Budget implements Meter {
  limits: Limits;
  signal: AbortSignal | undefined;
  steps = 0;
  /** The steps of `begin` for code that counts them itself. */
  handedOut = 0;
  #size = 0;
  /** Whether nothing of the limits is spent since `begin`, and the clock has not started. */
  #isWhole = false;
  /** The time when the query began; undefined until the first look at the clock. */
  startedAt: number | undefined = undefined;
  /** The time of the last look, in this query or an earlier one. */
  #lookedAt = 0;
  /** Whether code of the application has run in this query since the last look at the clock. */
  hasUntimedCalls = false;
  /** Calls of the application that are made before the next look, and between the next two: in this query and later ones. */
  #callsLeft = 1;
  #callsPerLook = 1;

  /** @param startedAt when the query began, if another engine began it */
  constructor(limits: Limits, signal: AbortSignal | undefined, startedAt?: number) {
    this.limits = limits;
    this.signal = signal;
    this.begin(limits, signal, startedAt);
  }

  /**
   * Begins a query: the limits are whole again.
   *
   * @param handedOut steps for code that counts them itself, if there are so many
   */
  begin(limits: Limits, signal: AbortSignal | undefined, startedAt?: number, handedOut = 0): void {
    this.hasUntimedCalls = false;
    // Most queries spend nothing here, and have the limits of the query before.
    if (this.#isWhole && this.limits === limits && this.signal === signal && startedAt === undefined) return;
    this.#isWhole = startedAt === undefined;
    this.limits = limits;
    this.signal = signal;
    // What is beyond this is endless, and loses the lower digits that `step` looks at.
    const steps = Math.min(limits.maxSteps, 2 ** 50);
    this.handedOut = Math.min(steps, handedOut);
    this.steps = steps - this.handedOut;
    this.#size = limits.maxSize;
    this.startedAt = startedAt;
  }

  /** Whether calls have been fast for so long that the first calls of a query need no look: its clock starts at the first look. */
  get expectsFastCalls(): boolean {
    return this.#callsPerLook === mostCallsPerLook;
  }

  /** Called once a step. @throws {PolarError} `POLAR_RUN_STEP_LIMIT`, `POLAR_RUN_TIMEOUT`, `POLAR_RUN_ABORTED` */
  step(): void {
    this.#isWhole = false;
    if (--this.steps < 0) throw this.#tooManySteps();
    if ((this.steps & (stepsPerLook - 1)) === 0) this.checkTime();
  }

  spend(steps: number): void {
    const before = this.steps;
    this.#isWhole = false;
    this.steps -= steps;
    if (!(this.steps >= 0)) throw this.#tooManySteps();
    if (steps >= stepsPerLook || (before & (stepsPerLook - 1)) < steps) this.checkTime();
  }

  /**
   * Hands out steps to code that counts them itself.
   *
   * @param missing how many of those that were handed out it lacks
   */
  moreSteps(missing: number): number {
    const steps = Math.min(Math.max(missing, 0) + stepsPerLook, this.steps);
    if (!(steps >= missing)) throw this.#tooManySteps();
    this.#isWhole = false;
    this.steps -= steps;
    this.checkTime();
    return steps;
  }

  /** @throws {PolarError} `POLAR_RUN_SIZE_LIMIT` */
  grow(size: number): void {
    this.#isWhole = false;
    this.#size -= size;
    if (!(this.#size >= 0)) throw new PolarError('POLAR_RUN_SIZE_LIMIT', { limit: this.limits.maxSize });
  }

  /** Called after code of the application. How often that takes a look at the clock depends on how slow such code has been. */
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

  /** Starts the clock. @throws {PolarError} `POLAR_RUN_ABORTED`, `POLAR_RUN_TIMEOUT` */
  checkStart(): void {
    if (this.startedAt !== undefined || this.signal?.aborted === true || this.limits.timeoutMs <= 0)
      this.checkTime();
    else this.start();
  }

  start(): void {
    this.#isWhole = false;
    this.startedAt = this.#lookedAt = performance.now();
  }

  /** Goes on with the clock of the engine that began the query. */
  continue(startedAt: number): void {
    this.#isWhole = false;
    this.startedAt = startedAt;
  }

  checkTime(): void {
    if (this.signal?.aborted) throw aborted(this.signal);
    if (this.remainingMs < 0 || this.limits.timeoutMs <= 0)
      throw new PolarError('POLAR_RUN_TIMEOUT', { limitMs: this.limits.timeoutMs });
  }

  /** Whether time is up, or the query was aborted. */
  get isOver(): boolean {
    return this.signal?.aborted === true || this.remainingMs < 0;
  }

  get remainingMs(): number {
    const now = performance.now();
    if (this.hasUntimedCalls) this.#timeCalls(now - this.#lookedAt);
    this.#lookedAt = now;
    if (this.startedAt === undefined) {
      this.#isWhole = false;
      this.startedAt = now;
    }
    return this.startedAt + this.limits.timeoutMs - now;
  }

  /**
   * Learns from a look that follows calls.
   *
   * @param ms since the look before. Time between two queries counts, too: where queries are rare, a look after each call costs nothing
   */
  #timeCalls(ms: number): void {
    this.hasUntimedCalls = false;
    if (ms > slowCallMs * this.#callsPerLook) this.#callsPerLook = 1;
    else if (this.#callsLeft > 0) return;
    else this.#callsPerLook = Math.min(2 * this.#callsPerLook, mostCallsPerLook);
    this.#callsLeft = this.#callsPerLook;
  }

  #tooManySteps(): PolarError {
    return new PolarError('POLAR_RUN_STEP_LIMIT', { limit: this.limits.maxSteps });
  }
}

export const aborted = (signal: AbortSignal): PolarError =>
  new PolarError('POLAR_RUN_ABORTED', {}, undefined, { cause: signal.reason });
