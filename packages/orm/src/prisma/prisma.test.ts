import type { RowCondition } from '@nanook/core/filter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { data, either, hostileTexts, listing, nothing, toMany } from '../testing/policies.fixture.js';
import { prismaOn, type TestPrisma } from '../testing/prisma/client.fixture.js';
import { prisma } from './index.js';

const idsOf = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id);
const byId = { select: { id: true }, orderBy: { id: 'asc' } };
const everything = 'allow(_: User, "read", _: Document);';

describe.each(databases)('prisma() on %s', (_name, open) => {
  let database: Database;
  let document: TestPrisma['client']['document'];
  let queries: TestPrisma['queries'];
  let list: ReturnType<typeof prisma>;
  beforeAll(async () => {
    database = await open({ binaryText: true });
    await database.fill(data);
    const { client, schema, queries: sent } = await prismaOn(database);
    ({ document } = client);
    queries = sent;
    list = prisma({ client, schema, text: 'binary' });
  });
  afterAll(() => database.close());

  it('pages through a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const page = (skip: number) => document.findMany({ where: list(condition), ...byId, take: 5, skip });
    expect(allowed.length).toBeGreaterThan(6);
    expect(idsOf(await page(0))).toEqual(allowed.slice(0, 5));
    expect(idsOf(await page(5))).toEqual(allowed.slice(5, 10));
  });

  it('counts a list with a condition on a to-many relation without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    expect(await document.count({ where: list(condition) })).toBe(allowed.length);
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = queries.length;
    await document.findMany({ where: list(condition), ...byId });
    expect(queries.length).toBe(before + 1);
  });

  it('filters beside other conditions', async () => {
    const { condition, allowed } = await listing(either);
    const rows = await document.findMany({ where: { AND: [list(condition), { id: { lte: 20 } }] }, ...byId });
    expect(idsOf(rows)).toEqual(allowed.filter((id) => id <= 20));
  });

  it('ignores the rows of a join table that lead to no row', async () => {
    const tags = [{ id: 1, name: 'a', weight: 1 }];
    const links = [1, 9].map((tag, i) => ({ document_id: i + 1, tag_id: tag }));
    await database.fill({ ...data, tags, document_tags: links });
    const tagged = await listing('allow(_: User, "read", document: Document) if _ in document.tags;');
    const untagged = await listing('allow(_: User, "read", document: Document) if not (_ in document.tags);');
    const [first, ...others] = data.documents.map(({ id }) => id as number);
    const rows = async (condition: RowCondition) =>
      idsOf(await document.findMany({ where: list(condition), ...byId }));
    expect(await rows(tagged.condition)).toEqual([first]);
    expect(await rows(untagged.condition)).toEqual(others);
    await database.fill(data);
  });

  it('binds texts with quotes and placeholders as values', async () => {
    const { condition, allowed } = await listing(hostileTexts);
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(await document.findMany({ where: list(condition), ...byId }))).toEqual(allowed);
    expect(queries.at(-1)).not.toContain('admin');
  });

  it.each([
    ['alone', (where: object) => where],
    ['within AND', (where: object) => ({ AND: [where] })],
    ['within AND beside a condition', (where: object) => ({ AND: [where, { id: { gt: 0 } }] })],
    ['beside a condition', (where: object) => ({ ...where, id: { gt: 0 } })],
    ['within OR', (where: object) => ({ OR: [where, { id: 0 }] })],
  ])('returns no row when the policy grants nothing and the condition is used %s', async (_place, put) => {
    const { condition } = await listing(nothing);
    expect(await document.findMany({ where: put(list(condition)), ...byId })).toEqual([]);
  });

  it.each([
    ['alone', (where: object) => where],
    ['within AND', (where: object) => ({ AND: [where, { id: { gt: 0 } }] })],
    ['within OR', (where: object) => ({ OR: [where, { id: 0 }] })],
    ['within NOT twice', (where: object) => ({ NOT: { NOT: where } })],
  ])(
    'returns every row when the policy grants everything and the condition is used %s',
    async (_place, put) => {
      const { condition, allowed } = await listing(everything);
      expect(allowed).toHaveLength(data.documents.length);
      expect(idsOf(await document.findMany({ where: put(list(condition)), ...byId }))).toEqual(allowed);
    },
  );
});
