import { eq, getTableColumns, sql, type Table } from 'drizzle-orm';
import { alias as mysqlAlias } from 'drizzle-orm/mysql-core';
import { alias as pgAlias } from 'drizzle-orm/pg-core';
import { alias as sqliteAlias } from 'drizzle-orm/sqlite-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { drizzleOn, drizzleTables, type TestDrizzle } from '../testing/drizzle.fixture.js';
import {
  data,
  either,
  hostileTexts,
  listing,
  longList,
  nothing,
  toMany,
} from '../testing/policies.fixture.js';
import { drizzle } from './index.js';

const aliases = { postgres: pgAlias, mysql: mysqlAlias, sqlite: sqliteAlias };
const idOf = (table: Table) => getTableColumns(table)['id']!;
const idsOf = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => row['id']);

describe.each(databases)('drizzle() on %s', (_name, open) => {
  let database: Database;
  let db: TestDrizzle;
  let list: ReturnType<typeof drizzle>;
  let documents: Table;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
    const tables = drizzleTables(database.dialect);
    documents = tables['Document']!;
    db = drizzleOn(database);
    list = drizzle(tables);
  });
  afterAll(() => database.close());
  const select = () => db.select({ id: idOf(documents) }).from(documents);

  it('pages through a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const page = (offset: number) =>
      select().where(list(condition)).orderBy(idOf(documents)).limit(5).offset(offset);
    expect(allowed.length).toBeGreaterThan(6);
    expect(idsOf(await page(0))).toEqual(allowed.slice(0, 5));
    expect(idsOf(await page(5))).toEqual(allowed.slice(5, 10));
  });

  it('counts a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const [row] = await db
      .select({ n: sql`count(*)` })
      .from(documents)
      .where(list(condition));
    expect(Number(row!['n'])).toBe(allowed.length);
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = db.queries.length;
    await select().where(list(condition));
    expect(db.queries.length).toBe(before + 1);
  });

  it('keeps the brackets of a condition beside other conditions', async () => {
    const { condition, allowed } = await listing(either);
    const rows = await select()
      .where(sql`${idOf(documents)} <= 20 and ${list(condition)}`)
      .orderBy(idOf(documents));
    expect(idsOf(rows)).toEqual(allowed.filter((id) => id <= 20));
  });

  it('filters a table under an alias, beside another use of the same table', async () => {
    const { condition, allowed } = await listing(toMany);
    const alias = aliases[database.dialect] as unknown as (table: Table, name: string) => Table;
    const d = alias(documents, 'd');
    const rows = await select()
      .innerJoin(d, eq(idOf(d), idOf(documents)))
      .where(list(condition, { table: d }))
      .orderBy(idOf(d));
    expect(idsOf(rows)).toEqual(allowed);
  });

  it.each([
    ['texts with quotes and placeholders', hostileTexts],
    ['a list of more than 500 values', longList],
  ])('binds %s as values', async (_case, policy) => {
    const { condition, allowed } = await listing(policy);
    const query = select().where(list(condition)).orderBy(idOf(documents));
    expect(query.toSQL().sql).not.toContain('admin');
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(await query)).toEqual(allowed);
  });

  it('returns no row, by a condition in the query itself, when the policy grants nothing', async () => {
    const { condition } = await listing(nothing);
    const query = select().where(list(condition));
    expect(query.toSQL().sql).toMatch(/where \(1=0\)$/);
    expect(await query).toEqual([]);
  });
});
