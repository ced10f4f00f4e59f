import { handleRejections } from '../host/handle-rejections.js';

/** Number of fields of a call in the log. */
const size = 6;

/** Number of fields that an empty log keeps allocated. */
const mostKept = 64 * size;

/** Number of calls that a log holds. The results may be large, and a policy decides how many there are. */
const mostCalls = 16_384;

/** The form of the arguments in the log: a list, or one argument without a list, because a list for each call is expensive. */
const listed = 0;
const alone = 1;

const noArguments: readonly unknown[] = [];

/** The clock that counts each call, because a call may take long. */
export interface CallClock {
  readonly startedAt: number | undefined;
  called(result: unknown): void;
  /** Handles a full log, which records no further calls. Throws to bail out to the machine. */
  full(): void;
}

/**
 * The results of the application's methods in a query. The machine reads them when it takes over, so that no method is called twice. A
 * call is identified by receiver, name and arguments; equal calls are returned in their order.
 */
export class HostLog {
  /** Receiver, name, arguments, their form, result, and whether it was thrown, for one call after another. Reused by the next query. */
  readonly #fields: unknown[] = [];
  #length = 0;
  /** Fields up to this one hold no result whose promises are still to be handled. */
  #handled = 0;

  constructor(
    readonly clock: CallClock,
    readonly most = mostCalls,
  ) {}

  /** Releases the calls, because a reused log must not keep objects of the application alive. */
  clear(): void {
    const length = this.#length;
    if (length === 0) return;
    const fields = this.#fields;
    this.#length = this.#handled = 0;
    if (length > mostKept) fields.length = 0;
    else for (let i = 0; i < length; i++) fields[i] = undefined;
  }

  /** Handles the promises in the results that were added since the last call of this method. */
  handleRejections(): void {
    for (; this.#handled < this.#length; this.#handled += size)
      handleRejections(this.#fields[this.#handled + 4]);
  }

  /** Makes a call, and records its result or its error. */
  call(receiver: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      this.failed(receiver, name, args, error);
      throw error;
    }
    this.#add(receiver, name, args, listed, result, false);
    return result;
  }

  /** Records the result of a call without arguments. */
  note(receiver: unknown, name: string, result: unknown): void {
    this.#add(receiver, name, noArguments, listed, result, false);
  }

  noteOne(receiver: unknown, name: string, result: unknown, arg: unknown): void {
    this.#add(receiver, name, arg, alone, result, false);
  }

  noteWith(receiver: unknown, name: string, result: unknown, args: readonly unknown[]): void {
    this.#add(receiver, name, args, listed, result, false);
  }

  failed(receiver: unknown, name: string, args: readonly unknown[], error: unknown): void {
    this.#add(receiver, name, args, listed, error, true);
  }

  /** Returns the calls for the machine, and empties the log. */
  take(): HostReplay | undefined {
    const { startedAt } = this.clock;
    if (this.#length === 0 && startedAt === undefined) return undefined;
    const replay = new HostReplay(this.#fields.slice(0, this.#length), startedAt);
    this.#length = this.#handled = 0;
    this.#fields.length = 0;
    return replay;
  }

  #add(
    receiver: unknown,
    name: string,
    args: unknown,
    standing: number,
    result: unknown,
    isThrown: boolean,
  ): void {
    const fields = this.#fields;
    const at = this.#length;
    const limit = this.most * size;
    if (at < limit) {
      fields[at] = receiver;
      fields[at + 1] = name;
      fields[at + 2] = args;
      fields[at + 3] = standing;
      fields[at + 4] = result;
      fields[at + 5] = isThrown;
      this.#length = at + size;
    }
    this.clock.called(result);
    if (this.#length >= limit) this.clock.full();
  }
}

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

/** The calls that were made before the machine took over. A tree finds each in constant time. */
export class HostReplay {
  readonly #calls = noCalls();
  readonly #fields: readonly unknown[];

  /** @param startedAt the time when the query began: its clock continues */
  constructor(
    fields: readonly unknown[],
    readonly startedAt: number | undefined,
  ) {
    this.#fields = fields;
    for (let at = 0; at < fields.length; at += size) {
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
    for (let at = 4; at < this.#fields.length; at += size) handleRejections(this.#fields[at]);
  }

  get isEmpty(): boolean {
    return this.#fields.length === 0;
  }

  /** Returns the recorded result of a call, or makes the call. */
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
}
