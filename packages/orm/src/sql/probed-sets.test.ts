import { Authorizer, many, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sqlResources } from './index.js';

// Items that a user owns or has a link to, for users with few links, with as many as are values of a query, with more, with a wide set, and without any.

const types = {
  User: { key: 'id', fields: { id: 'Integer' } },
  Item: {
    key: 'id',
    fields: { id: 'Integer', code: 'String', ownerId: 'Integer' },
    relations: {
      links: many('Link', { local: 'id', foreign: 'itemId' }),
      marks: many('Link', { local: 'code', foreign: 'itemCode' }),
    },
  },
  Link: {
    key: 'id',
    fields: { id: 'Integer', itemId: 'Integer?', itemCode: 'String?', userId: 'Integer' },
  },
} as const;
const relations = ['links', 'marks'] as const;
const policyOf = (relation: (typeof relations)[number]) => `
  allow(u: User, "read", i: Item) if i.ownerId = u.id;
  allow(u: User, "read", i: Item) if link in i.${relation} and link.userId = u.id;`;

const linksOf = { narrow: 10, full: 500, many: 501, wide: 5001, empty: 0 };
const users = Object.keys(linksOf) as (keyof typeof linksOf)[];
const codeOf = (id: number): string => `c${id} `;
const items = Array.from({ length: 3000 }, (_, id) => ({ id, code: codeOf(id), ownerId: id % 97 }));
const links = users.flatMap((user, userId) =>
  Array.from({ length: linksOf[user] }, (_, n) => {
    const itemId = n % 50 === 7 ? null : (n * 37) % 3500;
    return { itemId, itemCode: itemId === null ? null : codeOf(itemId), userId };
  }),
);

describe.each(databases)('a list with sets of related rows on %s', (name, open) => {
  let database: Database;
  const queries: string[] = [];
  const isProbed = name !== 'SQLite';
  beforeAll(async () => {
    database = await open({ name: 'probes' });
    const quote = database.dialect === 'mysql' ? '`' : '"';
    const insert = async (table: string, columns: Record<string, string>, rows: readonly object[]) => {
      const declared = Object.entries(columns).map(([column, type]) => `${quote}${column}${quote} ${type}`);
      await database.execute(`CREATE TABLE ${table} (${declared.join(', ')})`, []);
      const names = Object.keys(rows[0]!).map((column) => `${quote}${column}${quote}`);
      const tuples = rows.map(
        (row) =>
          `(${Object.values(row)
            .map((value) => (typeof value === 'string' ? `'${value}'` : (value ?? 'NULL')))
            .join(', ')})`,
      );
      await database.execute(`INSERT INTO ${table} (${names.join(', ')}) VALUES ${tuples.join(', ')}`, []);
    };
    await insert('items', { id: 'integer', code: 'varchar(20)', ownerId: 'integer' }, items);
    await insert('links', { itemId: 'integer', itemCode: 'varchar(20)', userId: 'integer' }, links);
    await database.execute(`CREATE INDEX links_item ON links (${quote}itemId${quote})`, []);
    await database.execute(`CREATE INDEX links_code ON links (${quote}itemCode${quote})`, []);
  });
  afterAll(() => database.close());

  it.each(users.flatMap((user) => relations.map((relation) => [user, relation] as const)))(
    'has the rows that the policy allows to the %s user by %s',
    async (user, relation) => {
      const resources = sqlResources(
        { dialect: database.dialect, tables: { Item: 'items', Link: 'links' } },
        (text, values) => {
          queries.push(text);
          return database.query(text, values);
        },
      );
      const authorizer = await Authorizer.load({ policies: policyOf(relation), types, resources });
      const userId = users.indexOf(user);
      const linked = new Set(links.filter((link) => link.userId === userId).map(({ itemId }) => itemId));
      const expected = items.filter(({ id, ownerId }) => ownerId === userId || linked.has(id));
      const actor = typed('User', { id: userId });
      queries.length = 0;
      const page = await authorizer.list(actor, 'read', 'Item', { take: items.length });
      expect(page.rows.map((row) => Number(row['id']))).toEqual(expected.map(({ id }) => id));
      const last = queries.at(-1)!;
      expect(last.includes('IS NOT NULL')).toBe(isProbed && user === 'wide');
      expect(last.includes('links')).toBe(!isProbed || user !== 'empty');
      expect(await authorizer.count(actor, 'read', 'Item')).toBe(expected.length);
    },
  );

  it('asks about no set for one row, and for rows that an equality limits', async () => {
    const run = (text: string, values: readonly unknown[]) => {
      queries.push(text);
      return database.query(text, values);
    };
    const resources = sqlResources(
      { dialect: database.dialect, tables: { Item: 'items', Link: 'links' } },
      run,
    );
    const authorizer = await Authorizer.load({ policies: policyOf('links'), types, resources });
    const actor = typed('User', { id: users.indexOf('narrow') });
    queries.length = 0;
    await authorizer.one(actor, 'read', 'Item', 37);
    expect(queries).toHaveLength(1);
    await authorizer.count(actor, 'read', 'Item', { where: { ownerId: 5 } });
    expect(queries).toHaveLength(2);
  });
});
