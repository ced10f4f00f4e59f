import { monotonicClock } from '../internal/monotonic-clock.js';

// `Date` of the system. A test that sets the time replaces the global one.
const SystemDate = Date;

/** The longest time until a change of the system clock is noticed. */
const resyncMs = 1_000;

/** The largest difference between two readings of clocks that agree, because one of them shows whole milliseconds. */
const toleranceMs = 2;

/**
 * Finds the time of a check. Each reading of a clock costs as much as a short check, so the time of a check that is measured comes from the
 * reading of the monotonic clock from which its duration is measured. The system clock is compared each second, because it can be set.
 */
export class SystemTime {
  /** The difference between the two clocks. */
  #offset = monotonicClock.timeOrigin;
  #comparedAt = Number.NEGATIVE_INFINITY;
  #last = new SystemDate(0);

  /** Returns the time of the system clock. Times of the same millisecond are the same `Date`, unless the application has changed it. */
  now(): Date {
    return Date === SystemDate ? this.#dateOf(SystemDate.now()) : new Date();
  }

  /** Returns the time of a recent reading of `performance.now()`. */
  at(readMs: number): Date {
    if (Date !== SystemDate) return new Date();
    const elapsed = readMs - this.#comparedAt;
    if (!(elapsed >= 0 && elapsed < resyncMs)) this.#compare(readMs);
    return this.#dateOf(Math.floor(readMs + this.#offset));
  }

  #dateOf(ms: number): Date {
    if (this.#last.getTime() !== ms) this.#last = new SystemDate(ms);
    return this.#last;
  }

  #compare(readMs: number): void {
    this.#comparedAt = readMs;
    const [monotonic, system] = [monotonicClock.now(), SystemDate.now()];
    if (Math.abs(system - (monotonic + this.#offset)) > toleranceMs) this.#offset = system - monotonic;
  }
}
