import type { DecisionRecord } from '../record/decision-record.js';

/** Records that are written together. */
export class Batch {
  readonly records: DecisionRecord[] = [];
  /** Whether the sink has received the records, so that no other may join them: a sink can recognize a batch by its first record. */
  isTried = false;
  #stored: Promise<void> | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  /** A promise that is fulfilled when the records are stored. */
  get stored(): Promise<void> {
    if (this.#stored === undefined) {
      this.#stored = new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
      this.#stored.catch(() => {}); // a caller that gave up waiting
    }
    return this.#stored;
  }

  end(error?: Error): void {
    if (error === undefined) this.#resolve?.();
    else this.#reject?.(error);
  }
}
