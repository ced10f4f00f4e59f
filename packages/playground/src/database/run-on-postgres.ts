import type { Statement } from '../model/sample-tables.js';

/** The statements that a worker runs in a new database. */
export interface PostgresRequest {
  readonly tables: readonly Statement[];
  readonly query: Statement;
}

export type PostgresResult =
  | { readonly rows: readonly Readonly<Record<string, unknown>>[] }
  | { readonly error: string };

/** Runs a query on tables in a PostgreSQL of its own. A worker has it, so that the page stays responsive and needs no WebAssembly itself. */
export function runOnPostgres(tables: readonly Statement[], query: Statement): Promise<PostgresResult> {
  const worker = new Worker(new URL('./postgres-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<PostgresResult>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<PostgresResult>) => resolve(data));
    worker.addEventListener('error', ({ message }) =>
      resolve({ error: `PostgreSQL could not be started: ${message || 'the worker was not loaded'}` }),
    );
    worker.postMessage({ tables, query } satisfies PostgresRequest);
  }).finally(() => worker.terminate());
}
