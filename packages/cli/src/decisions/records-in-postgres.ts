import { setTimeout as wait } from 'node:timers/promises';
import type { DecisionRecord } from '@nanook/log';
import { openPostgres } from '../places/servers.js';
import type { DamagedLine } from './read-records.js';
import { isRecord } from './record-of.js';
import type { RecordFilters, RecordSource } from './record-source.js';

/** The records of one query. */
const pageSize = 1_000;
/** The time between two looks at the table, in milliseconds. */
const pauseMs = 1_000;
/** A record can be stored this long after a later one, for example after a failure of the network. */
const overlapMs = 60_000;

/** Opens a decision log in a table of PostgreSQL. @throws {UsageError}; the errors of the connection */
export async function inPostgres(
  address: string | true,
  table: string,
  onDamaged: (place: DamagedLine) => void,
): Promise<RecordSource> {
  const { readDecisions } = await import('@nanook/log');
  const { postgres } = await import('@nanook/log/postgres');
  const { client, close } = await openPostgres(address);
  const name = `PostgreSQL table ${table}`;
  const store = postgres({ client, table, createTables: false });
  let number = 0;

  async function* pages(
    filters: RecordFilters,
    order: 'newest' | 'oldest',
    most = Infinity,
  ): AsyncGenerator<DecisionRecord> {
    let after: string | null = null;
    let rest = most;
    do {
      const take = Math.min(pageSize, rest);
      // oxlint-disable-next-line no-await-in-loop -- one page after the other
      const page = await readDecisions(store, { ...filters, order, take, after });
      for (const record of page.records) {
        number++;
        if (isRecord(record)) yield record;
        else onDamaged({ file: name, line: number });
      }
      rest -= take;
      after = page.next;
    } while (after !== null && rest > 0);
  }

  async function* newest(filters: RecordFilters, last: number): AsyncGenerator<DecisionRecord> {
    const found: DecisionRecord[] = [];
    for await (const record of pages(filters, 'newest', last)) found.push(record);
    yield* found.reverse();
  }

  async function* follow(filters: RecordFilters, signal: AbortSignal): AsyncGenerator<DecisionRecord> {
    let latest: string | undefined;
    for await (const { at } of pages(filters, 'newest', 1)) latest = at;
    const seen = new Map<string, string>();
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const start = latest === undefined ? undefined : new Date(Date.parse(latest) - overlapMs);
      const from = [start, filters.from].filter((each) => each !== undefined).map((each) => new Date(each));
      const window = {
        ...filters,
        ...(from.length > 0 && { from: new Date(Math.max(...from.map(Number))) }),
      };
      for await (const record of pages(window, 'oldest')) {
        if (seen.has(record.id)) continue;
        seen.set(record.id, record.at);
        if (latest === undefined || record.at > latest) latest = record.at;
        if (!isFirst) yield record;
      }
      for (const [id, at] of seen) if (start !== undefined && Date.parse(at) < Number(start)) seen.delete(id);
      await wait(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    name,
    records: (filters, last) => (last === undefined ? pages(filters, 'oldest') : newest(filters, last)),
    follow,
    close,
  };
}
