import { handleRejections } from '../host/handle-rejections.js';
import { alone, fieldsPerCall, type HostLog, type LoggedCalls } from './host-log.js';

/** The calls of one receiver and name, or those with the same first arguments, by the next argument. */
interface Calls {
  readonly next: Map<unknown, Calls>;
  /** The results of calls without further arguments, in their order, and whether each was thrown. */
  results: readonly (readonly [result: unknown, isThrown: boolean])[] | undefined;
  /** Number of results that were returned. */
  used: number;
}

const noCalls = (): Calls => ({ next: new Map(), results: undefined, used: 0 });

/** The key of -0 in a map: a map does not distinguish it from 0, `Object.is` does. */
const negativeZero: unique symbol = Symbol('-0');
const keyOf = (value: unknown): unknown => (Object.is(value, -0) ? negativeZero : value);

/** Answers calls of the application whose results are known. */
export interface Replay {
  /** Returns the recorded result of a call, or makes the call. */
  call(receiver: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown;
  construct(name: string, run: () => unknown): unknown;
}

/** The calls that were made before the machine took over. A tree finds each in constant time. */
export class HostReplay implements Replay {
  readonly #calls = noCalls();
  readonly #fields: readonly unknown[];

  /** The time when the query began: its clock continues. */
  readonly startedAt: number | undefined;

  constructor({ fields, startedAt }: LoggedCalls) {
    this.#fields = fields;
    this.startedAt = startedAt;
    for (let at = 0; at < fields.length; at += fieldsPerCall) {
      const args = fields[at + 3] === alone ? [fields[at + 2]] : (fields[at + 2] as readonly unknown[]);
      let calls = this.#calls;
      for (const value of [fields[at], fields[at + 1], ...args]) {
        const key = keyOf(value);
        let next = calls.next.get(key);
        if (next === undefined) calls.next.set(key, (next = noCalls()));
        calls = next;
      }
      const results = (calls.results ??= []) as (readonly [unknown, boolean])[];
      results.push([fields[at + 4], fields[at + 5] === true]);
    }
  }

  /** Handles the promises among the results that the query no longer reads. */
  abandon(): void {
    for (let at = 4; at < this.#fields.length; at += fieldsPerCall) handleRejections(this.#fields[at]);
  }

  get isEmpty(): boolean {
    return this.#fields.length === 0;
  }

  call(receiver: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    let calls = this.#calls.next.get(keyOf(receiver))?.next.get(name);
    for (let i = 0; calls !== undefined && i < args.length; i++) calls = calls.next.get(keyOf(args[i]));
    const noted = calls?.results?.[calls.used];
    if (calls === undefined || noted === undefined) return run();
    calls.used++;
    const [result, isThrown] = noted;
    if (isThrown) throw result;
    return result;
  }

  /** Calls a constructor. The results of constructors are not recorded. */
  construct(_name: string, run: () => unknown): unknown {
    return run();
  }
}

/** Takes the calls out of a log; undefined when there are none and the clock has not started. */
export function takeReplay(log: HostLog): HostReplay | undefined {
  const calls = log.take();
  return calls && new HostReplay(calls);
}
