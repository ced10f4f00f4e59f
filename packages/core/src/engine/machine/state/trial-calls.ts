import type { Frame } from './frame.js';
import type { Replay } from '../../host-replay.js';

interface Call {
  readonly args: readonly unknown[];
  readonly result: unknown;
}

/**
 * The results of code of the application while the heads of rules are tried. A trial that waits for a promise starts again when the promise
 * settles. It must not read a getter again that makes a new promise each time, because then it would never end.
 */
export class TrialCalls implements Replay {
  readonly #calls = new Map<unknown, Map<string, Call[]>>();

  /**
   * @param caller the rule whose call needs the trial
   * @param made the calls that were made before the machine took over
   */
  constructor(
    readonly caller: Frame,
    readonly made: Replay | undefined,
  ) {}

  call(receiver: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    const key = this.#keyOf(receiver);
    let named = this.#calls.get(key);
    if (named === undefined) this.#calls.set(key, (named = new Map()));
    let calls = named.get(name);
    if (calls === undefined) named.set(name, (calls = []));
    const known = calls.find((call) => isSame(call.args, args));
    if (known !== undefined) return known.result;
    const result = this.made === undefined ? run() : this.made.call(receiver, name, args, run);
    calls.push({ args, result });
    return result;
  }

  /** A list that the policy writes is another list in each trial, with the same elements. */
  #keyOf(receiver: unknown): unknown {
    if (!Array.isArray(receiver) || this.#calls.has(receiver)) return receiver;
    for (const known of this.#calls.keys()) if (isSame(known, receiver)) return known;
    return receiver;
  }

  construct(name: string, run: () => unknown): unknown {
    return this.made === undefined ? run() : this.made.construct(name, run);
  }
}

/** The lists in lists that are compared by their elements. */
const maxDepth = 8;

const isSame = (left: unknown, right: unknown, depth = 0): boolean =>
  Object.is(left, right) ||
  (depth < maxDepth &&
    Array.isArray(left) &&
    Array.isArray(right) &&
    left.length === right.length &&
    left.every((value, i) => isSame(value, right[i], depth + 1)));
