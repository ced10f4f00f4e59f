import type { RowLevelSecurity } from '@nanook/orm/rls';
import type { DialectName } from '@nanook/orm/sql';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import pg from 'pg';
import type { Query } from '../client.ts';
import { statements } from './tables.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A database server with the tables of the budgets, in a database of its own that is dropped at the end. */
export interface Server {
  readonly name: string;
  readonly dialect: DialectName;
  query(query: Query): Promise<readonly Row[]>;
  /** Returns the milliseconds that the server plans a query. */
  planningMs(query: Query): Promise<number>;
  /** Runs work in a transaction in which row-level security protects the tables, as the actor, and removes the protection; PostgreSQL only. */
  readonly protect?: <T>(protection: Protection, work: () => Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

export interface Protection {
  readonly security: RowLevelSecurity;
  readonly actor: object;
}

/** Opens the servers that the variables for the tests name. */
export async function* openServers(rows: number): AsyncGenerator<Server> {
  const { NANOOK_TEST_POSTGRES_URL: postgresUrl, NANOOK_TEST_MARIADB_URL: mariadbUrl } = process.env;
  if (postgresUrl) yield await filled(await postgres(postgresUrl), rows);
  if (mariadbUrl) yield await filled(await mariadb(mariadbUrl), rows);
}

async function filled(server: Server, rows: number): Promise<Server> {
  process.stderr.write(`${server.name}: tables of ${rows.toLocaleString('en-US')} rows\n`);
  try {
    for (const text of statements(server.dialect, rows)) await server.query({ text, values: [] });
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** The time after which a server cancels a statement. It is far beyond every budget, and long enough to fill a table. */
const maxStatementMs = 120_000;

const database = `nanook_budgets_${process.pid}`;
/** The role of an application, for which policies hold. */
const application = `${database}_application`;

async function postgres(url: string): Promise<Server> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE ROLE ${application}`);
  await admin.query(`CREATE DATABASE ${database}`);
  const own = new URL(url);
  own.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: own.href });
  await client.connect();
  // The guide about lists recommends it: the time to compile a query depends on estimates, and not on the work.
  await client.query('SET jit = off');
  await client.query(`SET statement_timeout = ${maxStatementMs}`);
  const version = await client.query<{ server_version: string }>('SHOW server_version');
  const query = async ({ text, values }: Query): Promise<Row[]> =>
    (await client.query<Row>(text, [...values])).rows;
  return {
    name: `PostgreSQL ${version.rows[0]!.server_version.split(' ')[0]!}`,
    dialect: 'postgres',
    query,
    planningMs: async ({ text, values }) => {
      const [row] = await query({ text: `EXPLAIN (SUMMARY, FORMAT JSON) ${text}`, values });
      return (row!['QUERY PLAN'] as [{ 'Planning Time': number }])[0]['Planning Time'];
    },
    protect: async ({ security, actor }, work) => {
      await client.query('BEGIN');
      try {
        for (const statement of await security.statements()) await client.query(statement);
        await client.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${application}`);
        await client.query(`SET LOCAL ROLE ${application}`);
        await security.actAs((text, values) => client.query(text, values), actor);
        return await work();
      } finally {
        await client.query('ROLLBACK');
      }
    },
    close: async () => {
      await client.end();
      await admin.query(`DROP DATABASE ${database}`);
      await admin.query(`DROP ROLE ${application}`);
      await admin.end();
    },
  };
}

async function mariadb(url: string): Promise<Server> {
  const connection = await createConnection({ uri: url });
  await connection.query(`CREATE DATABASE ${database}`);
  await connection.query(`USE ${database}`);
  await connection.query(`SET max_statement_time = ${maxStatementMs / 1_000}`);
  const query = async ({ text, values }: Query): Promise<Row[]> => {
    const [rows] = await connection.query<RowDataPacket[]>(text, [...values]);
    return rows;
  };
  const [version] = await query({ text: 'SELECT version() AS version', values: [] });
  return {
    name: `MariaDB ${(version!['version'] as string).split('-')[0]!}`,
    dialect: 'mysql',
    query,
    planningMs: async ({ text, values }) => {
      const before = performance.now();
      await query({ text: `EXPLAIN ${text}`, values });
      return performance.now() - before;
    },
    close: async () => {
      await connection.query(`DROP DATABASE ${database}`);
      await connection.end();
    },
  };
}
