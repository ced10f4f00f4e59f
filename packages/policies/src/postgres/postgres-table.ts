import { namesOf } from './postgres-connection.js';

/**
 * Returns the SQL that creates the table of policies, for a migration.
 *
 * @param table the name of the table, optionally with its schema
 */
export const postgresTable = (
  table?: string,
): string => `create table if not exists ${namesOf(table === undefined ? {} : { table }).table} (
  name text primary key,
  revision bigint not null,
  hash text not null,
  content text not null,
  published_at timestamptz not null default now()
)`;
