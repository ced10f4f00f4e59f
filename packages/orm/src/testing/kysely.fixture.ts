import {
  Kysely,
  MysqlAdapter,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type KyselyPlugin,
} from 'kysely';
import type { Database } from './databases.fixture.js';
import type { Tables } from './world.fixture.js';

const kinds = {
  postgres: [PostgresAdapter, PostgresQueryCompiler],
  mysql: [MysqlAdapter, MysqlQueryCompiler],
  sqlite: [SqliteAdapter, SqliteQueryCompiler],
} as const;

type Columns = Record<string, unknown> & { readonly id: number };
export type World = Record<keyof Tables, Columns>;

export type TestKysely<Schema> = Kysely<Schema> & { readonly queries: string[] };

/** A dialect of Kysely whose queries run on a database of the tests. */
export function kyselyDialect(
  { dialect, query }: Pick<Database, 'dialect' | 'query'>,
  queries: string[],
): Dialect {
  const [Adapter, Compiler] = kinds[dialect];
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      queries.push(sql);
      return { rows: (await query(sql, parameters)) as unknown as Row[] };
    },
    streamQuery: () => {
      throw new Error('the tests do not stream');
    },
  };
  const nothing = async () => {};
  return {
    createAdapter: () => new Adapter(),
    createQueryCompiler: () => new Compiler(),
    createIntrospector: () => {
      throw new Error('the tests do not read the catalog');
    },
    createDriver: () => ({
      init: nothing,
      acquireConnection: async () => connection,
      beginTransaction: nothing,
      commitTransaction: nothing,
      rollbackTransaction: nothing,
      releaseConnection: nothing,
      destroy: nothing,
    }),
  };
}

/** Runs the queries of Kysely on a database of the tests. */
export function kyselyOn<Schema = World>(
  database: Database,
  plugins: KyselyPlugin[] = [],
): TestKysely<Schema> {
  const queries: string[] = [];
  const db = new Kysely<Schema>({ plugins, dialect: kyselyDialect(database, queries) });
  return Object.assign(db, { queries });
}
