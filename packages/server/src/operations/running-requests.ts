/** Counts the requests that are not answered yet, and waits for their end. */
export class RunningRequests {
  #count = 0;
  #idle: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  /** Counts a request until its answer. */
  async run<Result>(answer: () => Promise<Result>): Promise<Result> {
    this.#count++;
    try {
      return await answer();
    } finally {
      this.#count--;
      if (this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** Returns a promise that is fulfilled when no request is running. */
  end(): Promise<void> {
    return this.#count === 0
      ? Promise.resolve()
      : new Promise<void>((resolve) => void this.#idle.push(resolve));
  }
}
