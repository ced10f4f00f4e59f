/** The kind of a decision: an authorization that passed, or a skip with a reason. */
export type Decided = 'authorized' | 'skipped';

/**
 * The decisions of one request, and whether they count for the code that is running.
 *
 * @internal for adapters
 */
export interface RequestDecisions {
  /** Whether a decision counts for a response that the running code writes. */
  readonly isSettled: boolean;
  /** The descriptions of all decisions, for the message about a response for which none of them counts. */
  readonly made: readonly string[];
  /**
   * Starts a decision of the running code, even if its result comes later.
   *
   * @param description names the decision in messages: `read Document`
   * @returns a function that records that the decision was made
   */
  deciding(description: string): (decided: Decided) => void;
  /** Runs a handler that needs no authorization. The skip ends with the call of `leave`, and counts for no other handler. */
  runSkipped<Result>(reason: string, handler: (leave: () => void) => Result): Result;
}

/** The decisions of a request whose handlers are not followed. Each decision counts for the whole request. */
export class WholeRequest implements RequestDecisions {
  readonly made: string[] = [];
  #isDecided = false;
  /** The number of skipped handlers that are running. */
  #skipped = 0;

  get isSettled(): boolean {
    return this.#isDecided || this.#skipped > 0;
  }

  deciding(description: string): () => void {
    return () => {
      this.made.push(description);
      this.#isDecided = true;
    };
  }

  runSkipped<Result>(reason: string, handler: (leave: () => void) => Result): Result {
    this.made.push(`skipped: ${reason}`);
    this.#skipped += 1;
    let isLeft = false;
    return handler(() => {
      if (!isLeft) this.#skipped -= 1;
      isLeft = true;
    });
  }
}
