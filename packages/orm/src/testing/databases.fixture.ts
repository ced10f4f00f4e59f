import { createConnection, type ResultSetHeader } from 'mysql2/promise';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { DialectName } from '../sql/dialect.js';
import { columns, kindOf, type ColumnKind, type Tables } from './world.fixture.js';
import { borrowPglite, giveBackPglite } from '../../../../tools/empty-pglite.js';

/** A database with the tables of a world. */
export interface Database {
  readonly name: string;
  readonly dialect: DialectName;
  fill(data: Tables): Promise<void>;
  query(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Runs a statement, and returns the number of the changed rows. */
  execute(text: string, values: readonly unknown[]): Promise<number>;
  close(): Promise<void>;
}

const sqlTypes: Record<DialectName, Record<'integer' | 'float' | 'text' | 'boolean', string>> = {
  postgres: { integer: 'integer', float: 'double precision', text: 'text', boolean: 'boolean' },
  mysql: { integer: 'int', float: 'double', text: 'varchar(100)', boolean: 'boolean' },
  sqlite: { integer: 'integer', float: 'real', text: 'text collate nocase', boolean: 'integer' },
};

/** Types of text that compares by code point, which Prisma needs. */
const binaryText: Record<DialectName, string> = {
  postgres: 'text collate "C"',
  mysql: 'varchar(100) character set utf8mb4 collate utf8mb4_nopad_bin',
  sqlite: 'text',
};

export interface DatabaseOptions {
  /** Whether texts compare by code point. By default a database compares them as it likes. */
  readonly binaryText?: boolean;
  /** A part of the name of the database on a server, for a test that opens two. */
  readonly name?: string;
}

const typeOf = (dialect: DialectName, kind: ColumnKind, { binaryText: isBinary = false }: DatabaseOptions) =>
  isBinary && kindOf(kind) === 'text' ? binaryText[dialect] : sqlTypes[dialect][kindOf(kind)];

const createTables = (dialect: DialectName, options: DatabaseOptions): string[] =>
  Object.entries(columns).map(
    ([table, fields]) =>
      `CREATE TABLE ${table} (${Object.entries(fields)
        .map(
          ([name, kind]) =>
            `${dialect === 'mysql' ? `\`${name}\`` : `"${name}"`} ${typeOf(dialect, kind, options)}${kind.endsWith('?') ? '' : ' NOT NULL'}`,
        )
        .join(', ')})`,
  );

type Run = (text: string, values: readonly unknown[]) => Promise<unknown>;

/** Replaces the rows of each table. One statement inserts all rows, because a server stores each statement on its disk. */
async function fillWith(run: Run, dialect: DialectName, data: Tables): Promise<void> {
  for (const [table, rows] of Object.entries(data) as [string, Record<string, unknown>[]][]) {
    await run(`DELETE FROM ${table}`, []);
    if (rows.length === 0) continue;
    const names = [...new Set(rows.flatMap(Object.keys))];
    const values = rows.flatMap((row) => names.map((name) => row[name] ?? null));
    const holes = values.map((_, i) => (dialect === 'postgres' ? `$${i + 1}` : '?'));
    const tuples = rows.map(
      (_, i) => `(${holes.slice(i * names.length, (i + 1) * names.length).join(', ')})`,
    );
    const quoted = names.map((name) => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`));
    await run(`INSERT INTO ${table} (${quoted.join(', ')}) VALUES ${tuples.join(', ')}`, values);
  }
}

const forSqlite = (value: unknown): never => (typeof value === 'boolean' ? Number(value) : value) as never;

export async function sqliteDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const db = new DatabaseSync(':memory:');
  const run: Run = async (text, values) => db.prepare(text).run(...values.map(forSqlite));
  for (const create of createTables('sqlite', options)) await run(create, []);
  return {
    name: 'SQLite',
    dialect: 'sqlite',
    fill: (data) => fillWith(run, 'sqlite', data),
    query: async (text, values) => db.prepare(text).all(...values.map(forSqlite)),
    execute: async (text, values) => Number(db.prepare(text).run(...values.map(forSqlite)).changes),
    close: async () => db.close(),
  };
}

export async function pgliteDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const db = await borrowPglite();
  const run: Run = (text, values) => db.query(text, [...values]);
  for (const create of createTables('postgres', options)) await run(create, []);
  return {
    name: 'PGlite',
    dialect: 'postgres',
    fill: (data) => fillWith(run, 'postgres', data),
    query: async (text, values) => (await db.query<Record<string, unknown>>(text, [...values])).rows,
    execute: async (text, values) => (await db.query(text, [...values])).affectedRows ?? 0,
    close: () => giveBackPglite(db),
  };
}

/** A database of a real PostgreSQL, whose collation is that of a language. */
export async function postgresDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const name = `nanook_filter_${options.name ?? ''}${process.pid}`;
  const server = new pg.Client({ connectionString: url });
  await server.connect();
  await server.query(`DROP DATABASE IF EXISTS ${name}`);
  await server.query(
    `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ENCODING 'UTF8'`,
  );
  const own = new URL(url);
  own.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: own.href });
  await client.connect();
  const run: Run = (text, values) => client.query(text, [...values]);
  for (const create of createTables('postgres', options)) await run(create, []);
  return {
    name: 'PostgreSQL',
    dialect: 'postgres',
    fill: (data) => fillWith(run, 'postgres', data),
    query: async (text, values) => (await client.query<Record<string, unknown>>(text, [...values])).rows,
    execute: async (text, values) => (await client.query(text, [...values])).rowCount ?? 0,
    close: async () => {
      await client.end();
      await server.query(`DROP DATABASE ${name}`);
      await server.end();
    },
  };
}

/** A database of a real MariaDB or MySQL, whose collation ignores case and accents. */
export async function mariadbDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const name = `nanook_filter_${options.name ?? ''}${process.pid}`;
  const connection = await createConnection({ uri: url, multipleStatements: false, timezone: 'Z' });
  await connection.query(`DROP DATABASE IF EXISTS ${name}`);
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await connection.query(`USE ${name}`);
  const run: Run = (text, values) => connection.query(text, [...values]);
  for (const create of createTables('mysql', options)) await run(create, []);
  return {
    name: 'MariaDB',
    dialect: 'mysql',
    fill: (data) => fillWith(run, 'mysql', data),
    query: async (text, values) => {
      const [rows] = await connection.query(text, [...values]);
      return rows as unknown as readonly Record<string, unknown>[];
    },
    execute: async (text, values) => {
      const [{ affectedRows }] = await connection.query<ResultSetHeader>(text, [...values]);
      return affectedRows;
    },
    close: async () => {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
  };
}

const { NANOOK_TEST_POSTGRES_URL: postgresUrl, NANOOK_TEST_MARIADB_URL: mariadbUrl } = process.env;

/** The embedded databases, and the servers that environment variables name. */
export const databases: readonly (readonly [
  name: string,
  open: (options?: DatabaseOptions) => Promise<Database>,
])[] = [
  ['SQLite', sqliteDatabase],
  ['PGlite', pgliteDatabase],
  ...(postgresUrl
    ? [['PostgreSQL', (options?: DatabaseOptions) => postgresDatabase(postgresUrl, options)] as const]
    : []),
  ...(mariadbUrl
    ? [['MariaDB', (options?: DatabaseOptions) => mariadbDatabase(mariadbUrl, options)] as const]
    : []),
];
