/** The time for an answer, from now on. */
export class Deadline {
  readonly #timeout = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  /** They reject the promises of `within`. A promise that is settled ignores it. */
  readonly #interrupts: ((error: Error) => void)[] = [];
  #error: Error | undefined;

  /** @param createError creates the error of everything that waits when the time is over */
  constructor(timeoutMs: number, createError: () => Error) {
    this.#timer = setTimeout(() => this.#interrupt(createError()), timeoutMs);
  }

  /** The error of the deadline; undefined while there is time. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The signal that is aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#timeout.signal;
  }

  /** Waits for a promise, but not longer than the time. @throws the error of the deadline */
  within<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#error === undefined) this.#interrupts.push(reject);
      else reject(this.#error);
      promise.then(resolve, reject);
    });
  }

  /** Stops the timer. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #interrupt(error: Error): void {
    this.#error = error;
    for (const interrupt of this.#interrupts) interrupt(error);
    this.#timeout.abort(error);
  }
}
