/** Fields of a call in the log. */
const size = 6;

/** How the arguments stand in the log: a list for a call with one would be made in vain nearly always. */
const listed = 0;
const alone = 1;

const noArguments: readonly unknown[] = [];

/**
 * What methods of the application gave during a question, so that the machine, when it goes on, does not call them again. A
 * call is known by its receiver, name and arguments; several alike are handed out in their order.
 */
export class HostLog {
  /** Receiver, name, arguments, how they stand, result, and whether it was thrown: call after call. Used again for each question. */
  readonly #fields: unknown[] = [];
  #length = 0;

  clear(): void {
    this.#length = 0;
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
    if (this.#length === 0) return undefined;
    const replay = new HostReplay(this.#fields.slice(0, this.#length));
    this.#length = 0;
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
    fields[at] = receiver;
    fields[at + 1] = name;
    fields[at + 2] = args;
    fields[at + 3] = standing;
    fields[at + 4] = result;
    fields[at + 5] = isThrown;
    this.#length = at + size;
  }
}

/** The calls that were made before the machine took over. */
export class HostReplay {
  readonly #fields: unknown[];

  constructor(fields: unknown[]) {
    this.#fields = fields;
  }

  /** Gives what the call has given already, or makes it. */
  call(receiver: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    const fields = this.#fields;
    for (let at = 0; at < fields.length; at += size) {
      if (fields[at] !== receiver || fields[at + 1] !== name) continue;
      const noted = fields[at + 3] === alone ? [fields[at + 2]] : (fields[at + 2] as readonly unknown[]);
      if (!isSame(noted, args)) continue;
      const [, , , , result, isThrown] = fields.splice(at, size);
      if (isThrown === true) throw result;
      return result;
    }
    return run();
  }
}

const isSame = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((value, i) => Object.is(value, right[i]));
