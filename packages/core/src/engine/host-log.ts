import { handleRejections } from '../host/handle-rejections.js';

/** Fields of a call in the log. */
const size = 6;

/** Fields that an empty log keeps room for. */
const mostKept = 64 * size;

/** Number of calls that a log holds. The results may be large, and a policy decides how many there are. */
const mostCalls = 16_384;

/** How the arguments stand in the log: a list for a call with one would be made in vain nearly always. */
const listed = 0;
const alone = 1;

const noArguments: readonly unknown[] = [];

/** Told of each call: it may have taken its time. */
export interface CallClock {
  readonly startedAt: number | undefined;
  called(result: unknown): void;
  /** Told that the log holds as many calls as it may. It notes no others: where the machine can go on, this throws. */
  full(): void;
}

/**
 * What methods of the application gave during a question, so that the machine, when it goes on, does not call them again. A
 * call is known by its receiver, name and arguments; several alike are handed out in their order.
 */
export class HostLog {
  /** Receiver, name, arguments, how they stand, result, and whether it was thrown: call after call. Used again for each question. */
  readonly #fields: unknown[] = [];
  #length = 0;
  /** Fields up to this one hold no result whose promises are still to be handled. */
  #handled = 0;

  constructor(
    readonly clock: CallClock,
    readonly most = mostCalls,
  ) {}

  /** Releases what was noted: a log that is used again must not keep objects of the application alive. */
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

  /** Calls, and notes what came of it. */
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

  /** Notes what a call without arguments gave. */
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

  /** What was noted, for the machine; the log is empty then. */
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

/** The calls of one receiver and name, or of those with the same first arguments: by the next argument, and by having no more. */
interface Calls {
  readonly next: Map<unknown, Calls>;
  /** Results of calls without further arguments, in their order; whether each was thrown. */
  results: readonly (readonly [result: unknown, isThrown: boolean])[] | undefined;
  /** How many of them have been handed out. */
  used: number;
}

const noCalls = (): Calls => ({ next: new Map(), results: undefined, used: 0 });

/** A key of a map for a value: maps take -0 for 0, `Object.is` does not. */
const negativeZero: unique symbol = Symbol('-0');
const keyOf = (value: unknown): unknown => (Object.is(value, -0) ? negativeZero : value);

/** The calls that were made before the machine took over. Found by a tree, so that any number of them takes time in proportion. */
export class HostReplay {
  readonly #calls = noCalls();
  readonly #fields: readonly unknown[];

  /** @param startedAt when the query began: its time goes on */
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

  /** Gives what the call has given already, or makes it. */
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
