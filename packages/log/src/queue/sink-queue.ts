import { NanookLogError, reasonOf } from '../errors/nanook-log-error.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { Batch } from './batch.js';
import type { DecisionSink, SinkStatus } from './sink.js';

/** The options of a queue, which all sinks of a log share. */
export interface QueueOptions {
  readonly capacity: number;
  readonly batchSize: number;
  readonly delayMs: number;
  readonly maxRetryMs: number;
  readonly whenFull: 'drop' | 'block';
  readonly maxWaitMs: number;
  readonly onError: (error: NanookLogError) => void;
}

/** A record that waits for room in a full queue. */
interface Waiting {
  readonly record: DecisionRecord;
  readonly accept: (batch: Batch) => void;
  readonly refuse: () => void;
}

const firstRetryMs = 100;

/**
 * The queue of one sink: a list of batches, of which the first is written. A batch that fails is written again, so records leave in the
 * order in which they came, and none is lost while the process lives.
 */
export class SinkQueue {
  readonly #batches: Batch[] = [];
  readonly #waiting = new Set<Waiting>();
  #size = 0;
  #stored = 0;
  #dropped = 0;
  #reportedDropped = 0;
  /** The number of records that were dropped since the last accepted one. */
  #gap = 0;
  /** The batch that is being written. */
  #current: Batch | undefined;
  #isStopped = false;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #failures = 0;
  /** The pause after the next failure. */
  #pauseMs = firstRetryMs;
  #error: unknown;
  /** Whether the application knows that the queue is full. */
  #isFullReported = false;
  readonly #onExit = (): void => this.#writeRest();

  constructor(
    readonly sink: DecisionSink,
    readonly options: QueueOptions,
  ) {
    if (sink.writeSync !== undefined) process.once('exit', this.#onExit);
  }

  get status(): SinkStatus {
    const { name } = this.sink;
    return { name, waiting: this.#size, stored: this.#stored, dropped: this.#dropped, error: this.#error };
  }

  /**
   * Accepts a record, or drops it when the queue is full.
   *
   * @returns the batch of the record; `undefined` for a full queue
   */
  accept(record: DecisionRecord): Batch | undefined {
    const { capacity, whenFull } = this.options;
    if (this.#size < capacity && this.#waiting.size === 0) return this.#append(record);
    if (whenFull === 'drop') {
      this.#dropped++;
      this.#gap++;
      this.#reportFull();
    }
    return undefined;
  }

  /**
   * Accepts a record as soon as the queue has room.
   *
   * @throws {NanookLogError} `NANOOK_LOG_QUEUE_FULL` when it has none in time, or as many records wait as the queue has places
   */
  async acceptLater(record: DecisionRecord): Promise<Batch> {
    const { capacity, maxWaitMs } = this.options;
    if (this.#waiting.size >= capacity || this.#isStopped) throw this.#full();
    return new Promise((resolve, reject) => {
      const refuse = (): void => {
        this.#waiting.delete(waiting);
        clearTimeout(timer);
        reject(this.#full());
      };
      const accept = (batch: Batch): void => {
        clearTimeout(timer);
        resolve(batch);
      };
      const waiting: Waiting = { record, accept, refuse };
      const timer = setTimeout(refuse, maxWaitMs);
      this.#waiting.add(waiting);
    });
  }

  /** Returns a promise that is fulfilled when all records that were accepted so far are stored. */
  async flush(): Promise<void> {
    const last = this.#batches.at(-1);
    if (last === undefined) return;
    const { stored } = last;
    this.#soon();
    await stored;
  }

  /**
   * Returns a promise that is fulfilled when no record is left, also of the checks that wait for room. A sink that fails is tried again at
   * once, because the process may not live until the next planned attempt.
   */
  async drain(): Promise<void> {
    this.#pauseMs = firstRetryMs;
    if (this.#current === undefined && this.#batches.length > 0) this.#wakeAfter(0);
    for (let last = this.#batches.at(-1); last !== undefined; last = this.#batches.at(-1))
      // oxlint-disable-next-line no-await-in-loop -- a check that waits for room adds a batch when this one is stored
      await last.stored;
  }

  /**
   * Ends the attempts to write.
   *
   * @param error the reason why the records that are left are lost
   */
  stop(error?: NanookLogError): void {
    this.#isStopped = true;
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    process.removeListener('exit', this.#onExit);
    for (const batch of this.#batches) batch.end(error);
    for (const waiting of this.#waiting) waiting.refuse();
    this.#waiting.clear();
  }

  #append(record: DecisionRecord): Batch {
    const { batchSize, delayMs } = this.options;
    let last = this.#batches.at(-1);
    if (last === undefined || last.isTried || last.records.length >= batchSize)
      this.#batches.push((last = new Batch()));
    if (this.#gap > 0) {
      last.records.push({ ...record, droppedBefore: this.#gap });
      this.#gap = 0;
    } else last.records.push(record);
    this.#size++;
    if (last.records.length === batchSize) this.#soon();
    else if (this.#timer === undefined && this.#current === undefined) this.#wakeAfter(delayMs);
    return last;
  }

  /** Writes at once, unless the sink fails and the next attempt is planned. */
  #soon(): void {
    if (this.#current !== undefined || this.#failures > 0) return;
    this.#wakeAfter(0);
  }

  #wakeAfter(ms: number): void {
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    const write = (): void => {
      this.#timer = undefined;
      void this.#write();
    };
    this.#timer = ms === 0 ? setImmediate(write) : setTimeout(write, ms);
  }

  /** Writes batch after batch, until none is left or one fails. */
  async #write(): Promise<void> {
    if (this.#current !== undefined || this.#isStopped) return;
    try {
      while ((this.#current = this.#batches[0]) !== undefined) {
        this.#current.isTried = true;
        // oxlint-disable-next-line no-await-in-loop -- one batch after the other keeps the order
        await this.sink.write(this.#current.records);
        if (this.#isStopped) return;
        this.#batches.shift();
        this.#written(this.#current);
      }
    } catch (error) {
      this.#current = undefined;
      this.#failed(error);
    }
  }

  #written(batch: Batch): void {
    this.#size -= batch.records.length;
    this.#stored += batch.records.length;
    this.#failures = 0;
    this.#pauseMs = firstRetryMs;
    this.#error = undefined;
    batch.end();
    for (const waiting of this.#waiting) {
      if (this.#size >= this.options.capacity) break;
      this.#waiting.delete(waiting);
      waiting.accept(this.#append(waiting.record));
    }
    if (this.#isFullReported && this.#size < this.options.capacity / 2) this.#reportGap();
  }

  #failed(error: unknown): void {
    this.#error = error;
    if (this.#failures === 0)
      this.options.onError(
        new NanookLogError(
          'NANOOK_LOG_SINK_FAILED',
          { sink: this.sink.name, waiting: this.#size, reason: reasonOf(error) },
          { cause: error },
        ),
      );
    this.#failures++;
    const pauseMs = Math.min(this.#pauseMs, this.options.maxRetryMs);
    this.#pauseMs = pauseMs * 2;
    // Half of the time is random, so that processes do not come back at the same moment.
    if (!this.#isStopped) this.#wakeAfter(Math.ceil(pauseMs * (0.5 + Math.random() / 2)));
  }

  #full(): NanookLogError {
    const { capacity, whenFull } = this.options;
    return new NanookLogError('NANOOK_LOG_QUEUE_FULL', { sink: this.sink.name, capacity, whenFull });
  }

  #reportFull(): void {
    if (this.#isFullReported) return;
    this.#isFullReported = true;
    this.options.onError(this.#full());
  }

  #reportGap(): void {
    this.#isFullReported = false;
    const dropped = this.#dropped - this.#reportedDropped;
    this.#reportedDropped = this.#dropped;
    this.options.onError(new NanookLogError('NANOOK_LOG_DROPPED', { sink: this.sink.name, dropped }));
  }

  /** Writes what is left when the process exits. A batch that is being written may be stored twice, with the same ids. */
  #writeRest(): void {
    for (const batch of this.#batches) {
      try {
        this.sink.writeSync!(batch.records);
      } catch (error) {
        this.#failed(error);
        return;
      }
    }
  }
}
