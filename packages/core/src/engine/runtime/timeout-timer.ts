import { PolarError } from '../../diagnostics/polar-error.js';

/** A query that awaits promises of the application. */
export class WaitingQuery {
  /** The index among the waiting queries; -1 outside of them. */
  at = -1;
  /** The tick at which it began to wait. */
  since = 0;
  /** Whether it was ended early, so that its result is ignored. */
  isEnded = false;

  constructor(
    readonly limitMs: number,
    readonly reject: (error: PolarError) => void,
    readonly runtime: { stop(): void },
  ) {}

  /** Rejects the query, because its time is up or it was aborted. */
  end(error: PolarError = new PolarError('POLAR_RUN_TIMEOUT', { limitMs: this.limitMs })): void {
    this.isEnded = true;
    this.runtime.stop();
    this.reject(error);
  }
}

/** Makes the process wait for a timer, or not. Timers of a browser are numbers. */
function setWaited(timer: unknown, isWaited: boolean): void {
  (timer as Partial<Record<'ref' | 'unref', () => void>>)[isWaited ? 'ref' : 'unref']?.();
}

/** The number of ticks in a time limit. A query may take one tick longer than the limit. */
const ticks = 10;

/**
 * Ends queries whose time is up. One timer serves all of them and runs only while there are any. A timer for each query, or reading the
 * clock, would cost more than most queries. The process waits for the timer only while a query waits, so that a promise that is never
 * settled ends in an error and not in the end of the process.
 */
export class TimeoutTimer {
  readonly #waiting: WaitingQuery[] = [];
  #tick = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(readonly timeoutMs: number) {}

  watch(query: WaitingQuery): void {
    if (this.timeoutMs === Infinity) return;
    query.since = this.#tick;
    query.at = this.#waiting.push(query) - 1;
    if (this.#timer !== undefined) {
      if (query.at === 0) setWaited(this.#timer, true);
      return;
    }
    const everyMs = Math.min(Math.max(Math.ceil(this.timeoutMs / ticks), 1), 2 ** 31 - 1);
    this.#timer = setInterval(() => this.#onTick(), everyMs);
  }

  /** Removes a query that has ended, so that its objects are not kept alive. */
  forget(query: WaitingQuery): void {
    const { at } = query;
    if (at === -1) return;
    query.at = -1;
    const last = this.#waiting.pop()!;
    if (this.#waiting.length === 0) setWaited(this.#timer, false);
    if (last === query) return;
    this.#waiting[at] = last;
    last.at = at;
  }

  #onTick(): void {
    this.#tick++;
    for (const query of this.#waiting.filter(({ since }) => this.#tick - since > ticks)) {
      this.forget(query);
      query.end();
    }
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
