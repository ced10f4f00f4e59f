import { Authorizer, typed } from '@nanook/core';
import { EntitySchema, Platform, RequestContext, type MikroORM } from '@mikro-orm/core';
import { MikroORM as SqlOrm, NodeSqliteDialect, SqliteDriver, type SqlEntityManager } from '@mikro-orm/sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { isMikroOrm6, mikroOrmEntities, mikroOrmOn } from '../testing/mikro-orm.fixture.js';
import {
  data,
  either,
  hostileTexts,
  listing,
  longList,
  nothing,
  toMany,
  user,
} from '../testing/policies.fixture.js';
import { types } from '../testing/world.fixture.js';
import { mikroOrm, mikroOrmResources, typesFromMikroOrm } from './index.js';

interface Row {
  readonly id: number;
  readonly title?: string | null;
  readonly comments?: readonly Row[];
  readonly document?: Row;
}
const idsOf = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);
const Document = mikroOrmEntities['Document']! as unknown as EntitySchema<Row>;
const Comment = mikroOrmEntities['Comment']! as unknown as EntitySchema<Row>;
const orderBy = { id: 'asc' } as const;

describe.each(databases)('mikroOrm() on %s', (_name, open) => {
  let database: Database;
  let orm: MikroORM & { readonly queries: string[] };
  let em: SqlEntityManager;
  let list: ReturnType<typeof mikroOrm>;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
    orm = await mikroOrmOn(database);
    em = orm.em.fork() as SqlEntityManager;
    list = mikroOrm(orm);
  });
  afterAll(() => database.close());

  it('pages through a list with a condition on a to-many relation, and counts it, without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    expect(allowed.length).toBeGreaterThan(6);
    const page = (offset: number) =>
      em.findAndCount(Document, list(condition), { orderBy, limit: 5, offset });
    const [first, total] = await page(0);
    expect(total).toBe(allowed.length);
    expect(idsOf(first)).toEqual(allowed.slice(0, 5));
    expect(idsOf((await page(5))[0])).toEqual(allowed.slice(5, 10));
  });

  it.each([
    ['a to-many relation', toMany],
    ['texts with quotes and placeholders', hostileTexts],
  ])('pages through a list that joins a collection, with %s', async (_case, policy) => {
    const { condition, allowed } = await listing(policy);
    const where = { $and: [list(condition), { comments: { id: { $ne: null } } }] };
    const rows = await em.find(Document, where, { orderBy, limit: 3, offset: 1 });
    const comments = data.comments as unknown as readonly { document_id: number }[];
    const commented = allowed.filter((id) => comments.some((each) => each.document_id === id));
    expect(commented.length).toBeGreaterThan(1);
    expect(idsOf(rows)).toEqual(commented.slice(1, 4));
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = orm.queries.length;
    await em.find(Document, list(condition));
    expect(orm.queries.length).toBe(before + 1);
  });

  it('keeps the brackets of a condition beside other conditions, and several conditions apart', async () => {
    const { condition, allowed } = await listing(either);
    const texts = await listing(hostileTexts);
    const expected = allowed.filter((id) => id <= 20 && texts.allowed.includes(id));
    const wheres = [
      { $and: [{ id: { $lte: 20 } }, list(condition), list(texts.condition)] },
      { id: { $lte: 20 }, ...list(condition), ...list(texts.condition) },
    ];
    for (const where of wheres) expect(idsOf(await em.find(Document, where, { orderBy }))).toEqual(expected);
  });

  it('negates a condition as a whole', async () => {
    const { condition, allowed } = await listing(hostileTexts);
    const where = { $or: [{ $not: list(condition) }, list(condition)] };
    const rows = await em.find(Document, where, { orderBy });
    expect(idsOf(rows)).toEqual(expect.arrayContaining([...allowed]));
    const negated = await em.find(Document, { $not: list(condition) }, { orderBy });
    expect(idsOf(negated).filter((id) => allowed.includes(id))).toEqual([]);
  });

  it('filters the rows of a related entity', async () => {
    const { condition, allowed } = await listing(toMany);
    const rows = await em.find(Comment, { document: list(condition) }, { orderBy });
    const comments = data.comments as unknown as readonly { id: number; document_id: number }[];
    expect(idsOf(rows)).toEqual(
      comments.filter((each) => allowed.includes(each.document_id)).map(({ id }) => id),
    );
  });

  it('filters a query builder', async () => {
    const { condition, allowed } = await listing(either);
    const query = em.createQueryBuilder(Document, 'each').where(list(condition)).orderBy(orderBy);
    expect(idsOf(await query.getResultList())).toEqual(allowed);
  });

  it('filters the rows that an update changes', async () => {
    const { condition, allowed } = await listing(toMany);
    const where = list(condition, { alias: 'documents' });
    await em.nativeUpdate(Document, where, { title: 'changed' });
    const rows = await em.fork().find(Document, { title: 'changed' }, { orderBy });
    await database.fill(data);
    expect(idsOf(rows)).toEqual(allowed);
  });

  it.each([
    ['texts with quotes and placeholders', hostileTexts],
    ['a list of more than 500 values', longList],
  ])('binds %s as values', async (_case, policy) => {
    const { condition, allowed } = await listing(policy);
    const rows = await em.find(Document, list(condition), { orderBy });
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(rows)).toEqual(allowed);
  });

  it('compares with texts and numbers that a query cannot contain as they are', async () => {
    const policies = `
      allow(reader: Reader, "read", document: Document) if
        document.title in reader.titles or (document.score < reader.highest and document.score > reader.lowest);`;
    const authorizer = await Authorizer.load({ policies, types: { ...types, Reader: {} } });
    const values = { titles: ['a\0b', 'back\\slash', '[::alias::]', '?? \\?'], lowest: -Infinity };
    const titles = database.dialect === 'postgres' ? values.titles.slice(1) : values.titles;
    // MariaDB has no infinite numbers.
    const bounds = database.dialect === 'mysql' ? { highest: 1e308, lowest: -1e308 } : { highest: Infinity };
    const actor = typed('Reader', { ...values, ...bounds });
    const rows = titles.map((title, i) => ({ ...data.documents[0]!, id: i + 1, title, score: null }));
    const last = { ...data.documents[0]!, id: 9, title: 'other', score: 1 };
    const empty = { users: [], folders: [], comments: [], tags: [], document_tags: [] };
    await database.fill({ ...empty, documents: [...rows, last] });
    const condition = await authorizer.where(actor, 'read', 'Document');
    const found = await em.fork().find(Document, list(condition), { orderBy });
    await database.fill(data);
    expect(idsOf(found)).toEqual([...rows.map(({ id }) => id), 9]);
  });

  it('returns no row, by a condition in the query itself, when the policy grants nothing', async () => {
    const { condition } = await listing(nothing);
    expect(await em.find(Document, list(condition))).toEqual([]);
    expect(orm.queries.at(-1)).toMatch(/where \(1=0\)$/);
  });

  it('decides with the types that the entities describe as a check does', async () => {
    const types = typesFromMikroOrm(orm);
    const authorizer = await Authorizer.load({ policies: toMany, types });
    const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
    const { allowed } = await listing(toMany);
    expect(idsOf(await em.find(Document, list(condition), { orderBy }))).toEqual(allowed);
  });

  it('lists entities of the request context', async () => {
    const authorizer = await Authorizer.load({ policies: either, types, resources: mikroOrmResources(orm) });
    await RequestContext.create(orm.em, async () => {
      const { rows } = await authorizer.list(typed('User', user), 'read', 'Document', {
        take: 1,
      });
      const own = orm.em.getUnitOfWork().getById(Document as never, rows[0]!['id'] as never);
      expect(own).toBe(rows[0]);
    });
  });
});

const offline = { dialect: 'postgres', query: async () => [] } as const;

describe('mikroOrm()', () => {
  it('rejects a nullable column that the types do not declare as optional', async () => {
    const list = mikroOrm(await mikroOrmOn(offline));
    const types = { User: {}, Document: { key: 'id', fields: { id: 'Integer', title: String } } };
    const policies = 'allow(_: User, "read", document: Document) if document.id = 1;';
    const authorizer = await Authorizer.load({ policies, types });
    const condition = await authorizer.where(typed('User', {}), 'read', 'Document');
    expect(() => list(condition)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_ORM_NULLABLE_COLUMN',
        data: { type: 'Document', field: 'title', table: 'documents' },
      }),
    );
  });

  it('rejects a database that it has no SQL for', async () => {
    const platform = new (class MongoPlatform extends Platform {})();
    const orm = { em: { getPlatform: () => platform }, getMetadata: () => ({ getAll: () => new Map() }) };
    const { condition } = await listing(either);
    expect(() => mikroOrm(orm as unknown as MikroORM)(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_TABLES' }),
    );
  });

  it('compares dates of SQLite as MikroORM stores them', async () => {
    class Note {
      declare id: number;
      declare at: Date;
    }
    const entity = new EntitySchema<Note>({
      class: Note,
      properties: { id: { type: 'integer', primary: true }, at: { type: 'datetime' } },
    });
    const orm = await SqlOrm.init({
      driver: SqliteDriver,
      dbName: ':memory:',
      ...(!isMikroOrm6 && { driverOptions: new NodeSqliteDialect(':memory:') }),
      entities: [entity],
    });
    await orm.em.getConnection().execute('create table note (id integer primary key, at datetime)');
    const em = orm.em.fork();
    const at = [0, 1, 2].map((ms) => new Date(Date.UTC(2024, 0, 1) + ms));
    await em.persist(at.map((each, i) => em.create(Note, { id: i + 1, at: each }))).flush();
    const authorizer = await Authorizer.load({
      policies: 'allow(reader: Reader, "read", note: Note) if note.at >= reader.since;',
      types: { ...typesFromMikroOrm(orm), Reader: {} },
    });
    const reader = typed('Reader', { since: at[1] });
    const condition = await authorizer.where(reader, 'read', 'Note');
    const rows = await orm.em.fork().find(Note, mikroOrm(orm)(condition), { orderBy });
    expect(idsOf(rows)).toEqual([2, 3]);
    expect(rows.every((row) => authorizer.canSync(reader, 'read', row))).toBe(true);
    await orm.close();
  });
});
