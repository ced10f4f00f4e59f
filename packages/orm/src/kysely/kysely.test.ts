import { CamelCasePlugin } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { kyselyOn, type TestKysely, type World } from '../testing/kysely.fixture.js';
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
import { kysely } from './index.js';

describe.each(databases)('kysely() on %s', (_name, open) => {
  let database: Database;
  let db: TestKysely<World>;
  let list: ReturnType<typeof kysely>;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
    db = kyselyOn(database);
    list = kysely({ dialect: database.dialect, tables });
  });
  afterAll(() => database.close());

  it('pages through a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const page = db.selectFrom('documents').select('id').where(list(condition)).orderBy('id');
    const ids = async (offset: number) => (await page.limit(5).offset(offset).execute()).map(({ id }) => id);
    expect(allowed.length).toBeGreaterThan(6);
    expect(await ids(0)).toEqual(allowed.slice(0, 5));
    expect(await ids(5)).toEqual(allowed.slice(5, 10));
  });

  it('counts a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const { n } = await db
      .selectFrom('documents')
      .select(({ fn }) => fn.countAll().as('n'))
      .where(list(condition))
      .executeTakeFirstOrThrow();
    expect(Number(n)).toBe(allowed.length);
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = db.queries.length;
    await db.selectFrom('documents').select('id').where(list(condition)).execute();
    expect(db.queries.length).toBe(before + 1);
  });

  it('keeps the brackets of a condition beside other conditions', async () => {
    const { condition, allowed } = await listing(either);
    const rows = await db
      .selectFrom('documents')
      .select('id')
      .where('id', '<=', 20)
      .where(list(condition))
      .orderBy('id')
      .execute();
    expect(rows.map(({ id }) => id)).toEqual(allowed.filter((id) => id <= 20));
  });

  it('filters a table under an alias, beside another use of the same table', async () => {
    const { condition, allowed } = await listing(toMany);
    const rows = await db
      .selectFrom('documents')
      .innerJoin('documents as d', 'd.id', 'documents.id')
      .select('d.id')
      .where(list(condition, { alias: 'd' }))
      .orderBy('d.id')
      .execute();
    expect(rows.map(({ id }) => id)).toEqual(allowed);
  });

  it.each([
    ['texts with quotes and placeholders', hostileTexts],
    ['a list of more than 500 values', longList],
  ])('binds %s as values', async (_case, policy) => {
    const { condition, allowed } = await listing(policy);
    const query = db.selectFrom('documents').select('id').where(list(condition)).orderBy('id');
    expect(query.compile().sql).not.toContain('admin');
    expect(allowed.length).toBeGreaterThan(0);
    expect((await query.execute()).map(({ id }) => id)).toEqual(allowed);
  });

  it('returns no row, by a condition in the query itself, when the policy grants nothing', async () => {
    const { condition } = await listing(nothing);
    const query = db.selectFrom('documents').select('id').where(list(condition));
    expect(query.compile().sql).toMatch(/where \(1=0\)$/);
    expect(await query.execute()).toEqual([]);
  });

  it('works with CamelCasePlugin, with the names of the database in its options', async () => {
    const { condition, allowed } = await listing(toMany);
    const camel = kyselyOn<{ documents: { id: number; ownerId: number | null } }>(database, [
      new CamelCasePlugin(),
    ]);
    const rows = await camel
      .selectFrom('documents as theDocument')
      .select(['theDocument.id', 'theDocument.ownerId'])
      .where(list(condition, { alias: 'theDocument' }))
      .orderBy('theDocument.id')
      .execute();
    expect(rows.map(({ id }) => id)).toEqual(allowed);
  });
});

describe('kysely()', () => {
  it('names tables with their schema, and columns by `columnName`', async () => {
    const { condition } = await listing(toMany);
    const list = kysely({
      dialect: 'postgres',
      tables: {
        Document: { table: 'documents', schema: 'app' },
        Comment: { table: 'comments', schema: 'app' },
      },
      columnName: (field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    });
    const { sql } = kyselyOn({ dialect: 'postgres' } as Database)
      .selectFrom('documents')
      .selectAll()
      .where(list(condition))
      .compile();
    expect(sql).toContain('FROM "app"."comments" nanook1 WHERE nanook1."document_id" = "documents"."id"');
  });
});
