import { closeSync, constants, openSync, readSync } from 'node:fs';

/** The key Ctrl+C, as a terminal sends it to a program that reads single keys. */
const controlC = 0x03;
const pollEveryMs = 50;

/**
 * Ctrl+C during a query. Node.js reads no keys while a query calculates, so a check of the signal reads them from the terminal itself, and
 * passes on the others when the query has ended.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #terminal: number | undefined;
  readonly #others: Buffer[] = [];
  #polledAt = performance.now();

  /**
   * @param input the terminal; undefined for another input, which has no keys
   * @param openTerminal opens the terminal for reads that do not wait
   */
  constructor(
    readonly input: NodeJS.ReadableStream | undefined,
    openTerminal: () => number = openOwnTerminal,
  ) {
    this.#terminal = input === undefined ? undefined : attempt(openTerminal);
    const { signal } = this.#controller;
    const isAborted = (): boolean => Reflect.get(AbortSignal.prototype, 'aborted', signal) as boolean;
    // The engine reads `aborted` between its steps.
    if (this.#terminal !== undefined)
      Object.defineProperty(signal, 'aborted', {
        get: () => {
          this.#poll();
          return isAborted();
        },
      });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Passes on the keys that were pressed during the query. */
  end(): void {
    if (this.#terminal !== undefined) closeSync(this.#terminal);
    if (this.#others.length > 0) this.input?.emit('data', Buffer.concat(this.#others));
  }

  #poll(): void {
    const now = performance.now();
    if (now - this.#polledAt < pollEveryMs) return;
    this.#polledAt = now;
    const keys = Buffer.alloc(256);
    // A terminal without a key throws EAGAIN.
    const length = attempt(() => readSync(this.#terminal!, keys)) ?? 0;
    const end = keys.subarray(0, length).indexOf(controlC);
    if (end >= 0) this.abort();
    else if (length > 0) this.#others.push(keys.subarray(0, length));
  }
}

/** Windows has no such file; there, a query ends at the limit `timeoutMs`. */
const openOwnTerminal = (): number => openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK);

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
