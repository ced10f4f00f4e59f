import assert from 'node:assert/strict';
import { Authorizer, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteDatabase, type Database } from '../../testing/databases.fixture.js';
import {
  generatedSchema,
  prismaOn,
  type AnyClient,
  type TestPrisma,
} from '../../testing/prisma/client.fixture.js';
import { randomTables, types } from '../../testing/world.fixture.js';
import { nanook, typesFromPrisma, type NanookOptions } from '../index.js';

const data = randomTables(7);
const ann = typed('User', { id: 1 });
const unscoped = 'NANOOK_ORM_PRISMA_UNSCOPED';

const load = (policies: string) => Authorizer.load({ policies, types, onWarning: () => {} });
/** Documents with an id up to 10 are visible, and those up to 5 can be changed; comments with an even id are hidden. */
const authorizer = await load(`
  allow(_: User, "read", document: Document) if document.id <= 10;
  allow(_: User, "view", document: Document) if document.id <= 3;
  allow(_: User, "update", document: Document) if document.id <= 5 or document.id > 35;
  allow(_: User, "delete", document: Document) if document.id = 2;
  allow(_: User, "read", comment: Comment) if comment.id in [1, 3, 5, 7, 9, 11, 13];
  allow(_: User, "read", _: Folder);
`);

describe('nanook()', () => {
  let database: Database;
  let client: AnyClient;
  let schema: TestPrisma['schema'];
  let queries: TestPrisma['queries'];
  const extended = (options: Partial<NanookOptions> = {}): AnyClient =>
    client.$extends(nanook({ authorizer, schema, actor: ann, text: 'binary', nan: 'absent', ...options }));
  beforeAll(async () => {
    database = await sqliteDatabase({ binaryText: true });
    ({ client, schema, queries } = await prismaOn(database));
    await database.fill(data);
  });
  afterAll(() => database.close());

  const idsOf = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);
  const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const orderBy = { id: 'asc' };

  it('restricts every operation that reads', async () => {
    const { document } = extended();
    expect(idsOf(await document.findMany({ orderBy }))).toEqual(ten);
    expect(idsOf(await document.findMany({ where: { id: { gt: 8 } }, orderBy }))).toEqual([9, 10]);
    expect(await document.findFirst({ where: { id: 11 } })).toBeNull();
    await expect(document.findFirstOrThrow({ where: { id: 11 } })).rejects.toMatchObject({ code: 'P2025' });
    expect(await document.findUnique({ where: { id: 11 } })).toBeNull();
    expect(await document.findUnique({ where: { id: 10 } })).toMatchObject({ id: 10 });
    await expect(document.findUniqueOrThrow({ where: { id: 11 } })).rejects.toMatchObject({ code: 'P2025' });
    expect(await document.count()).toBe(10);
    expect(await document.count({ select: { _all: true } })).toEqual({ _all: 10 });
    expect(await document.aggregate({ _count: true, _max: { id: true } })).toEqual({
      _count: 10,
      _max: { id: 10 },
    });
    const groups = await document.groupBy({ by: ['id'], orderBy });
    expect(idsOf(groups)).toEqual(ten);
  });

  it('restricts unique rows that Prisma loads together', async () => {
    const { document } = extended();
    const found = await Promise.all([9, 10, 11, 12].map((id) => document.findUnique({ where: { id } })));
    expect(found.map((row) => row?.id)).toEqual([9, 10, undefined, undefined]);
  });

  it('restricts changes to rows that the actor may read and change', async () => {
    const { document } = extended();
    const same = { data: { priority: 1 } };
    await expect(document.update({ where: { id: 6 }, ...same })).rejects.toMatchObject({ code: 'P2025' });
    await expect(document.update({ where: { id: 36 }, ...same })).rejects.toMatchObject({ code: 'P2025' });
    expect(await document.update({ where: { id: 5 }, ...same })).toMatchObject({ id: 5, priority: 1 });
    expect(await document.updateMany(same)).toEqual({ count: 5 });
    expect(await document.updateMany({ ...same, where: { OR: [] } })).toEqual({ count: 0 });
    expect(await document.updateMany({ ...same, where: { AND: [{ OR: [] }] } })).toEqual({ count: 0 });
    expect(idsOf(await document.updateManyAndReturn(same))).toEqual([1, 2, 3, 4, 5]);
    await expect(document.delete({ where: { id: 1 } })).rejects.toMatchObject({ code: 'P2025' });
    expect(await document.deleteMany({ where: { id: { not: 2 } } })).toEqual({ count: 0 });
    expect(await document.deleteMany({ where: { AND: { OR: [] } } })).toEqual({ count: 0 });
    expect(await client.document.count()).toBe(data.documents.length);
    expect(await document.deleteMany()).toEqual({ count: 1 });
    await database.fill(data);
  });

  it('takes other actions of the policy from the option `actions`', async () => {
    const { document } = extended({ actions: { read: 'view', update: 'delete', delete: 'nothing' } });
    expect(await document.count()).toBe(3);
    expect(await document.updateMany({ data: { priority: 1 } })).toEqual({ count: 1 });
    expect(await document.deleteMany()).toEqual({ count: 0 });
    await database.fill(data);
  });

  it('restricts related rows in include, select, counts and the fluent methods', async () => {
    const { document, folder } = extended();
    const isVisible = ({ id }: { id: number }) => id % 2 === 1 && id <= 13;
    const all = await client.document.findMany({ include: { comments: true }, orderBy });
    const visible = all.slice(0, 10).map(({ id, comments }: AnyClient) => ({
      id,
      comments: comments.filter(isVisible).map(({ id: own }: AnyClient) => ({ id: own })),
    }));
    const select = { id: true, comments: { select: { id: true }, orderBy } };
    expect(await document.findMany({ select, orderBy })).toEqual(visible);
    const included = await document.findMany({ include: { comments: { orderBy } }, orderBy });
    expect(included.map(({ comments }: AnyClient) => idsOf(comments))).toEqual(
      visible.map(({ comments }: AnyClient) => idsOf(comments)),
    );
    const counts = visible.map(({ comments }: AnyClient) => comments.length);
    for (const counted of [true, { select: { comments: true } }]) {
      const rows = await document.findMany({ select: { _count: counted }, orderBy });
      expect(rows.map(({ _count }: AnyClient) => _count.comments)).toEqual(counts);
    }
    for (const { id, comments } of visible)
      expect(
        await document.findUnique({ where: { id } }).comments({ select: { id: true }, orderBy }),
      ).toEqual(comments);
    expect(await document.findUnique({ where: { id: 11 } }).comments()).toBeNull();
    const folders = await folder.findMany({ select: { documents: { select: { id: true } } } });
    expect(folders.flatMap((row: AnyClient) => idsOf(row.documents)).every((id: number) => id <= 10)).toBe(
      true,
    );
    const people = await document.findMany({ select: { owner: true } });
    expect(people.every(({ owner }: AnyClient) => owner === null)).toBe(true);
    const updated = await document.update({ where: { id: 1 }, data: {}, include: { comments: true } });
    expect(updated.comments.every(isVisible)).toBe(true);
  });

  it.each(['comment', 'folder'])(
    'finds nothing through a relation to a model without a rule: %s',
    async (model) => {
      const own = extended();
      const relation = model === 'comment' ? 'author' : 'owner';
      expect(await own[model].count({ where: { [relation]: { id: { gt: 0 } } } })).toBe(0);
      expect(await own[model].count({ where: { [relation]: { isNot: null } } })).toBe(0);
      expect(await own[model].count({ where: { [relation]: null } })).toBe(await own[model].count());
    },
  );

  it('pages by a cursor, and does not tell whether a hidden row exists', async () => {
    const { document } = extended();
    const after = (id: number, method = 'findMany') => document[method]({ cursor: { id }, orderBy });
    expect(idsOf(await after(8))).toEqual([8, 9, 10]);
    expect(await after(11)).toEqual([]);
    expect(await after(99_999)).toEqual([]);
    expect(await document.findMany({ cursor: { id: 11 }, orderBy: { id: 'desc' } })).toEqual([]);
    expect(await after(11, 'findFirst')).toBeNull();
    expect(await after(8, 'count')).toBe(3);
    expect(await document.count({ cursor: { id: 11 }, orderBy: { id: 'desc' } })).toBe(0);
    expect(await document.aggregate({ cursor: { id: 11 }, orderBy: { id: 'desc' }, _count: true })).toEqual({
      _count: 0,
    });
    const [rows] = await extended().$transaction([document.findMany({ cursor: { id: 8 }, orderBy })]);
    expect(idsOf(rows)).toEqual([8, 9, 10]);
  });

  it('refuses a cursor with conditions, which would tell values of hidden related rows', async () => {
    const { document } = extended();
    const owner = { is: { id: data.documents[0]!.owner_id } };
    for (const cursor of [
      { owner },
      { AND: [{ owner }] },
      { OR: [{ owner }] },
      { NOT: { owner } },
      { key: { owner } },
    ])
      await expect(document.findMany({ cursor: { id: 1, ...cursor } })).rejects.toMatchObject({
        code: unscoped,
      });
  });

  it('passes undefined values on, so that Prisma refuses them with strictUndefinedChecks', async () => {
    const sent: AnyClient[] = [];
    const { query } = (nanook({ authorizer, schema, actor: ann }) as unknown as (each: object) => AnyClient)({
      $extends: (extension: object) => extension,
    });
    const send = (args: object) =>
      query.$allOperations({
        model: 'Document',
        operation: 'deleteMany',
        args,
        query: async (each: object) => sent.push(each),
      });
    await send({ where: { id: undefined } });
    await send({ where: { AND: undefined } });
    await send({ where: undefined });
    await send({ limit: undefined });
    await send({});
    const undefinedNames = (args: object): string[] =>
      Object.entries(args).flatMap(([name, value]) => (value === undefined ? [name] : []));
    expect(sent.map(({ where, ...rest }) => [...undefinedNames(where), ...undefinedNames(rest)])).toEqual([
      ['id'],
      ['NOT'],
      ['NOT'],
      ['limit'],
      [],
    ]);
  });

  it('throws for a schema that lacks a relation of the client, whose rows it could not restrict', () => {
    const { comments: _, ...relations } = schema.models['Document']!.relations;
    const models = { ...schema.models, Document: { ...schema.models['Document']!, relations } };
    expect(() => extended({ schema: { ...schema, models } })).toThrow('`comments` of `Document`');
    const { Comment: __, ...others } = schema.models;
    expect(() => extended({ schema: { ...schema, models: others } })).toThrow('run `prisma generate`');
  });

  it('restricts queries in transactions, and ends a batch with a refused operation', async () => {
    const own = extended();
    const [rows, total] = await own.$transaction([own.document.findMany({ orderBy }), own.document.count()]);
    expect([idsOf(rows), total]).toEqual([ten, 10]);
    expect(await own.$transaction((tx: AnyClient) => tx.document.count())).toBe(10);
    const refused = own.$transaction([own.document.count(), own.document.create({ data: {} })]);
    await expect(refused).rejects.toMatchObject({ code: unscoped });
    await expect(own.$transaction((tx: AnyClient) => tx.$queryRaw`SELECT 1`)).rejects.toMatchObject({
      code: unscoped,
    });
  });

  it('restricts the extended client only, and clients that extend it', async () => {
    const own = extended();
    expect(await client.document.count()).toBe(data.documents.length);
    const twice = own.$extends({ model: { document: { visible: () => own.document.count() } } });
    expect([await twice.document.count(), await twice.document.visible()]).toEqual([10, 10]);
    expect(await extended({ actor: typed('User', { id: 2 }) }).document.count()).toBe(10);
  });

  it.each<[string, (own: AnyClient) => Promise<unknown>]>([
    ['create', (own) => own.document.create({ data: { id: 100, status: 'a' } })],
    ['createMany', (own) => own.document.createMany({ data: [{ id: 100, status: 'a' }] })],
    ['createManyAndReturn', (own) => own.document.createManyAndReturn({ data: [{ id: 100, status: 'a' }] })],
    [
      'upsert',
      (own) => own.document.upsert({ where: { id: 1 }, create: { id: 1, status: 'a' }, update: {} }),
    ],
    [
      'a nested write',
      (own) => own.document.update({ where: { id: 1 }, data: { comments: { deleteMany: {} } } }),
    ],
    [
      'a connected row',
      (own) => own.document.update({ where: { id: 1 }, data: { owner: { connect: { id: 1 } } } }),
    ],
    ['an order by a related row', (own) => own.comment.findMany({ orderBy: { document: { title: 'asc' } } })],
    [
      'an order by a number of related rows',
      (own) => own.document.findMany({ orderBy: [{ comments: { _count: 'asc' } }] }),
    ],
    [
      'an order by a related row of a related row',
      (own) => own.document.findMany({ orderBy: { folder: { owner: { name: 'asc' } } } }),
    ],
    [
      'an order of related rows',
      (own) => own.folder.findMany({ include: { documents: { orderBy: { owner: { name: 'asc' } } } } }),
    ],
    [
      'a cursor of related rows',
      (own) => own.folder.findMany({ include: { documents: { cursor: { id: 1 } } } }),
    ],
    ['$queryRaw', (own) => own.$queryRaw`SELECT * FROM documents`],
    ['$queryRawUnsafe', (own) => own.$queryRawUnsafe('SELECT * FROM documents')],
    ['$executeRaw', (own) => own.$executeRaw`DELETE FROM documents`],
    ['$executeRawUnsafe', (own) => own.$executeRawUnsafe('DELETE FROM documents')],
  ])('refuses %s without a query', async (_what, run) => {
    const before = queries.length;
    const refused = Promise.resolve().then(() => run(extended()));
    await expect(refused).rejects.toMatchObject({ code: unscoped });
    expect(queries.length).toBe(before);
    expect(await client.document.count()).toBe(data.documents.length);
  });

  it('orders by related rows that are all visible', async () => {
    await expect(
      extended().document.findMany({ orderBy: { folder: { name: 'asc' } } }),
    ).resolves.toHaveLength(10);
  });

  it('waits for an actor that is a promise', async () => {
    expect(await extended({ actor: Promise.resolve(ann) }).document.count()).toBe(10);
  });

  it.each([undefined, null, Promise.resolve(), () => undefined, async () => null])(
    'throws NANOOK_ORM_PRISMA_NO_ACTOR for the actor %s, without a query',
    async (actor) => {
      const before = queries.length;
      const { document } = extended({ actor });
      for (const method of ['findMany', 'count', 'deleteMany'])
        await expect(document[method]()).rejects.toMatchObject({ code: 'NANOOK_ORM_PRISMA_NO_ACTOR' });
      expect(queries.length).toBe(before);
    },
  );

  it('calls a function for the actor of each query', async () => {
    let id = 1;
    const own = extended({
      authorizer: await load('allow(user: User, "read", document: Document) if document.id = user.id;'),
      actor: async () => typed('User', { id }),
    });
    expect(idsOf(await own.document.findMany())).toEqual([1]);
    id = 2;
    expect(idsOf(await own.document.findMany())).toEqual([2]);
  });

  it.each([
    ['an object with an operator', { id: { gt: 0 } }],
    ['an object with `not`', { id: { not: null } }],
    ['a list', { id: [1, 2, 3] }],
    ['NaN', { id: Number.NaN }],
    ['Infinity', { id: Number.POSITIVE_INFINITY }],
    ['a text', { id: '1' }],
    ['undefined', { id: undefined }],
  ])('finds nothing for an actor whose id is %s', async (_what, user) => {
    const own = extended({
      authorizer: await load('allow(user: User, "read", document: Document) if document.ownerId = user.id;'),
      actor: typed('User', user),
    });
    expect(await own.document.count()).toBe(0);
  });

  it('treats names from JSON as fields, never as a prototype', async () => {
    const where = JSON.parse('{"__proto__": {"id": 11}, "id": {"gt": 9}}') as object;
    expect(idsOf(await extended().document.findMany({ where }))).toEqual([10]);
    const nested = JSON.parse('{"AND": [{"constructor": {"id": 1}}]}') as object;
    await expect(extended().document.findMany({ where: nested })).rejects.toThrow('constructor');
  });

  it('throws NANOOK_ORM_PRISMA_TOO_MANY_VALUES when Prisma would split a list of the policy', async () => {
    const ids = Array.from({ length: 450 }, (_, i) => i);
    const { document, folder } = extended();
    const code = 'NANOOK_ORM_PRISMA_TOO_MANY_VALUES';
    await expect(document.findMany({ where: { id: { in: ids } } })).rejects.toMatchObject({ code });
    const include = { documents: { where: { id: { in: ids } } } };
    await expect(folder.findMany({ include })).rejects.toMatchObject({ code });
    await expect(folder.findMany({ where: { id: { in: [...ids, 450, 451] } } })).resolves.toHaveLength(6);
  });

  it.each([400, 500, 600, 900])(
    'loads no hidden row for %d rows, although Prisma splits the query',
    async (take) => {
      await database.fill(randomTables(3, 1500));
      const blocked = Array.from({ length: 440 }, (_, i) => i * 2 + 1);
      for (const condition of ['comment.document.id', 'comment.author.id', 'comment.id']) {
        const own = extended({
          actor: { blocked },
          authorizer: await load(`
          allow(_: Dictionary, "read", _: Document);
          allow(user: Dictionary, "read", comment: Comment) if not (${condition} in user.blocked);
        `),
        });
        const visible = idsOf(await own.comment.findMany());
        const args = { include: { comments: { orderBy } }, orderBy, take };
        const idsIn = (rows: AnyClient): number[] =>
          rows.flatMap(({ comments }: AnyClient) => idsOf(comments));
        const expected = idsIn(await client.document.findMany(args)).filter((id) => visible.includes(id));
        const found = await own.document.findMany(args).catch((error: Error) => error.message);
        // Prisma cannot split a negated list, and says so.
        if (typeof found === 'string') assert.match(found, /parameter limit/i);
        else assert.deepEqual(idsIn(found), expected);
      }
      await database.fill(data);
    },
  );

  it('refuses a required relation, because it cannot leave out a hidden row', async () => {
    const features = await generatedSchema('features');
    const declared = typesFromPrisma(features);
    const policies = `
      allow("ann", "read", _: Setting);
      allow("ann", "read", project: Project) if project.code = "a";
      allow("bob", "read", _: Setting);
      allow("bob", "read", _: Project);
    `;
    const own = await Authorizer.load({ policies, types: declared });
    const sent: unknown[] = [];
    const run = (actor: string, args: object) => {
      const { query } = (
        nanook({ authorizer: own, schema: features, actor }) as unknown as (client: object) => AnyClient
      )({ $extends: (extension: object) => extension });
      return query.$allOperations({
        model: 'Setting',
        operation: 'findMany',
        args,
        query: async (each: object) => sent.push(each),
      });
    };
    await expect(run('ann', { include: { project: true } })).rejects.toMatchObject({
      code: unscoped,
      message: expect.stringContaining('allow all rows in the policy'),
    });
    expect(sent).toEqual([]);
    await run('bob', { include: { project: true } });
    expect(sent).toEqual([{ include: { project: {} }, where: {} }]);
  });
});
