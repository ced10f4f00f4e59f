import type { DecisionQuery, DecisionRecord } from '@nanook/log';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { ServerFlags } from '../places/servers.js';
import { followRecords } from './follow-records.js';
import { logFiles, readRecords, type DamagedLine } from './read-records.js';

/** The filters of a query, without its order and its pages. */
export type RecordFilters = Omit<DecisionQuery, 'order' | 'take' | 'after'>;

/** A decision log that a command reads: files, a table of PostgreSQL or a stream of NATS. */
export interface RecordSource {
  /** The name in messages. */
  readonly name: string;
  /**
   * Yields the stored records, the oldest first. A source that can filter leaves out records that do not satisfy the filters.
   *
   * @param last the number of the newest records that are enough
   */
  records(filters: RecordFilters, last?: number): AsyncIterable<DecisionRecord>;
  /** Yields the records that are stored from now on, until it is aborted. */
  follow(filters: RecordFilters, signal: AbortSignal): AsyncIterable<DecisionRecord>;
  close(): Promise<void>;
}

/** The place of a decision log, as options of a command. */
export interface RecordSourceFlags extends ServerFlags {
  readonly table: string;
  readonly stream: string;
  readonly subject?: string;
}

/**
 * Opens the decision log that a command names.
 *
 * @throws {UsageError} unless there is exactly one place, and it can be reached
 */
export async function openRecords(
  paths: readonly string[],
  flags: RecordSourceFlags,
  onDamaged: (place: DamagedLine) => void,
): Promise<RecordSource> {
  const { postgres, nats } = flags;
  const places = [paths.length === 0 ? undefined : paths, postgres, nats].filter(
    (place) => place !== undefined,
  );
  if (places.length !== 1)
    throw new UsageError('expected one decision log: files and folders, --postgres [url] or --nats [url]');
  if (paths.length > 0) return inFiles(paths, onDamaged);
  try {
    if (postgres !== undefined) {
      const { inPostgres } = await import('./records-in-postgres.js');
      return reading(await inPostgres(postgres, flags.table, onDamaged));
    }
    const { inNats } = await import('./records-in-nats.js');
    return reading(await inNats(nats!, flags, onDamaged));
  } catch (error) {
    throw unreadable(error);
  }
}

function inFiles(paths: readonly string[], onDamaged: (place: DamagedLine) => void): RecordSource {
  return {
    name: paths.join(', '),
    records: async function* () {
      yield* readRecords(await logFiles(paths), onDamaged);
    },
    follow: (_, signal) =>
      paths.includes('-')
        ? readRecords(['-'], onDamaged)
        : followRecords(() => logFiles(paths), onDamaged, signal),
    close: () => Promise.resolve(),
  };
}

/** Turns the failures of a server while it is read into wrong usage, such as a table that does not exist. */
const reading = (source: RecordSource): RecordSource => ({
  ...source,
  records: (...args) => catching(source.records(...args)),
  follow: (...args) => catching(source.follow(...args)),
});

async function* catching(records: AsyncIterable<DecisionRecord>): AsyncGenerator<DecisionRecord> {
  const iterator = records[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        throw unreadable(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

const unreadable = (error: unknown): UsageError =>
  error instanceof UsageError
    ? error
    : new UsageError(`the decision log cannot be read: ${messageOf(error)}`, { cause: error });
