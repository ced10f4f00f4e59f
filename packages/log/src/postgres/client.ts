/** A client or a pool that runs statements of PostgreSQL: a `Pool` of `pg`, or a `PGlite`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}
