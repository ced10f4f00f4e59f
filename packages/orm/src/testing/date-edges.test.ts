import { EntitySchema as MikroEntity } from '@mikro-orm/core';
import { Authorizer, isUndecided, typed } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import * as drizzleMysql from 'drizzle-orm/mysql-core';
import * as drizzlePg from 'drizzle-orm/pg-core';
import * as drizzleSqlite from 'drizzle-orm/sqlite-core';
import { DataTypes } from 'sequelize';
import { EntitySchema } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { drizzle } from '../drizzle/index.js';
import { knex } from '../knex/index.js';
import { kysely } from '../kysely/index.js';
import { mikroOrm } from '../mikro-orm/index.js';
import { sequelize } from '../sequelize/index.js';
import { sql, type SqlOptions } from '../sql/index.js';
import { typeorm } from '../typeorm/index.js';
import { databases, type Database } from './databases.fixture.js';
import { drizzleOn } from './drizzle.fixture.js';
import { knexOn } from './knex.fixture.js';
import { kyselyOn } from './kysely.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';

// A list of rows whose dates are at the ends of their columns has the rows that `can` allows, for values at the same ends.

const at = (text: string): number => Date.parse(`${text.slice(0, 23).replace(' ', 'T')}Z`);

/** The dates of columns with microseconds, and their instants in whole milliseconds, as drivers read them. */
const common = [
  '1000-01-01 00:00:00.000000',
  '1969-12-31 23:59:59.999500',
  '1970-01-01 00:00:00.000000',
  '2026-05-06 07:08:09.000999',
  '9999-12-31 23:59:59.000000',
  '9999-12-31 23:59:59.998999',
  '9999-12-31 23:59:59.999000',
  '9999-12-31 23:59:59.999999',
].map((text) => [text, at(text)] as const);
/** Dates that only PostgreSQL stores. JavaScript has no such date where the number is NaN. */
const distant = [
  ['0044-03-15 00:00:00 BC', Date.UTC(-43, 2, 15)],
  ['0001-01-01 00:00:00', Date.parse('0001-01-01T00:00:00Z')],
  ['10000-01-01 00:00:00.000400', Date.parse('+010000-01-01T00:00:00Z')],
  ['275760-09-13 00:00:00', 8_640_000_000_000_000],
  ['275760-09-13 00:00:00.001', Number.NaN],
  ['infinity', Number.NaN],
  ['-infinity', Number.NaN],
] as const;

const values = [
  -8_640_000_000_000_000,
  Date.UTC(-43, 2, 15),
  Date.parse('0000-01-01T00:00:00Z'),
  Date.parse('0001-01-01T00:00:00Z') - 1,
  Date.parse('0001-01-01T00:00:00Z'),
  at('1000-01-01 00:00:00.000'),
  -1,
  0,
  at('2026-05-06 07:08:09.000'),
  at('9999-12-31 23:59:59.998'),
  at('9999-12-31 23:59:59.999'),
  at('9999-12-31 23:59:59.999') + 1,
  8_640_000_000_000_000,
].map((time) => new Date(time));

const operators = ['=', '!=', '<', '<=', '>', '>='] as const;
const types = {
  User: { fields: { now: Date } },
  Term: { key: 'id', fields: { id: 'Integer', at: Date } },
} as const;
const policies = operators
  .flatMap((operator, i) => [
    `allow(user: User, "right ${i}", term: Term) if term.at ${operator} user.now;`,
    `allow(user: User, "left ${i}", term: Term) if user.now ${operator} term.at;`,
    `allow(user: User, "not ${i}", term: Term) if not term.at ${operator} user.now;`,
  ])
  .join('\n');

type IdsOf = (condition: RowCondition) => Promise<readonly unknown[]>;
/** The column of a database, and the form in which its rows are stored. */
interface Storage {
  readonly column: string;
  readonly stored: (text: string, time: number) => string;
  readonly options?: Pick<SqlOptions, 'date'>;
}

const microseconds: Readonly<Record<string, Storage>> = {
  postgres: { column: 'timestamp with time zone', stored: (text) => `'${withZone(text)}'` },
  mysql: { column: 'datetime(6)', stored: (text) => `'${text}'` },
  sqlite: {
    column: 'text',
    stored: (_text, time) => `'${new Date(time).toISOString().replace('T', ' ').slice(0, -1)}'`,
  },
};
const withZone = (text: string): string =>
  text.endsWith('infinity') ? text : text.endsWith(' BC') ? text.replace(' BC', '+00 BC') : `${text}+00`;

const isoText = (date: Date): string => date.toISOString();
/** SQL as an application writes it itself, with other columns than those of the ORMs. */
const others: Readonly<Record<string, Readonly<Record<string, Storage>>>> = {
  postgres: { 'a timestamp': { column: 'timestamp', stored: (text) => `'${text}'` } },
  mysql: {},
  sqlite: {
    'a number': { column: 'integer', stored: (_text, time) => String(time), options: { date: Number } },
    'an ISO text': {
      column: 'text',
      stored: (_text, time) => `'${new Date(time).toISOString()}'`,
      options: { date: isoText },
    },
  },
};

const rowsOf = async (database: Database, text: string, bound: readonly unknown[]) =>
  (await database.query(text, bound)).map(({ id }) => id);
const tables = { Term: 'terms' };

const bySql =
  (database: Database, options: Pick<SqlOptions, 'date'> = {}): IdsOf =>
  (condition) => {
    const { text, values: bound } = sql({ dialect: database.dialect, tables, ...options })(condition);
    return rowsOf(database, `SELECT id FROM terms WHERE ${text}`, bound);
  };

const drizzleTable = {
  postgres: () =>
    drizzlePg.pgTable('terms', {
      id: drizzlePg.integer().notNull(),
      at: drizzlePg.timestamp({ withTimezone: true }).notNull(),
    }),
  mysql: () =>
    drizzleMysql.mysqlTable('terms', {
      id: drizzleMysql.int().notNull(),
      at: drizzleMysql.datetime({ fsp: 6 }).notNull(),
    }),
  sqlite: () =>
    drizzleSqlite.sqliteTable('terms', {
      id: drizzleSqlite.integer().notNull(),
      at: drizzleSqlite.integer({ mode: 'timestamp_ms' }).notNull(),
    }),
};

const text = { date: (date: Date) => isoText(date).replace('T', ' ').slice(0, -1) };
const adapters: Readonly<Record<string, (database: Database) => IdsOf | Promise<IdsOf>>> = {
  sql: (database) => bySql(database, database.dialect === 'sqlite' ? text : {}),
  knex: (database) => {
    const db = knexOn(database);
    const list = knex({ dialect: database.dialect, tables, ...(database.dialect === 'sqlite' && text) });
    return async (condition) =>
      (await db<{ id: number }>('terms').select('id').where(list(condition))).map(({ id }) => id);
  },
  kysely: (database) => {
    const db = kyselyOn<{ terms: { id: number } }>(database);
    const list = kysely({ dialect: database.dialect, tables, ...(database.dialect === 'sqlite' && text) });
    return async (condition) =>
      (await db.selectFrom('terms').select('id').where(list(condition)).execute()).map(({ id }) => id);
  },
  drizzle: (database) => {
    const table = drizzleTable[database.dialect]();
    const list = drizzle({ Term: table as never });
    return async (condition) =>
      (
        await drizzleOn(database)
          .select({ id: (table as { readonly id: unknown }).id })
          .from(table)
          .where(list(condition))
      ).map((row) => row['id']);
  },
  typeorm: async (database) => {
    const type = { postgres: 'timestamptz', mysql: 'datetime', sqlite: 'datetime' } as const;
    const Term = new EntitySchema<{ id: number }>({
      name: 'Term',
      tableName: 'terms',
      columns: {
        id: { type: 'int', primary: true },
        at: { type: type[database.dialect] },
      } as never,
    });
    const dataSource = await typeormOn(database, [Term as never]);
    const list = typeorm(dataSource);
    return async (condition) =>
      (await dataSource.getRepository<{ id: number }>('Term').find({ where: list.where(condition) })).map(
        ({ id }) => id,
      );
  },
  sequelize: (database) => {
    const db = sequelizeOn(database);
    const attributes = {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      at: { type: DataTypes.DATE(6), allowNull: false },
    };
    db.define('Term', attributes, { tableName: 'terms', timestamps: false });
    const list = sequelize(db);
    return async (condition) =>
      (await db.models['Term']!.findAll({ attributes: ['id'], where: list(condition) })).map((row) =>
        row.get('id'),
      );
  },
  'mikro-orm': async (database) => {
    const Term = new MikroEntity<{ id: number }>({
      name: 'Term',
      tableName: 'terms',
      properties: {
        id: { type: 'integer', primary: true },
        at: {
          type: 'datetime',
          ...(database.dialect !== 'sqlite' && { columnType: microseconds[database.dialect]!.column }),
        },
      } as never,
    });
    const orm = await mikroOrmOn(database, [Term]);
    const list = mikroOrm(orm);
    return async (condition) => {
      const rows = await orm.em
        .fork()
        .find<{ id: number }>('Term' as never, list(condition) as never, { fields: ['id'] as never });
      return rows.map(({ id }) => id);
    };
  },
};

/** The column that an adapter expects. */
const storageFor = (adapter: string, { dialect }: Database): Storage =>
  dialect === 'sqlite' && (adapter === 'drizzle' || adapter === 'mikro-orm')
    ? others['sqlite']!['a number']!
    : microseconds[dialect]!;

describe.each(databases)('dates at the ends of their columns on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'dates' });
  });
  afterAll(() => database.close());

  /** Compares the lists of all operators and values with the checks of the rows. */
  async function compare({ column, stored }: Storage, idsOf: IdsOf): Promise<void> {
    const dates = database.dialect === 'postgres' ? [...common, ...distant] : common;
    await database.execute('DROP TABLE IF EXISTS terms', []);
    await database.execute(`CREATE TABLE terms (id integer NOT NULL, at ${column} NOT NULL)`, []);
    const tuples = dates.map(([written, time], id) => `(${id}, ${stored(written, time)})`);
    await database.execute(`INSERT INTO terms VALUES ${tuples.join(', ')}`, []);
    const authorizer = await Authorizer.load({ policies, types });
    const rows = dates.map(([, time], id) => typed('Term', { id, at: new Date(time) }));
    const wrong: string[] = [];
    for (const now of sampled(values, 3, 1))
      for (const form of ['right', 'left', 'not'])
        for (const [i, operator] of operators.entries()) {
          const user = typed('User', { now });
          const action = `${form} ${i}`;
          // oxlint-disable-next-line no-await-in-loop -- one query after the other, as on one connection
          const found = await idsOf(await authorizer.where(user, action, 'Term')).catch(String);
          const isAllowed = (row: object): boolean => {
            try {
              return authorizer.canSync(user, action, row);
            } catch (error) {
              if (isUndecided(error)) return false;
              throw error;
            }
          };
          const allowed = rows.filter(isAllowed);
          const expected = allowed.map(({ id }) => id);
          const listed = Array.isArray(found) ? [...(found as number[])].sort((a, b) => a - b) : found;
          if (String(listed) !== String(expected))
            wrong.push(`${form} ${operator} ${now.toISOString()}: ${String(listed)} | ${String(expected)}`);
        }
    expect(wrong).toEqual([]);
  }

  it.each(Object.keys(adapters))('appear in lists as a check allows them: %s', async (name) => {
    await compare(storageFor(name, database), await adapters[name]!(database));
  });

  it('appear in lists as a check allows them, in other columns', async () => {
    for (const storage of Object.values(others[database.dialect]!))
      // oxlint-disable-next-line no-await-in-loop -- they use one table
      await compare(storage, bySql(database, storage.options));
  });
});
