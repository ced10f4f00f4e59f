import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { isName, readAnnouncement, type Fleet } from '../fleet/announcement.js';
import { tableNameOf, type PostgresPool } from './postgres-connection.js';

/** Options of `postgresFleet`. */
export interface PostgresFleetOptions {
  /** The name of the fleet in the table: the processes that follow one policy. Default: `default`. */
  readonly fleet?: string;
  /** The table, optionally with its schema. Default: `nanook_processes`. */
  readonly table?: string;
}

const defaultTable = 'nanook_processes';

/**
 * Returns the SQL that creates the table of processes, for a migration.
 *
 * @param table the name of the table, optionally with its schema
 */
export const postgresFleetTable = (
  table: string = defaultTable,
): string => `create table if not exists ${tableNameOf(table)} (
  fleet text not null,
  process text not null,
  announcement jsonb not null,
  announced_at timestamptz not null default now(),
  primary key (fleet, process)
)`;

/**
 * A fleet in a table of PostgreSQL, with one row for each process. Rows that are older than a day are removed when a process leaves, or
 * announces itself for the first time.
 *
 * @param pool a pool or a client of `pg`
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION`
 * @example
 * await followPolicies(authorizer, source, { keys: publicKey, announce: { to: postgresFleet(pool) } });
 */
export function postgresFleet(
  pool: Pick<PostgresPool, 'query'>,
  { fleet = 'default', table: name = defaultTable }: PostgresFleetOptions = {},
): Fleet {
  if (!isName(fleet))
    throw new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', {
      option: 'fleet',
      reason: `must be a name of letters, digits, _ and -, found ${String(fleet)}`,
    });
  const table = tableNameOf(name);
  let isNew = true;
  const forget = (): Promise<unknown> =>
    pool.query(`delete from ${table} where announced_at < now() - interval '1 day'`);
  return {
    name: `PostgreSQL table ${table}`,
    announce: async (announcement) => {
      await pool.query(
        `insert into ${table} (fleet, process, announcement) values ($1, $2, $3)
         on conflict (fleet, process) do update set announcement = excluded.announcement, announced_at = now()`,
        [fleet, announcement.process, JSON.stringify(announcement)],
      );
      if (isNew) await forget();
      isNew = false;
    },
    leave: async (process) => {
      await pool.query(`delete from ${table} where fleet = $1 and process = $2`, [fleet, process]);
      await forget();
    },
    list: async () => {
      const { rows } = await pool.query(
        `select process, announcement, (extract(epoch from now() - announced_at) * 1000)::float8 as age from ${table} where fleet = $1`,
        [fleet],
      );
      return (rows as { process: string; announcement: unknown; age: number }[]).flatMap((row) => {
        const announcement = readAnnouncement(row.announcement);
        return announcement?.process === row.process ? [{ ...announcement, ageMs: row.age }] : [];
      });
    },
  };
}
