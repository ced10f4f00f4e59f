import { performance } from 'node:perf_hooks';
import type { Mix } from './mix.ts';
import type { Check } from './library.ts';

/** Makes each check once, in order, and compares the result with the oracle, until the time is up. */
export async function verify(check: Check, mix: Mix, budgetMs: number): Promise<Verified> {
  const { actors, actions, resources, allowed } = mix;
  const started = performance.now();
  const seen = new Set<unknown>();
  const firstMs: number[] = [];
  let checked = 0;
  let now = started;
  while (checked < actors.length && (checked === 0 || now - started < budgetMs)) {
    const resource = resources[checked];
    const type = typeof resource === 'object' ? Object.getPrototypeOf(resource) : undefined;
    const before = performance.now();
    const pending = check(actors[checked], actions[checked]!, resource);
    const answer = typeof pending === 'boolean' ? pending : await pending;
    now = performance.now();
    if (answer !== allowed[checked])
      throw new Error(`check ${checked} returns ${answer}, but the oracle says ${allowed[checked]}`);
    if (!seen.has(type)) {
      seen.add(type);
      firstMs.push(now - before);
    }
    checked++;
  }
  return { checked, firstMs, checkMs: (now - started) / checked };
}

export interface Verified {
  /** The number of checks that ran. All returned the expected result. */
  readonly checked: number;
  /** The time of the first check of each type, in the order of the checks. */
  readonly firstMs: readonly number[];
  /** The mean time of a check before warm-up. */
  readonly checkMs: number;
}

export const elapsedTime = (): number => performance.now();

/** The processor time of the process, in milliseconds, with that of garbage collection and compilation in other threads. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Repeats the verified checks. Each round continues after the last check of the round before. */
export class Loop {
  #at = 0;
  readonly #check: Check;
  readonly #mix: Mix;
  readonly #length: number;
  readonly #isAsync: boolean;
  readonly #now: () => number;
  #perBatch: number;

  constructor(check: Check, mix: Mix, verified: Verified, isAsync: boolean, now = elapsedTime) {
    this.#check = check;
    this.#mix = mix;
    this.#length = verified.checked;
    this.#isAsync = isAsync;
    this.#now = now;
    this.#perBatch = batchFor(verified.checkMs);
  }

  /**
   * Makes checks until the time is up, at least one batch.
   *
   * @returns nanoseconds for one check
   */
  async round(budgetMs: number): Promise<number> {
    let checks = 0;
    let elapsed = 0;
    do {
      const count = this.#perBatch;
      const from = this.#at;
      const started = this.#now();
      const allowed = this.#isAsync ? await this.#runAsync(from, count) : this.#run(from, count);
      const took = Math.max(this.#now() - started, 1e-3);
      if (allowed !== this.#expected(from, count))
        throw new Error('the number of allowed checks changed after verification');
      this.#at = (from + count) % this.#length;
      checks += count;
      elapsed += took;
      this.#perBatch = batchFor(took / count);
    } while (elapsed < budgetMs);
    return (elapsed / checks) * 1e6;
  }

  #run(from: number, count: number): number {
    const { actors, actions, resources } = this.#mix;
    const check = this.#check;
    const length = this.#length;
    let allowed = 0;
    let at = from;
    for (let n = 0; n < count; n++) {
      if (check(actors[at], actions[at]!, resources[at])) allowed++;
      if (++at === length) at = 0;
    }
    return allowed;
  }

  async #runAsync(from: number, count: number): Promise<number> {
    const { actors, actions, resources } = this.#mix;
    const check = this.#check;
    const length = this.#length;
    let allowed = 0;
    let at = from;
    for (let n = 0; n < count; n++) {
      const answer = check(actors[at], actions[at]!, resources[at]);
      if (typeof answer === 'boolean' ? answer : await answer) allowed++;
      if (++at === length) at = 0;
    }
    return allowed;
  }

  #expected(from: number, count: number): number {
    const { allowed } = this.#mix;
    let all = 0;
    for (let i = 0; i < this.#length; i++) if (allowed[i]) all++;
    let expected = Math.floor(count / this.#length) * all;
    for (let n = 0; n < count % this.#length; n++) if (allowed[(from + n) % this.#length]) expected++;
    return expected;
  }
}

/** Returns the number of checks that take about five milliseconds, so that reading the clock costs little and rounds end in time. */
function batchFor(checkMs: number): number {
  return Math.max(1, Math.min(1_000_000, Math.round(5 / Math.max(checkMs, 1e-6))));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});
