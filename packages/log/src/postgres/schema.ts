import { checkOptions, type OptionKind } from '../errors/check-options.js';

export const aTable: OptionKind = {
  expected: 'a name of letters, digits and `_`, optionally after a schema and a dot',
  accepts: (value) => typeof value === 'string' && /^([a-z_]\w{0,62}\.)?[a-z_]\w{0,54}$/i.test(value),
};

/** Quotes the name of a table, with its schema if it has one. */
export const quoted = (table: string): string =>
  table
    .split('.')
    .map((name) => `"${name}"`)
    .join('.');

/** The columns that filters and indexes need. The column `record` has the whole record. */
export const columns = {
  id: 'uuid not null',
  at: 'timestamptz not null',
  kind: 'text not null',
  outcome: 'text not null',
  actor_type: 'text',
  actor_id: 'text',
  action: 'text',
  resource_type: 'text',
  resource_id: 'text',
  field: 'text',
  tenant: 'text',
  rule_name: 'text',
  rule_file: 'text',
  rule_line: 'integer',
  policy: 'text not null',
  policy_version: 'text',
  request_id: 'text',
  trace_id: 'text',
  record: 'json not null',
} as const;

const indexes = {
  actor: 'actor_type, actor_id, at',
  resource: 'resource_type, resource_id, at',
  request: 'request_id',
};

/**
 * Returns the statements that create the table of the decision log and its indexes. The table is partitioned by month, and
 * `postgres(client)` creates the partitions.
 *
 * @param table the name of the table, optionally with its schema. Default `nanook_decisions`
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_OPTION`
 */
export function postgresSchema(table = 'nanook_decisions'): readonly string[] {
  checkOptions('postgresSchema', { table }, { table: aTable });
  const name = table.split('.').at(-1)!;
  const list = Object.entries(columns).map(([column, type]) => `  ${column} ${type}`);
  return [
    // A unique index of a partitioned table contains the partition key. A decision that is stored again has the same time.
    `create table if not exists ${quoted(table)} (\n${list.join(',\n')},\n  primary key (at, id)\n) partition by range (at)`,
    ...Object.entries(indexes).map(
      ([suffix, indexed]) =>
        `create index if not exists "${name}_${suffix}" on ${quoted(table)} (${indexed})`,
    ),
  ];
}

/** A month, such as `2026-01`, in UTC. */
export type Month = string;

export const monthOf = (at: string): Month => at.slice(0, 7);

export const partitionOf = (table: string, month: Month): string => `${table}_${month.replace('-', '_')}`;

export function monthAfter(month: Month): Month {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number)).toISOString().slice(0, 7);
}

/** Returns the statement that creates the partition of a month. Processes that run it at the same time wait for each other. */
export function createPartition(table: string, month: Month): string {
  const bounds = `from ('${month}-01 00:00:00+00') to ('${monthAfter(month)}-01 00:00:00+00')`;
  return `do $nanook$ begin
  perform pg_advisory_xact_lock(hashtext('nanook_decisions'));
  create table if not exists ${quoted(partitionOf(table, month))} partition of ${quoted(table)} for values ${bounds};
end $nanook$`;
}
