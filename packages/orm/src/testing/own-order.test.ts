import { EntitySchema as MikroEntity } from '@mikro-orm/core';
import { Authorizer, typed, type OrderBy, type ResourceAdapter } from '@nanook/core';
import * as drizzleMysql from 'drizzle-orm/mysql-core';
import * as drizzlePg from 'drizzle-orm/pg-core';
import { DataTypes } from 'sequelize';
import { EntitySchema } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drizzleResources } from '../drizzle/index.js';
import { knexResources } from '../knex/index.js';
import { kyselyResources } from '../kysely/index.js';
import { mikroOrmResources } from '../mikro-orm/index.js';
import { sequelizeResources } from '../sequelize/index.js';
import { sqlResources } from '../sql/index.js';
import { typeormResources } from '../typeorm/index.js';
import { databases, type Database } from './databases.fixture.js';
import { drizzleOn } from './drizzle.fixture.js';
import { knexOn } from './knex.fixture.js';
import { kyselyOn } from './kysely.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';

// Pages have the order that the database itself gives to dates with microseconds, to enums, and to texts of its collation.

const states = ['open', 'closed', 'blocked'] as const;
const types = {
  User: {},
  Entry: { key: 'id', fields: { id: 'Integer', at: Date, state: 'String', title: 'String?' } },
} as const;
const tables = {
  Entry: { table: 'entries', columns: { state: { column: 'state', type: 'other' } } },
} as const;

const pgState = drizzlePg.pgEnum('state', states);
const drizzleTable = {
  postgres: () =>
    drizzlePg.pgTable('entries', {
      id: drizzlePg.integer().notNull(),
      at: drizzlePg.timestamp({ withTimezone: true }).notNull(),
      state: pgState().notNull(),
      title: drizzlePg.text(),
    }),
  mysql: () =>
    drizzleMysql.mysqlTable('entries', {
      id: drizzleMysql.int().notNull(),
      at: drizzleMysql.datetime({ fsp: 6 }).notNull(),
      state: drizzleMysql.mysqlEnum(states).notNull(),
      title: drizzleMysql.varchar({ length: 100 }),
    }),
};
type ServerDialect = keyof typeof drizzleTable;

const adapters: Readonly<Record<string, (database: Database) => ResourceAdapter | Promise<ResourceAdapter>>> =
  {
    sql: (database) =>
      sqlResources({ dialect: database.dialect, tables }, (text, values) => database.query(text, values)),
    knex: (database) => knexResources(knexOn(database), { dialect: database.dialect, tables }),
    kysely: (database) => kyselyResources(kyselyOn(database), { dialect: database.dialect, tables }),
    drizzle: (database) => {
      // The driver of Drizzle for MySQL shows dates as text.
      const query: Database['query'] = async (text, values) =>
        (await database.query(text, values)).map((row) =>
          row['at'] instanceof Date ? { ...row, at: row['at'].toISOString().slice(0, -1) } : row,
        );
      return drizzleResources(drizzleOn({ ...database, query }) as never, {
        Entry: drizzleTable[database.dialect as ServerDialect]() as never,
      });
    },
    typeorm: async (database) => {
      const Entry = new EntitySchema<{ id: number }>({
        name: 'Entry',
        tableName: 'entries',
        columns: {
          id: { type: 'int', primary: true },
          at: { type: database.dialect === 'postgres' ? 'timestamptz' : 'datetime', precision: 6 },
          state: { type: 'enum', enum: states },
          title: { type: database.dialect === 'postgres' ? 'text' : 'varchar', nullable: true },
        } as never,
      });
      return typeormResources(await typeormOn(database, [Entry as never]));
    },
    sequelize: (database) => {
      const db = sequelizeOn(database);
      const attributes = {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        at: { type: DataTypes.DATE(6), allowNull: false },
        state: { type: DataTypes.ENUM(...states), allowNull: false },
        title: DataTypes.TEXT,
      };
      db.define('Entry', attributes, { tableName: 'entries', timestamps: false });
      return sequelizeResources(db);
    },
    'mikro-orm': async (database) => {
      const Entry = new MikroEntity<{ id: number }>({
        name: 'Entry',
        tableName: 'entries',
        properties: {
          id: { type: 'integer', primary: true },
          at: {
            type: 'datetime',
            columnType: database.dialect === 'postgres' ? 'timestamptz' : 'datetime(6)',
          },
          state: { enum: true, type: 'string', items: [...states] },
          title: { type: 'text', nullable: true },
        } as never,
      });
      return mikroOrmResources(await mikroOrmOn(database, [Entry]));
    },
  };

/** The orders, and the same ones as the database has them. MySQL sorts an enum by its text only where a query says so. */
const orders: readonly (readonly [OrderBy, string, string?])[] = [
  [{ at: 'asc' }, 'at ASC, id ASC'],
  [{ at: 'desc' }, 'at DESC, id DESC'],
  [{ title: 'asc', at: 'desc' }, 'title ASC, at DESC, id DESC'],
  [{ title: { direction: 'desc', nulls: 'last' } }, 'title IS NULL, title DESC, id DESC'],
  [{ state: 'desc', at: 'asc' }, 'state DESC, at ASC, id ASC', 'CAST(state AS CHAR) DESC, at ASC, id ASC'],
];

describe.each(databases.filter(([name]) => name !== 'SQLite'))('the own order of %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'order' });
    const isPostgres = database.dialect === 'postgres';
    if (isPostgres) await database.execute(`CREATE TYPE state AS ENUM ('open', 'closed', 'blocked')`, []);
    const [instant, state] = isPostgres
      ? ['timestamptz', 'state']
      : ['datetime(6)', "enum('open', 'closed', 'blocked')"];
    await database.execute(
      `CREATE TABLE entries (id integer NOT NULL, at ${instant} NOT NULL, state ${state} NOT NULL, title varchar(100))`,
      [],
    );
    const titles = ['a', 'A', 'b', 'B', 'á', 'a ', 'ab', '-a', null];
    const rows = Array.from({ length: 120 }, (_, i) => {
      const micros = String((i * 37) % 50).padStart(2, '0');
      const title = titles[(i * 7) % titles.length];
      const text = title === null ? 'NULL' : `'${title}'`;
      return `(${i}, '2026-01-01 00:00:00.00${micros}${(i % 3) * 37 + 10}', '${states[i % 3]}', ${text})`;
    });
    await database.execute(`INSERT INTO entries VALUES ${rows.join(', ')}`, []);
  });
  afterAll(() => database.close());

  it.each(Object.keys(adapters))('is that of the pages of %s, without gaps and repetitions', async (name) => {
    const resources = await adapters[name]!(database);
    const authorizer = await Authorizer.load({
      policies: 'allow(_: User, "read", _: Entry);',
      types,
      resources,
    });
    const user = authorizer.as(typed('User', {}));
    for (const [orderBy, written, onMysql = written] of orders) {
      // oxlint-disable-next-line no-await-in-loop -- one query after the other, as on one connection
      const expected = await database.query(
        `SELECT id FROM entries ORDER BY ${database.dialect === 'mysql' ? onMysql : written}`,
        [],
      );
      const found: unknown[] = [];
      let after: string | undefined;
      do {
        // oxlint-disable-next-line no-await-in-loop -- a page starts after the one before
        const page = await user.list('read', 'Entry', { take: 7, after, orderBy });
        for (const row of page.rows) found.push(row['id']);
        expect(Object.keys(page.rows[0]!).filter((key) => key.startsWith('nanook'))).toEqual([]);
        after = page.next;
      } while (after !== undefined && found.length < 1000);
      expect([name, orderBy, found]).toEqual([name, orderBy, expected.map(({ id }) => id)]);
    }
  });
});
