import { handleRejections } from '../host/handle-rejections.js';

/** Number of fields of a call in the log. */
export const fieldsPerCall = 6;

/** Number of fields that an empty log keeps allocated. */
const mostKept = 64 * fieldsPerCall;

/** Number of calls that a log holds. The results may be large, and a policy decides how many there are. */
const mostCalls = 16_384;

/** The form of the arguments in the log: a list, or one argument without a list, because a list for each call is expensive. */
const listed = 0;
export const alone = 1;

const noArguments: readonly unknown[] = [];

/** The calls of a query, when another engine takes over. */
export interface LoggedCalls {
  /** The fields of one call after another. */
  readonly fields: readonly unknown[];
  /** The time when the query began: its clock continues. */
  readonly startedAt: number | undefined;
}

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
    for (; this.#handled < this.#length; this.#handled += fieldsPerCall)
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

  /** Returns the calls for a `HostReplay`, and empties the log. */
  take(): LoggedCalls | undefined {
    const { startedAt } = this.clock;
    if (this.#length === 0 && startedAt === undefined) return undefined;
    const fields = this.#fields.slice(0, this.#length);
    this.#length = this.#handled = 0;
    this.#fields.length = 0;
    return { fields, startedAt };
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
    const limit = this.most * fieldsPerCall;
    if (at < limit) {
      fields[at] = receiver;
      fields[at + 1] = name;
      fields[at + 2] = args;
      fields[at + 3] = standing;
      fields[at + 4] = result;
      fields[at + 5] = isThrown;
      this.#length = at + fieldsPerCall;
    }
    this.clock.called(result);
    if (this.#length >= limit) this.clock.full();
  }
}
