import {
  Kysely,
  MysqlAdapter,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteQueryCompiler,
  type DatabaseConnection,
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

/** Runs the queries of Kysely on a database of the tests. */
export function kyselyOn<Schema = World>(
  database: Database,
  plugins: KyselyPlugin[] = [],
): TestKysely<Schema> {
  const [Adapter, Compiler] = kinds[database.dialect];
  const queries: string[] = [];
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      queries.push(sql);
      return { rows: (await database.query(sql, parameters)) as unknown as Row[] };
    },
    streamQuery: () => {
      throw new Error('the tests do not stream');
    },
  };
  const nothing = async () => {};
  const db = new Kysely<Schema>({
    plugins,
    dialect: {
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
    },
  });
  return Object.assign(db, { queries });
}
