import type { AuthorizerOptions, Decision } from '@nanook/core';
import {
  aCount,
  aFunction,
  aTime,
  checkOptions,
  hasMethod,
  oneOf,
  type OptionKind,
} from '../errors/check-options.js';
import { NanookLogError, reasonOf } from '../errors/nanook-log-error.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { RecordMaker, type RecordOptions } from '../record/record-maker.js';
import { SinkQueue, type QueueOptions } from './sink-queue.js';
import type { DecisionObserver, DecisionSink, SinkStatus } from './sink.js';

/** Options for {@link decisionLog}. */
export interface DecisionLogOptions extends RecordOptions {
  /** The destinations of the records. Each sink that stores records has a queue of its own. */
  readonly sinks: readonly (DecisionSink | DecisionObserver)[];
  /**
   * The share of the allowed decisions that is logged, from 0 to 1, or a function that returns it. Default 1. Other decisions are always
   * logged.
   */
  readonly sampleAllowed?: number | ((decision: Decision) => number);
  /** The number of records that wait for one sink at most. Default 50,000, which is about 25 MB. */
  readonly capacity?: number;
  /**
   * The treatment of a record for which the queue has no room. `'drop'`, the default: the record is lost and counted. `'block'`: the check
   * waits for room, and fails after `maxWaitMs`.
   */
  readonly whenFull?: 'drop' | 'block';
  /**
   * The moment at which a check may return: when its record is accepted by the queue, which is the default, or when every sink has stored
   * it. `'stored'` needs `whenFull: 'block'`, its default then.
   */
  readonly acknowledge?: 'accepted' | 'stored';
  /** The milliseconds that a check waits for its record, with `'block'` and `'stored'`. Default 10,000. */
  readonly maxWaitMs?: number;
  /** The milliseconds for which records are collected before they are written. Default 20. */
  readonly delayMs?: number;
  /** The number of records that are written together at most. Default 5,000. */
  readonly batchSize?: number;
  /** The milliseconds between two attempts of a sink that fails, at most. The first one follows after 100. Default 30,000. */
  readonly maxRetryMs?: number;
  /** Receives errors of sinks, each once until the sink works again, and the number of dropped records. Default: `console.error`. */
  readonly onError?: (error: NanookLogError) => void;
}

/** The options for `Authorizer.load` that connect an authorizer with the log. */
export type DecisionLogHooks = Required<
  Pick<AuthorizerOptions, 'onDecision' | 'decisionLog' | 'decisionDuration'>
>;

const isSink = (sink: DecisionSink | DecisionObserver): sink is DecisionSink => hasMethod(sink, 'write');
const sinkList: OptionKind = {
  expected: 'a list of sinks, such as [jsonLines({ folder: "audit" })]',
  accepts: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((sink) => hasMethod(sink, 'write') || hasMethod(sink, 'observe')),
};
const aShare: OptionKind = {
  expected: 'a number from 0 to 1, or a function that returns one',
  accepts: (value) => typeof value === 'function' || (typeof value === 'number' && value >= 0 && value <= 1),
};
const kinds = {
  sinks: sinkList,
  sampleAllowed: aShare,
  capacity: aCount,
  whenFull: oneOf('drop', 'block'),
  acknowledge: oneOf('accepted', 'stored'),
  maxWaitMs: aTime,
  delayMs: aTime,
  batchSize: aCount,
  maxRetryMs: aTime,
  onError: aFunction,
  identify: aFunction,
  tenant: aFunction,
  trace: aFunction,
  mask: aFunction,
} satisfies { readonly [Option in keyof DecisionLogOptions]-?: OptionKind };

const endOptions = { timeoutMs: aTime };

/** Records decisions in sinks, without slowing down the checks. Made by {@link decisionLog}. */
export class DecisionLog {
  readonly #maker: RecordMaker;
  readonly #sampleAllowed: number | ((decision: Decision) => number);
  readonly #queues: readonly SinkQueue[];
  readonly #observers: readonly DecisionObserver[];
  readonly #blocks: boolean;
  readonly #waitsUntilStored: boolean;
  readonly #maxWaitMs: number;
  readonly #onError: (error: NanookLogError) => void;
  /** The options and observers of which an error was reported. */
  readonly #reported = new Set<unknown>();
  #end: Promise<void> | undefined;

  /** @internal use `decisionLog(options)` */
  constructor(options: DecisionLogOptions) {
    checkOptions('decisionLog', options, kinds, ['sinks']);
    const { acknowledge = 'accepted', maxWaitMs = 10_000, sampleAllowed = 1 } = options;
    const { whenFull = acknowledge === 'stored' ? 'block' : 'drop' } = options;
    if (acknowledge === 'stored' && whenFull === 'drop')
      throw new NanookLogError('NANOOK_LOG_INVALID_OPTION', {
        owner: 'decisionLog',
        option: 'whenFull',
        reason: "must be 'block' with `acknowledge: 'stored'`, because a dropped record is never stored",
      });
    if (acknowledge === 'stored' && !options.sinks.some(isSink))
      throw new NanookLogError('NANOOK_LOG_INVALID_OPTION', {
        owner: 'decisionLog',
        option: 'sinks',
        reason:
          'must contain a sink that stores records with `acknowledge: \'stored\'`, such as jsonLines({ folder: "audit" })',
      });
    this.#blocks = whenFull === 'block';
    this.#waitsUntilStored = acknowledge === 'stored';
    this.#maxWaitMs = maxWaitMs;
    this.#sampleAllowed = sampleAllowed;
    this.#onError = safe(options.onError ?? writeToConsole);
    this.#maker = new RecordMaker(options, (option, error) => this.#reportOption(option, error));
    const ofQueues: QueueOptions = {
      capacity: options.capacity ?? 50_000,
      batchSize: options.batchSize ?? 5_000,
      delayMs: options.delayMs ?? 20,
      maxRetryMs: options.maxRetryMs ?? 30_000,
      whenFull,
      maxWaitMs,
      onError: this.#onError,
    };
    this.#queues = options.sinks.filter(isSink).map((sink) => new SinkQueue(sink, ofQueues));
    this.#observers = options.sinks.filter((sink): sink is DecisionObserver => !isSink(sink));
  }

  /**
   * The options for `Authorizer.load`. A check waits for its record only if the log must not lose one: with `whenFull: 'block'` or
   * `acknowledge: 'stored'`.
   *
   * @example
   * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, ...log.hooks });
   */
  get hooks(): DecisionLogHooks {
    return {
      onDecision: this.onDecision,
      decisionLog: this.#blocks ? 'required' : 'background',
      decisionDuration: true,
    };
  }

  /**
   * Records a decision: the option `onDecision` of an authorizer.
   *
   * @returns a promise if the check must wait for its record
   * @throws {NanookLogError} `NANOOK_LOG_CLOSED`
   */
  readonly onDecision = (decision: Decision): Promise<void> | undefined => {
    if (this.#end !== undefined) throw new NanookLogError('NANOOK_LOG_CLOSED', {});
    const sampled = decision.outcome === 'allowed' ? this.#shareOf(decision) : 1;
    if (sampled < 1 && Math.random() >= sampled) return undefined;
    const record = this.#maker.make(decision, sampled < 1 ? sampled : undefined);
    for (const observer of this.#observers) this.#observe(observer, record);
    let pending: Promise<unknown>[] | undefined;
    for (const queue of this.#queues) {
      const batch = queue.accept(record);
      if (batch === undefined ? this.#blocks : this.#waitsUntilStored)
        (pending ??= []).push(this.#recorded(queue, record, batch?.stored));
    }
    return pending && Promise.all(pending).then(() => {});
  };

  /** The state of each sink that stores records. */
  get status(): readonly SinkStatus[] {
    return this.#queues.map(({ status }) => status);
  }

  /**
   * Waits until all records so far are stored.
   *
   * @param options `timeoutMs`: the milliseconds to wait at most. Default 10,000
   * @throws {NanookLogError} `NANOOK_LOG_NOT_STORED`; the records stay in the queue
   */
  async flush(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkOptions('flush', options, endOptions);
    const { timeoutMs = 10_000 } = options;
    await Promise.all(this.#queues.map((queue) => stored(queue, queue.flush(), timeoutMs)));
  }

  /**
   * Waits until all records are stored, and closes the sinks. Call it when the process shuts down, after the last check. A second call waits
   * for the first one, and has its result.
   *
   * @param options `timeoutMs`: the milliseconds to wait at most. Default 10,000
   * @throws {NanookLogError} `NANOOK_LOG_NOT_STORED` with the number of records that are lost
   */
  async close(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    checkOptions('close', options, endOptions);
    await (this.#end ??= this.#close(options.timeoutMs ?? 10_000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    const ends = await Promise.allSettled(this.#queues.map((queue) => end(queue, timeoutMs)));
    for (const result of ends) if (result.status === 'rejected') throw result.reason;
  }

  async #recorded(queue: SinkQueue, record: DecisionRecord, given: Promise<void> | undefined): Promise<void> {
    const accepted = given ?? (await queue.acceptLater(record)).stored;
    if (this.#waitsUntilStored) await stored(queue, accepted, this.#maxWaitMs);
  }

  #shareOf(decision: Decision): number {
    const share = this.#sampleAllowed;
    if (typeof share === 'number') return share;
    try {
      const given = share(decision);
      if (given >= 0 && given <= 1) return given;
      this.#reportOption(
        'sampleAllowed',
        new Error(`it must return a number from 0 to 1, got ${String(given)}`),
      );
    } catch (error) {
      this.#reportOption('sampleAllowed', error);
    }
    return 1;
  }

  #observe(observer: DecisionObserver, record: DecisionRecord): void {
    try {
      observer.observe(record);
    } catch (error) {
      if (this.#reported.has(observer)) return;
      this.#reported.add(observer);
      const data = { sink: observer.name, reason: reasonOf(error) };
      this.#onError(new NanookLogError('NANOOK_LOG_OBSERVER_FAILED', data, { cause: error }));
    }
  }

  #reportOption(option: string, error: unknown): void {
    if (this.#reported.has(option)) return;
    this.#reported.add(option);
    const data = { option, reason: reasonOf(error) };
    this.#onError(new NanookLogError('NANOOK_LOG_OPTION_FAILED', data, { cause: error }));
  }
}

/**
 * Creates a decision log: it turns each decision into a {@link DecisionRecord}, and hands it to the sinks.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * const log = decisionLog({ sinks: [jsonLines({ folder: 'audit' })] });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, ...log.hooks });
 * // …
 * await log.close();
 */
export const decisionLog = (options: DecisionLogOptions): DecisionLog => new DecisionLog(options);

/** Waits for records. @throws {NanookLogError} `NANOOK_LOG_NOT_STORED` */
async function stored(queue: SinkQueue, promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const { name: sink, waiting, error } = queue.status;
      const data = { sink, waiting, timeoutMs };
      reject(new NanookLogError('NANOOK_LOG_NOT_STORED', data, { cause: error }));
    }, timeoutMs);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Stores what a queue has, and closes its sink. @throws {NanookLogError} `NANOOK_LOG_NOT_STORED`, or the error of the sink's `close` */
async function end(queue: SinkQueue, timeoutMs: number): Promise<void> {
  const startedMs = performance.now();
  let failure: unknown;
  try {
    await stored(queue, queue.drain(), timeoutMs);
  } catch (error) {
    failure = error;
  }
  // A check that waits for a lost record fails.
  queue.stop(failure as NanookLogError | undefined);
  try {
    // A sink that is stuck may also be stuck when it closes.
    await atMost(queue.sink.close?.(), timeoutMs - (performance.now() - startedMs));
  } catch (error) {
    failure ??= error;
  }
  if (failure !== undefined) throw failure as Error;
}

/** Waits for a promise, but no longer than the given time. */
async function atMost(promise: PromiseLike<unknown> | void, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.max(0, ms))));
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the function of the application, whose own error does not stop a queue. */
const safe =
  (onError: (error: NanookLogError) => void) =>
  (error: NanookLogError): void => {
    try {
      onError(error);
    } catch (failure) {
      // oxlint-disable-next-line no-console -- no one else can receive it
      console.error(failure);
    }
  };

function writeToConsole(error: NanookLogError): void {
  // oxlint-disable-next-line no-console -- without `onError` the console is the only place that is read
  console.error(`[error] ${error.message}`);
}
