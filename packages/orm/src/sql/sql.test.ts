import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Authorizer, many, one } from '@nanook/core';
import { knex } from '../knex/index.js';
import { kysely } from '../kysely/index.js';
import { sql } from './index.js';

const types = {
  Item: {
    key: 'id',
    fields: { id: 'Integer', code: 'String', score: 'Float?' },
    relations: {
      notes: many('Note', { local: 'id', foreign: 'itemId', where: { isDeleted: false, status: 'open' } }),
      note: one('Note', { local: 'id', foreign: 'itemId', where: { isDeleted: true } }),
    },
  },
  Note: { key: 'id', fields: { id: 'Integer', itemId: 'Integer', isDeleted: Boolean, status: String } },
} as const;

async function conditionOf(body: string, actor: unknown = 'ann') {
  const policies = `allow(actor, "read", item: Item) if actor = actor and ${body};`;
  const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
  return authorizer.where(actor, 'read', 'Item');
}

describe('sql()', () => {
  it.each([
    [{ dialect: 'postgresql' }, "must be 'postgres', 'mysql' or 'sqlite', got 'postgresql'"],
    [{}, "must be 'postgres', 'mysql' or 'sqlite', got undefined"],
    [{ dialect: 'sqlite', table: {} }, 'the option `table` of the adapter is unknown'],
    [undefined, 'must be an object'],
  ])('throws NANOOK_ORM_INVALID_OPTION for %j', (options, text) => {
    for (const adapter of [sql, knex, kysely])
      expect(() => adapter(options as never)).toThrow(
        expect.objectContaining({
          code: 'NANOOK_ORM_INVALID_OPTION',
          message: expect.stringContaining(text) as string,
        }),
      );
  });

  it('throws NANOOK_ORM_NO_CONDITION for a condition that was not awaited', () => {
    const promise = conditionOf('item.id = 1');
    for (const adapter of [sql, knex, kysely])
      expect(() => adapter({ dialect: 'sqlite' })(promise as never)).toThrow(
        expect.objectContaining({ code: 'NANOOK_ORM_NO_CONDITION' }),
      );
  });

  it('compares the values of a filtered relation by type and exactly, whatever the collation of their columns', async () => {
    const database = new DatabaseSync(':memory:');
    database.exec(`
      CREATE TABLE Item (id integer, code text);
      CREATE TABLE Note (id integer, itemId integer, isDeleted integer, status text COLLATE NOCASE);
      INSERT INTO Item VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');
      INSERT INTO Note VALUES (1, 1, 0, 'open'), (2, 2, 0, 'OPEN'), (3, 3, 1, 'open');
    `);
    const print = sql({ dialect: 'sqlite' });
    const idsOf = async (body: string) => {
      const { text, values } = print(await conditionOf(body));
      const rows = database.prepare(`SELECT id FROM Item WHERE ${text}`).all(...(values as string[]));
      return rows.map((row) => row['id']);
    };
    expect(await idsOf('_ in item.notes')).toEqual([1]);
    expect(await idsOf('item.note != nil')).toEqual([3]);
  });

  it('compares with infinite numbers of a long list', async () => {
    const database = new DatabaseSync(':memory:');
    database.exec(`
      CREATE TABLE Item (id integer, code text, score real);
      INSERT INTO Item VALUES (1, 'a', 1), (2, 'b', 0.5), (3, 'c', 9e999), (4, 'd', -9e999), (5, 'e', NULL);
    `);
    const scores = [...Array.from({ length: 600 }, (_, i) => i), Number.POSITIVE_INFINITY];
    const idsOf = async (body: string) => {
      const { text, values } = sql({ dialect: 'sqlite' })(await conditionOf(body, { scores }));
      const rows = database.prepare(`SELECT id FROM Item WHERE ${text}`).all(...(values as string[]));
      return rows.map((row) => row['id']);
    };
    expect(await idsOf('item.score in actor.scores')).toEqual([1, 3]);
    expect(await idsOf('not item.score in actor.scores')).toEqual([2, 4, 5]);
  });

  it('finds a text with NUL where the database stores it, and binds none for PostgreSQL', async () => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE Item (id integer, code text)');
    database.prepare('INSERT INTO Item VALUES (1, ?), (2, ?)').run('a\0b', 'a');
    const code = { code: 'a\0b', codes: ['a\0b', 'a\0'] };
    const condition = await conditionOf('not item.code = actor.code', code);
    const { text, values } = sql({ dialect: 'sqlite' })(condition);
    const rows = database.prepare(`SELECT id FROM Item WHERE ${text}`).all(...(values as string[]));
    expect(rows.map((row) => row['id'])).toEqual([2]);
    const print = sql({ dialect: 'postgres' });
    expect(print(condition)).toEqual({ text: '("Item"."code" IS NOT NULL)', values: [] });
    expect(print(await conditionOf('item.code = actor.code', code))).toEqual({ text: '(1=0)', values: [] });
    expect(print(await conditionOf('item.code in actor.codes', code))).toEqual({ text: '(1=0)', values: [] });
  });

  it.each(['nanook1', 'NANOOK2'])('filters a table with the name %s', async (table) => {
    const database = new DatabaseSync(':memory:');
    database.exec(`
      CREATE TABLE ${table} (id integer, code text);
      CREATE TABLE Note (id integer, itemId integer, isDeleted integer, status text);
      INSERT INTO ${table} VALUES (1, 'a'), (2, 'b');
      INSERT INTO Note VALUES (2, 1, 0, 'open');
    `);
    const condition = await conditionOf('note in item.notes and note.id > 0');
    const print = sql({ dialect: 'sqlite', tables: { Item: table } });
    const { text, values } = print(condition);
    const rows = database.prepare(`SELECT id FROM ${table} WHERE ${text}`).all(...(values as string[]));
    expect(rows).toEqual([{ id: 1 }]);
    expect(sql({ dialect: 'sqlite' })(condition, { alias: table }).text).toBe(text);
  });

  it.each([
    [{ Items: 'items' }, '`tables.Items` of the adapter is near the type `Item`'],
    [{ item: 'items' }, '`tables.item` of the adapter is near the type `Item`'],
    [{ Item: { table: 'items', columns: { codes: 'c' } } }, '`tables.Item.columns.codes`'],
    [{ Item: { table: 'items', columns: { codes: 'c' } } }, 'did you mean `code`'],
  ])('refuses the misspelled key of %j', async (tables, text) => {
    const condition = await conditionOf('item.id = 1');
    expect(() => sql({ dialect: 'sqlite', tables: tables as never })(condition)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_ORM_INVALID_OPTION',
        message: expect.stringContaining(text) as string,
      }),
    );
  });

  it('accepts a table that has the name of its type, beside other tables', async () => {
    const condition = await conditionOf('item.id = 1');
    const print = sql({ dialect: 'postgres', tables: { Note: 'notes', item_tags: 'item_tags' } });
    expect(print(condition).text).toBe('("Item"."id" = $1::bigint)');
  });
});
