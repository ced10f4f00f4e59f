import { Authorizer, many, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sql, type DialectName } from './index.js';

// A label that is compared with its item, as an alternative and as a required row, for users with few labels, with as many as a guard holds, with more, and without any.

const types = {
  User: { key: 'id', fields: { id: 'Integer' } },
  Item: {
    key: 'id',
    fields: { id: 'Integer', ownerId: 'Integer', priority: 'Integer' },
    relations: { labels: many('Label', { local: 'id', foreign: 'itemId' }) },
  },
  Label: { key: 'id', fields: { id: 'Integer', itemId: 'Integer?', userId: 'Integer', level: 'Integer' } },
} as const;
const byLabel =
  'allow(u: User, "read", i: Item) if label in i.labels and label.userId = u.id and label.level = i.priority;';
const policies = {
  'an alternative': `allow(u: User, "read", i: Item) if i.ownerId = u.id; ${byLabel}`,
  'a required row': byLabel,
};

const labelsOf = { narrow: 10, full: 5000, wide: 5001, empty: 0 };
const users = Object.keys(labelsOf) as (keyof typeof labelsOf)[];
const items = Array.from({ length: 2000 }, (_, id) => ({ id, ownerId: id % 97, priority: id % 3 }));
const labels = users.flatMap((user, userId) =>
  Array.from({ length: labelsOf[user] }, (_, n) => ({
    itemId: n % 50 === 7 ? null : (n * 37) % 2500,
    userId,
    level: n % 2,
  })),
);

async function conditionOf(policy: keyof typeof policies, userId: number, dialect: DialectName) {
  const authorizer = await Authorizer.load({ policies: policies[policy], types });
  const condition = await authorizer.where(typed('User', { id: userId }), 'read', 'Item');
  return sql({ dialect, tables: { Item: 'items', Label: 'labels' } })(condition);
}

describe.each(databases.filter(([name]) => name !== 'SQLite'))('a list with a guard on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'guards' });
    const quote = database.dialect === 'mysql' ? '`' : '"';
    const insert = async (table: string, rows: readonly object[]): Promise<void> => {
      const columns = Object.keys(rows[0]!).map((name) => `${quote}${name}${quote}`);
      await database.execute(
        `CREATE TABLE ${table} (${columns.map((name) => `${name} integer`).join(', ')})`,
        [],
      );
      const tuples = rows.map(
        (row) =>
          `(${Object.values(row)
            .map((value) => value ?? 'NULL')
            .join(', ')})`,
      );
      await database.execute(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`, []);
    };
    await insert('items', items);
    await insert('labels', labels);
    await database.execute(`CREATE INDEX labels_item ON labels (${quote}itemId${quote})`, []);
  });
  afterAll(() => database.close());

  it.each(
    users.flatMap((user) =>
      (['an alternative', 'a required row'] as const).map((policy) => [user, policy] as const),
    ),
  )('has the rows that the policy allows to the %s user by %s', async (user, policy) => {
    const userId = users.indexOf(user);
    const expected = items.filter(
      ({ id, ownerId, priority }) =>
        (policy === 'an alternative' && ownerId === userId) ||
        labels.some((label) => label.userId === userId && label.itemId === id && label.level === priority),
    );
    const { text, values } = await conditionOf(policy, userId, database.dialect);
    expect(text.includes(`OFFSET ${labelsOf.full}`)).toBe(policy === 'an alternative');
    const rows = await database.query(`SELECT id FROM items WHERE ${text} ORDER BY id`, values);
    expect(rows.map((row) => Number(row['id']))).toEqual(expected.map(({ id }) => id));
  });
});
