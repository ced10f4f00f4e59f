import { aBoolean, aCount, anObjectWith, checkOptions, type OptionKind } from '../errors/check-options.js';
import type { DecisionSink } from '../queue/sink.js';
import type { CheckedQuery } from '../read/decision-query.js';
import type { DecisionSource } from '../read/read-decisions.js';
import type { DecisionRecord } from '../record/decision-record.js';
import type { PostgresClient } from './client.js';
import {
  aTable,
  columns,
  createPartition,
  monthAfter,
  monthOf,
  postgresSchema,
  quoted,
  type Month,
} from './schema.js';
import { selectRecords } from './select-records.js';

export type { PostgresClient } from './client.js';
export { postgresSchema } from './schema.js';

/** Options for {@link postgres}. */
export interface PostgresOptions {
  /** A `Pool` of `pg`, a `PGlite`, or another client with this method. The application closes it, after the log. */
  readonly client: PostgresClient;
  /** The name of the table, optionally with its schema. Default `'nanook_decisions'`. */
  readonly table?: string;
  /**
   * Whether the sink creates the table and its partitions. Default `true`. With `false`, create the table with `postgresSchema`, and call
   * `createPartitions` of the sink with a user who may.
   */
  readonly createTables?: boolean;
}

/** The decision log in a table of PostgreSQL. */
export interface PostgresStore extends DecisionSink, DecisionSource {
  /**
   * Creates the table, and the partitions from this month on.
   *
   * @param months the number of partitions. Default 3
   */
  createPartitions(months?: number): Promise<void>;
  /**
   * Deletes the records of all months that ended before a time. The month of the time stays.
   *
   * @returns the names of the deleted partitions
   */
  dropPartitionsBefore(time: Date): Promise<readonly string[]>;
}

class Postgres implements PostgresStore {
  readonly name = 'postgres';
  readonly #client: PostgresClient;
  readonly #table: string;
  readonly #createsTables: boolean;
  readonly #insert: string;
  readonly #months = new Set<Month>();
  #hasTable = false;

  constructor(options: PostgresOptions) {
    checkOptions('postgres', options, kinds, ['client']);
    this.#client = options.client;
    this.#table = options.table ?? 'nanook_decisions';
    this.#createsTables = options.createTables ?? true;
    const types = Object.entries(columns).map(([name, type]) => `${name} ${type.replace(' not null', '')}`);
    // One parameter for all rows. A record that is there already was stored by an attempt whose answer was lost.
    this.#insert =
      `insert into ${quoted(this.#table)} (${Object.keys(columns).join(', ')}) ` +
      `select * from json_to_recordset($1::json) as rows (${types.join(', ')}) on conflict do nothing`;
  }

  async write(records: readonly DecisionRecord[]): Promise<void> {
    try {
      if (this.#createsTables) await this.#create(new Set(records.map(({ at }) => monthOf(at))));
      await this.#client.query(this.#insert, [JSON.stringify(records.map(rowOf))]);
    } catch (error) {
      // Another process may have dropped a partition, which the next attempt creates again.
      this.#months.clear();
      this.#hasTable = false;
      throw error;
    }
  }

  async read(query: CheckedQuery): Promise<DecisionRecord[]> {
    const { text, values } = selectRecords(this.#table, query);
    const { rows } = await this.#client.query(text, values);
    return rows.map((row) => (row as { readonly record: DecisionRecord }).record);
  }

  async createPartitions(months = 3): Promise<void> {
    checkOptions('createPartitions', { months }, { months: aCount });
    const wanted = [monthOf(new Date().toISOString())];
    while (wanted.length < months) wanted.push(monthAfter(wanted.at(-1)!));
    await this.#create(new Set(wanted));
  }

  async dropPartitionsBefore(time: Date): Promise<readonly string[]> {
    const last = monthOf(time.toISOString());
    const { rows } = await this.#client.query(
      `select c.relname as name, n.nspname as schema from pg_inherits i
       join pg_class c on c.oid = i.inhrelid join pg_namespace n on n.oid = c.relnamespace
       where i.inhparent = $1::regclass order by c.relname`,
      [quoted(this.#table)],
    );
    const dropped: string[] = [];
    for (const { name, schema } of rows as readonly { readonly name: string; readonly schema: string }[]) {
      // The name of the table may have changed, but the names of its partitions end with the month.
      const month = /_\d{4}_\d{2}$/.test(name) ? name.slice(-7).replace('_', '-') : undefined;
      if (month === undefined || month >= last) continue;
      // oxlint-disable-next-line no-await-in-loop -- each statement locks the table for a moment
      await this.#client.query(`drop table ${quoted(`${schema}.${name}`)}`);
      this.#months.delete(month);
      dropped.push(name);
    }
    return dropped;
  }

  async #create(months: ReadonlySet<Month>): Promise<void> {
    if (!this.#hasTable) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      for (const statement of postgresSchema(this.#table)) await this.#client.query(statement);
      this.#hasTable = true;
    }
    for (const month of months) {
      if (this.#months.has(month)) continue;
      // oxlint-disable-next-line no-await-in-loop -- nearly always one
      await this.#client.query(createPartition(this.#table, month));
      this.#months.add(month);
    }
  }
}

const kinds = {
  client: anObjectWith('query', 'a Pool of pg'),
  table: aTable,
  createTables: aBoolean,
} satisfies { readonly [Option in keyof PostgresOptions]-?: OptionKind };

function rowOf(record: DecisionRecord): Readonly<Record<keyof typeof columns, unknown>> {
  const { id, at, kind, outcome, actor, action, resource, field, tenant, rule, policy } = record;
  return {
    id,
    at,
    kind,
    outcome,
    actor_type: actor?.type,
    actor_id: actor?.id,
    action,
    resource_type: resource?.type,
    resource_id: resource?.id,
    field,
    tenant,
    rule_name: rule?.name,
    rule_file: rule?.file,
    rule_line: rule?.line,
    policy,
    policy_version: record.policyVersion,
    request_id: record.requestId,
    trace_id: record.traceId,
    record,
  };
}

/**
 * Stores records in a table of PostgreSQL, which is partitioned by month. A record is stored once, also if the answer to an insert is lost.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 * @example
 * const store = postgres({ client: new Pool() });
 * const log = decisionLog({ sinks: [store] });
 */
export const postgres = (options: PostgresOptions): PostgresStore => new Postgres(options);
