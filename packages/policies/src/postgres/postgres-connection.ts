import { NanookPoliciesError } from '../errors/nanook-policies-error.js';

/** The result of a query. */
export interface PostgresResult {
  readonly rows: readonly unknown[];
}

/** A notification of PostgreSQL. */
export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A connection that listens to notifications: a client of a pool of `pg`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  // oxlint-disable-next-line typescript/no-explicit-any -- each event has its own listener
  on(event: 'notification' | 'error' | 'end', listener: (event: any) => void): unknown;
  /** Returns the connection to the pool, or closes it. */
  release(destroy?: boolean): void;
}

/** A pool of connections, as `pg` has it. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  connect(): Promise<PostgresClient>;
}

export interface PostgresOptions {
  /** The name of the policy in the table. Default: `default`. */
  readonly name?: string;
  /** The table, optionally with its schema. Default: `nanook_policies`. */
  readonly table?: string;
}

/** The channel of the notifications. */
export const channel = 'nanook_policies';

/** Returns the names that queries use. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` */
export function namesOf({
  name = 'default',
  table = 'nanook_policies',
}: PostgresOptions): Required<PostgresOptions> {
  if (typeof name !== 'string' || name === '' || name.length > 200)
    throw invalid('name', 'must be a text of 1 to 200 characters');
  return { name, table: tableNameOf(table) };
}

/** Returns the name of a table. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` */
export function tableNameOf(table: unknown): string {
  if (typeof table === 'string' && /^[a-z_]\w*(\.[a-z_]\w*)?$/i.test(table)) return table;
  throw invalid('table', `must be the name of a table, such as app.nanook_policies, found ${String(table)}`);
}

const invalid = (option: string, reason: string): NanookPoliciesError =>
  new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', { option, reason });
