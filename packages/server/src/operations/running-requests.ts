/** The requests that are not answered yet. */
export class RunningRequests {
  readonly #requests = new Set<Promise<unknown>>();

  get count(): number {
    return this.#requests.size;
  }

  /** Keeps a request until its answer. @returns the same promise */
  keep<Answer>(request: Promise<Answer>): Promise<Answer> {
    const forget = (): void => void this.#requests.delete(request);
    this.#requests.add(request);
    request.then(forget, forget);
    return request;
  }

  /** Waits for the answers of the requests that are running now, and not for those that arrive meanwhile. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#requests);
  }
}
