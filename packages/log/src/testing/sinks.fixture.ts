import { Authorizer, type AuthorizerOptions } from '@nanook/core';
import type { NanookLogError } from '../errors/nanook-log-error.js';
import { decisionLog, type DecisionLog, type DecisionLogOptions } from '../queue/decision-log.js';
import type { DecisionSink } from '../queue/sink.js';
import type { DecisionRecord } from '../record/decision-record.js';

/** A sink in memory, which a test can stop and let fail. */
export class MemorySink implements DecisionSink {
  readonly records: DecisionRecord[] = [];
  attempts = 0;
  isClosed = false;
  /** Called by each attempt, before the records are stored. */
  before: (attempt: number) => void | Promise<void> = () => {};
  /** Called by each attempt, after the records are stored: the answer can get lost. */
  after: (attempt: number) => void | Promise<void> = () => {};

  constructor(readonly name = 'memory') {}

  async write(records: readonly DecisionRecord[]): Promise<void> {
    const attempt = ++this.attempts;
    await this.before(attempt);
    this.records.push(...records);
    await this.after(attempt);
  }

  close(): void {
    this.isClosed = true;
  }

  get ids(): string[] {
    return this.records.map(({ id }) => id);
  }

  /** The ids of the resources, in the order in which they were stored. */
  get resources(): (string | undefined)[] {
    return this.records.map(({ resource }) => resource?.id);
  }
}

/** A sink that stops at its first attempt, until the test opens it. */
export class StuckSink extends MemorySink {
  open: () => void = () => {};
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve));
  override before = (): Promise<void> => this.#opened;
}

export interface Logged {
  readonly log: DecisionLog;
  readonly authorizer: Authorizer;
  readonly errors: NanookLogError[];
}

/** Loads an authorizer with a log: by default everyone may read, and retries are fast. */
export async function logged(
  options: DecisionLogOptions,
  load: Partial<AuthorizerOptions> = {},
): Promise<Logged> {
  const errors: NanookLogError[] = [];
  const log = decisionLog({
    delayMs: 1,
    maxRetryMs: 20,
    onError: (error) => void errors.push(error),
    ...options,
  });
  const authorizer = await Authorizer.load({
    policies: 'allow(_, "read", _);',
    denialWarnings: false,
    ...log.hooks,
    ...load,
  });
  return { log, authorizer, errors };
}

/** Makes checks about the resources 1 to n, which are allowed. */
export function checkMany(authorizer: Authorizer, n: number, first = 1): void {
  for (let id = first; id < first + n; id++) authorizer.canSync('ann', 'read', { id });
}

export const numbers = (n: number, first = 1): string[] =>
  Array.from({ length: n }, (_, i) => String(first + i));
