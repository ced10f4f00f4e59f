import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { knexOn } from '../testing/knex.fixture.js';
import {
  data,
  either,
  hostileTexts,
  listing,
  longList,
  nothing,
  toMany,
} from '../testing/policies.fixture.js';
import { tables } from '../testing/world.fixture.js';
import { knex } from './index.js';

const idsOf = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id);

describe.each(databases)('knex() on %s', (_name, open) => {
  let database: Database;
  let db: ReturnType<typeof knexOn>;
  let list: ReturnType<typeof knex>;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
    db = knexOn(database);
    list = knex({ dialect: database.dialect, tables });
  });
  afterAll(() => database.close());

  it('pages through a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const page = (offset: number) =>
      db('documents').select('id').where(list(condition)).orderBy('id').limit(5).offset(offset);
    expect(allowed.length).toBeGreaterThan(6);
    expect(idsOf(await page(0))).toEqual(allowed.slice(0, 5));
    expect(idsOf(await page(5))).toEqual(allowed.slice(5, 10));
  });

  it('counts a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const [row] = await db('documents').where(list(condition)).count({ n: '*' });
    expect(Number(row!['n'])).toBe(allowed.length);
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = db.queries.length;
    await db('documents').select('id').where(list(condition));
    expect(db.queries.length).toBe(before + 1);
  });

  it('keeps the brackets of a condition beside other conditions', async () => {
    const { condition, allowed } = await listing(either);
    const rows = await db('documents')
      .select('id')
      .where('id', '<=', 20)
      .andWhere(list(condition))
      .orderBy('id');
    expect(idsOf(rows)).toEqual(allowed.filter((id) => id <= 20));
  });

  it('adds the rows of a condition by orWhere', async () => {
    const { condition, allowed } = await listing(either);
    const rows = await db('documents').select('id').where('id', 1).orWhere(list(condition)).orderBy('id');
    expect(idsOf(rows)).toEqual([...new Set([1, ...allowed])]);
  });

  it('filters a table under an alias, beside another use of the same table', async () => {
    const { condition, allowed } = await listing(toMany);
    const rows = await db('documents')
      .innerJoin('documents as d', 'd.id', 'documents.id')
      .select('d.id')
      .where(list(condition, { alias: 'd' }))
      .orderBy('d.id');
    expect(idsOf(rows)).toEqual(allowed);
  });

  it.each([
    ['texts with quotes and placeholders', hostileTexts],
    ['a list of more than 500 values', longList],
  ])('binds %s as values', async (_case, policy) => {
    const { condition, allowed } = await listing(policy);
    const query = db('documents').select('id').where(list(condition)).orderBy('id');
    expect(query.toSQL().sql).not.toContain('admin');
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(await query)).toEqual(allowed);
  });

  it('returns no row, by a condition in the query itself, when the policy grants nothing', async () => {
    const { condition } = await listing(nothing);
    const query = db('documents').select('id').where(list(condition));
    expect(query.toSQL().sql).toMatch(/where \(\(1=0\)\)$/);
    expect(await query).toEqual([]);
  });

  it('works with wrapIdentifier, with the names of the database in its options', async () => {
    const { condition, allowed } = await listing(toMany);
    const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const camel = knexOn(database, { wrapIdentifier: (name, wrap) => wrap(snake(name)) });
    const rows = await camel('documents as theDocument')
      .select('theDocument.id', 'theDocument.ownerId')
      .where(list(condition, { alias: 'theDocument' }))
      .orderBy('theDocument.id');
    expect(idsOf(rows)).toEqual(allowed);
  });
});

describe('knex()', () => {
  it('escapes a question mark in the name of a column', async () => {
    const { condition } = await listing(toMany);
    const list = knex({
      dialect: 'postgres',
      tables: { Comment: { table: 'comments?', columns: { rank: 'rank?' } } },
    });
    const { sql } = knexOn({ dialect: 'postgres' } as Database)('Document')
      .where(list(condition))
      .toSQL()
      .toNative();
    expect(sql).toContain('FROM "comments?" nanook1');
    expect(sql).toContain('nanook1."rank?" < $1');
  });
});
