/** The requests that are not answered yet. */
export class RunningRequests {
  readonly #requests = new Set<Promise<unknown>>();

  get count(): number {
    return this.#requests.size;
  }

  /** Keeps a request until its answer. */
  async run<Result>(answer: () => Promise<Result>): Promise<Result> {
    const request = answer();
    this.#requests.add(request);
    try {
      return await request;
    } finally {
      this.#requests.delete(request);
    }
  }

  /** Waits for the answers of the requests that are running now, and not for those that arrive meanwhile. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#requests);
  }
}
