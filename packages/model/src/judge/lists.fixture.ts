import type { PGlite } from '@electric-sql/pglite';
import { DatabaseSync } from 'node:sqlite';
import { isPolarError, type Authorizer } from '@nanook/core';
import { isNanookOrmError, sql } from '@nanook/orm/sql';
import { tables, typeNames, type ColumnKind, type TypeName, type World } from './world.fixture.js';

/** A database that holds the rows of worlds. */
export interface RowStore {
  readonly name: string;
  readonly dialect: 'sqlite' | 'postgres';
  run(statements: string): Promise<void>;
  keys(query: string, values: readonly unknown[]): Promise<readonly number[]>;
}

const tableOf = (type: TypeName): string => `${type.toLowerCase()}s`;

// Texts compare by code point, as policies do.
const columnTypes: Record<RowStore['dialect'], Record<ColumnKind, string>> = {
  sqlite: { text: 'TEXT', integer: 'INTEGER', float: 'REAL', boolean: 'INTEGER' },
  postgres: { text: 'TEXT COLLATE "C"', integer: 'INTEGER', float: 'DOUBLE PRECISION', boolean: 'BOOLEAN' },
};

async function createTables(store: RowStore): Promise<RowStore> {
  const statements = typeNames.map((type) => {
    const columns = Object.entries(tables[type].columns).map(
      ([name, { kind }]) => `"${name}" ${columnTypes[store.dialect][kind]}`,
    );
    return `CREATE TABLE "${tableOf(type)}" (${columns.join(', ')})`;
  });
  await store.run(statements.join(';\n'));
  return store;
}

export function sqliteStore(): Promise<RowStore> {
  const database = new DatabaseSync(':memory:');
  return createTables({
    name: 'SQLite',
    dialect: 'sqlite',
    run: async (statements) => database.exec(statements),
    keys: async (query, values) => {
      const bound = values.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      return database
        .prepare(query)
        .all(...(bound as never[]))
        .map(({ id }) => Number(id));
    },
  });
}

export const pgliteStore = (database: PGlite): Promise<RowStore> =>
  createTables({
    name: 'PGlite',
    dialect: 'postgres',
    run: async (statements) => void (await database.exec(statements)),
    keys: async (query, values) => {
      const { rows } = await database.query<{ id: number }>(query, [...values]);
      return rows.map(({ id }) => id);
    },
  });

/** Replaces all rows by those of a world. */
export async function fill(store: RowStore, { items }: World): Promise<void> {
  const literal = (value: unknown): string => {
    if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
    if (typeof value === 'boolean' && store.dialect === 'sqlite') return String(Number(value));
    return value === undefined || value === null ? 'NULL' : String(value as number | boolean);
  };
  const statements = typeNames.flatMap((type) => {
    const columns = Object.keys(tables[type].columns);
    const rows = items
      .filter((item) => item.type === type)
      .map(({ attributes }) => `(${columns.map((name) => literal(attributes[name])).join(', ')})`);
    const table = `"${tableOf(type)}"`;
    return [
      `DELETE FROM ${table}`,
      ...(rows.length > 0 ? [`INSERT INTO ${table} VALUES ${rows.join(', ')}`] : []),
    ];
  });
  await store.run(statements.join(';\n'));
}

/** Returns the keys of the rows that a list has, or undefined if no query can express the policy. */
export async function listed(
  store: RowStore,
  authorizer: Authorizer,
  actor: object,
  action: string,
  type: TypeName,
): Promise<readonly number[] | undefined> {
  const names = Object.fromEntries(typeNames.map((each) => [each, tableOf(each)]));
  try {
    const condition = await authorizer.where(actor, action, type);
    const { text, values } = sql({ dialect: store.dialect, tables: { ...names, Note: 'docs' } })(condition);
    return await store.keys(`SELECT id FROM "${tableOf(type)}" WHERE ${text}`, values);
  } catch (error) {
    const code = isPolarError(error) || isNanookOrmError(error) ? error.code : '';
    if (
      code === 'POLAR_FILTER_UNTRANSLATABLE' ||
      code === 'POLAR_FILTER_NO_FIELDS' ||
      code.endsWith('_INEXPRESSIBLE')
    )
      return undefined;
    throw error;
  }
}
