import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Authorizer, many, one } from '@nanook/core';
import { knex } from '../knex/index.js';
import { kysely } from '../kysely/index.js';
import { sql } from './index.js';

const types = {
  Item: {
    key: 'id',
    fields: { id: 'Integer', code: 'String' },
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
    expect(() => sql({ dialect: 'sqlite' })(promise as never)).toThrow(
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
});
