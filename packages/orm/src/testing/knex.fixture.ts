import knexModule, { type Knex } from 'knex';
import type { Database } from './databases.fixture.js';

const clients = { postgres: 'pg', mysql: 'mysql2', sqlite: 'better-sqlite3' } as const;

interface Query {
  readonly sql: string;
  readonly bindings: readonly unknown[];
  readonly method: string;
  response?: readonly Record<string, unknown>[];
}

/** Runs the queries of Knex on a database of the tests. */
export function knexOn(
  database: Database,
  config: Omit<Knex.Config, 'client'> = {},
): Knex & { readonly queries: string[] } {
  const queries: string[] = [];
  // The client of the dialect prints the query and prepares its values; only its driver is replaced.
  const { client: Client } = knexModule({
    client: clients[database.dialect],
    useNullAsDefault: true,
  }) as unknown as {
    client: { constructor: typeof Knex.Client };
  };
  class TestClient extends Client.constructor {
    _driver() {
      return {};
    }
    override async acquireRawConnection() {
      return {};
    }
    override async destroyRawConnection() {}
    override validateConnection() {
      return Promise.resolve(true);
    }
    async _query(_connection: unknown, query: Query) {
      queries.push(query.sql);
      query.response = await database.query(query.sql, query.bindings);
      return query;
    }
    processResponse({ method, response }: Query) {
      return method === 'first' ? response![0] : response;
    }
  }
  const db = knexModule({
    ...config,
    client: TestClient,
    connection: { filename: ':memory:' },
    useNullAsDefault: true,
  });
  return Object.assign(db, { queries });
}
