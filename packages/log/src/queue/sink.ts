import type { DecisionRecord } from '../record/decision-record.js';

/** A destination of records that stores them in batches, such as a file or a database. */
export interface DecisionSink {
  /** The name of the sink, for errors and counts. */
  readonly name: string;
  /**
   * Stores records. When the promise is fulfilled, they are stored. If the function throws or rejects, the log calls it again with the same
   * records, which have the same ids.
   */
  write(records: readonly DecisionRecord[]): PromiseLike<unknown> | void;
  /** Stores records before the process exits, when promises no longer run. */
  writeSync?(records: readonly DecisionRecord[]): void;
  /** Releases the resources of the sink, after the last record. */
  close?(): PromiseLike<unknown> | void;
}

/** A destination that takes each record at once, in the context of the check, such as a logger or a span. */
export interface DecisionObserver {
  /** The name of the observer, for errors. */
  readonly name: string;
  /** Receives a record before the check returns. An error is reported, and the record is not repeated. */
  observe(record: DecisionRecord): void;
}

/** The state of one sink. */
export interface SinkStatus {
  readonly name: string;
  /** Records that were accepted and are not stored yet. */
  readonly waiting: number;
  readonly stored: number;
  /** Records that the sink never received, because its queue was full. */
  readonly dropped: number;
  /** The error of the last attempt; `undefined` while the sink works. */
  readonly error: unknown;
}
