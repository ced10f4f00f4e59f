import { EntitySchema as MikroEntity, types as mikroTypes } from '@mikro-orm/core';
import { Authorizer, typed } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { json as mysqlJson, int, MySqlDialect, mysqlTable } from 'drizzle-orm/mysql-core';
import { bigint, integer, jsonb, PgDialect, pgTable, text } from 'drizzle-orm/pg-core';
import {
  integer as sqliteInteger,
  SQLiteSyncDialect,
  sqliteTable,
  text as sqliteText,
} from 'drizzle-orm/sqlite-core';
import { DataTypes, type Sequelize } from 'sequelize';
import { EntitySchema as TypeormEntity } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drizzle } from '../drizzle/index.js';
import { mikroOrm } from '../mikro-orm/index.js';
import { sequelize } from '../sequelize/index.js';
import { typeorm } from '../typeorm/index.js';
import { databases, type Database } from './databases.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';

const types = {
  User: {},
  // `other` holds lists in a form that a query cannot read.
  Doc: { key: 'id', fields: { id: 'Integer', tags: ['String'], labels: ['String'], other: ['String'] } },
} as const;

const conditionOf = async (body: string): Promise<RowCondition> => {
  const policies = `allow(_: User, "read", doc: Doc) if ${body};`;
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return authorizer.where(typed('User', {}), 'read', 'Doc');
};

type List = (database: Database) => Promise<(condition: RowCondition) => Promise<readonly { id: number }[]>>;

const drizzleTables = {
  postgres: pgTable('docs', {
    id: integer().notNull(),
    tags: text().array().notNull(),
    labels: jsonb().notNull(),
    other: bigint({ mode: 'bigint' }).array().notNull(),
  }),
  mysql: mysqlTable('docs', {
    id: int().notNull(),
    tags: mysqlJson().notNull(),
    labels: mysqlJson().notNull(),
    other: int().notNull(),
  }),
  sqlite: sqliteTable('docs', {
    id: sqliteInteger().notNull(),
    tags: sqliteText({ mode: 'json' }).notNull(),
    labels: sqliteText({ mode: 'json' }).notNull(),
    other: sqliteText().notNull(),
  }),
};
const drizzleDialects = {
  postgres: new PgDialect(),
  mysql: new MySqlDialect(),
  sqlite: new SQLiteSyncDialect(),
};

const adapters: Readonly<Record<string, List>> = {
  Drizzle: async (database) => {
    const { dialect } = database;
    const list = drizzle({ Doc: drizzleTables[dialect] });
    return async (condition) => {
      const { sql, params } = drizzleDialects[dialect].sqlToQuery(list(condition));
      const rows = await database.query(`SELECT id FROM docs WHERE ${sql}`, params);
      return rows as unknown as readonly { id: number }[];
    };
  },
  TypeORM: async (database) => {
    const isPostgres = database.dialect === 'postgres';
    const json = { postgres: 'jsonb', mysql: 'json', sqlite: 'simple-json' }[database.dialect];
    const entity = new TypeormEntity<{ id: number }>({
      name: 'Doc',
      tableName: 'docs',
      columns: {
        id: { type: 'int', primary: true },
        tags: isPostgres ? { type: 'text', array: true } : { type: json },
        labels: { type: json },
        other: { type: 'simple-array' },
      } as never,
    });
    const dataSource = await typeormOn(database, [entity] as never);
    const list = typeorm(dataSource);
    return (condition) =>
      dataSource.createQueryBuilder(entity, 'doc').select('doc.id').where(list(condition)).getMany();
  },
  MikroORM: async (database) => {
    class Doc {
      declare id: number;
    }
    const isPostgres = database.dialect === 'postgres';
    const entity = new MikroEntity({
      class: Doc,
      tableName: 'docs',
      properties: {
        id: { type: 'integer', primary: true },
        tags: isPostgres ? { type: mikroTypes.array, runtimeType: 'string[]' } : { type: mikroTypes.json },
        labels: { type: mikroTypes.json },
        other: isPostgres ? { type: 'integer' } : { type: mikroTypes.array, runtimeType: 'string[]' },
      },
    } as never);
    const orm = await mikroOrmOn(database, [entity]);
    const list = mikroOrm(orm);
    return (condition) => orm.em.fork().find(Doc, list(condition) as never, { fields: ['id'] as never });
  },
  Sequelize: async (database) => {
    const db: Sequelize = sequelizeOn(database);
    const isPostgres = database.dialect === 'postgres';
    const column = (type: object) => ({ type: type as never, allowNull: false });
    const model = db.define(
      'Doc',
      {
        id: { ...column(DataTypes.INTEGER), primaryKey: true },
        tags: column(isPostgres ? DataTypes.ARRAY(DataTypes.TEXT) : DataTypes.JSON),
        labels: column(isPostgres ? DataTypes.JSONB : DataTypes.JSON),
        other: column(isPostgres ? DataTypes.ARRAY(DataTypes.BIGINT) : DataTypes.TEXT),
      },
      { tableName: 'docs', timestamps: false },
    );
    const list = sequelize(db);
    return async (condition) =>
      (await model.findAll({
        where: list(condition),
        attributes: ['id'],
        raw: true,
      })) as unknown as readonly { id: number }[];
  },
};

describe.each(databases)('columns of lists in schemas on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'list_readers_' });
    const { dialect } = database;
    const [list, json] = {
      postgres: ['text[]', 'jsonb'],
      mysql: ['json', 'json'],
      sqlite: ['text', 'text'],
    }[dialect] as [string, string];
    await database.query(`CREATE TABLE docs (id integer, tags ${list}, labels ${json}, other text)`, []);
    const first = dialect === 'postgres' ? `'{a,"50% of: $1 ?"}'` : `'["a", "50% of: $1 ?"]'`;
    const second = dialect === 'postgres' ? `'{A}'` : `'["A"]'`;
    await database.query(
      `INSERT INTO docs VALUES (1, ${first}, '["b"]', ''), (2, ${second}, '["b", "c"]', ''), (3, ${second}, '["b", 3]', '')`,
      [],
    );
  });
  afterAll(() => database.close());

  it.each(Object.keys(adapters))('are read by %s', async (name) => {
    const list = await adapters[name]!(database);
    const idsOf = async (body: string) => (await list(await conditionOf(body))).map(({ id }) => id);
    expect(await idsOf('"a" in doc.tags')).toEqual([1]);
    expect(await idsOf('"50% of: $1 ?" in doc.tags')).toEqual([1]);
    expect(await idsOf('not "a" in doc.tags')).toEqual([2, 3]);
    expect(await idsOf('"b" in doc.labels')).toEqual([1, 2, 3]);
    expect(await idsOf('not "c" in doc.labels')).toEqual([1]);
  });

  it.each(Object.keys(adapters))('are refused by %s in a form that a query cannot read', async (name) => {
    const list = await adapters[name]!(database);
    const condition = await conditionOf('"a" in doc.other');
    await expect((async () => list(condition))()).rejects.toMatchObject({ code: 'NANOOK_ORM_COLUMN_TYPE' });
  });
});
