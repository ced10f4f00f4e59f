import type { SQL, Table } from 'drizzle-orm';
import * as mysql from 'drizzle-orm/mysql-core';
import { drizzle as mysqlProxy } from 'drizzle-orm/mysql-proxy';
import * as pg from 'drizzle-orm/pg-core';
import { drizzle as pgProxy } from 'drizzle-orm/pg-proxy';
import * as sqlite from 'drizzle-orm/sqlite-core';
import { drizzle as sqliteProxy } from 'drizzle-orm/sqlite-proxy';
import type { DialectName } from '../sql/dialect.js';
import type { Database } from './databases.fixture.js';
import { camel, columns, tableOf, type ColumnKind } from './world.fixture.js';

interface Builder {
  notNull(): Builder;
}
type Make = (name: string) => Builder;
type Kind = 'integer' | 'float' | 'text' | 'boolean';

const makers: Record<DialectName, Record<Kind, Make>> = {
  postgres: { integer: pg.integer, float: pg.doublePrecision, text: pg.text, boolean: pg.boolean } as never,
  mysql: { integer: mysql.int, float: mysql.double, text: mysql.text, boolean: mysql.boolean } as never,
  sqlite: {
    integer: sqlite.integer,
    float: sqlite.real,
    text: sqlite.text,
    boolean: (name: string) => sqlite.integer(name, { mode: 'boolean' }),
  } as never,
};
const tableMakers: Record<DialectName, (name: string, columns: never) => Table> = {
  postgres: pg.pgTable,
  mysql: mysql.mysqlTable,
  sqlite: sqlite.sqliteTable,
} as never;

/** The tables of the world as Drizzle describes them, by the name of their type. */
export const drizzleTables = (dialect: DialectName): Readonly<Record<string, Table>> =>
  Object.fromEntries(
    Object.entries(tableOf).map(([type, table]) => {
      const built = Object.entries(columns[table] as Readonly<Record<string, ColumnKind>>).map(
        ([name, kind]) => {
          const column = makers[dialect][kind.replace('?', '') as Kind](name);
          return [camel(name), kind.endsWith('?') ? column : column.notNull()];
        },
      );
      return [type, tableMakers[dialect](table, Object.fromEntries(built) as never)];
    }),
  );

/** The part of a database of Drizzle that the tests use, which has the same form in all dialects. */
export interface TestDrizzle {
  select(fields: Readonly<Record<string, unknown>>): { from(table: unknown): TestQuery };
  readonly queries: string[];
}
export interface TestQuery extends PromiseLike<readonly Readonly<Record<string, unknown>>[]> {
  where(condition: SQL | undefined): TestQuery;
  innerJoin(table: unknown, on: SQL): TestQuery;
  orderBy(...columns: unknown[]): TestQuery;
  limit(count: number): TestQuery;
  offset(count: number): TestQuery;
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] };
}

/** Runs the queries of Drizzle on a database of the tests. */
export function drizzleOn(database: Database, config: object = {}): TestDrizzle {
  const queries: string[] = [];
  const run = async (text: string, values: readonly unknown[]) => {
    queries.push(text);
    return { rows: (await database.query(text, values)).map((row) => Object.values(row)) };
  };
  const proxy = { postgres: pgProxy, mysql: mysqlProxy, sqlite: sqliteProxy }[database.dialect];
  return Object.assign(proxy(run as never, config as never) as unknown as TestDrizzle, { queries });
}
