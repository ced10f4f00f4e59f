import { PGlite } from '@electric-sql/pglite';
import type { PostgresRequest, PostgresResult } from './run-on-postgres.js';

addEventListener('message', ({ data }: MessageEvent<PostgresRequest>) => {
  void run(data).then((result) => postMessage(result));
});

async function run({ tables, query }: PostgresRequest): Promise<PostgresResult> {
  try {
    const database = await PGlite.create();
    for (const { text, values } of tables) await database.query(text, [...values]);
    const { rows } = await database.query<Record<string, unknown>>(query.text, [...query.values]);
    return { rows };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
