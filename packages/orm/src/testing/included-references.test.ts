import { Authorizer, typed, type ResourceAdapter, type TypesInput } from '@nanook/core';
import { EntitySchema as MikroSchema } from '@mikro-orm/core';
import { EntitySchema } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mikroOrmResources, typesFromMikroOrm } from '../mikro-orm/index.js';
import { mongooseResources, typesFromMongoose } from '../mongoose/index.js';
import { typeormResources, typesFromTypeorm } from '../typeorm/index.js';
import { databases, type Database } from './databases.fixture.js';
import { mikroOrmOn } from './mikro-orm.fixture.js';
import { documentModels, id } from './mongoose-documents.fixture.js';
import { typeormOn } from './typeorm.fixture.js';

// Entities whose foreign keys have no property: only a reference to the related entity. A draft has the key of the related entity there.

async function typeormWorld(database: Database): Promise<[ResourceAdapter, TypesInput]> {
  const key = { type: 'int', primary: true } as const;
  const dataSource = await typeormOn(database, [
    new EntitySchema<Record<string, unknown>>({
      name: 'Folder',
      tableName: 'folders',
      columns: { id: key, name: { type: 'text', nullable: true } },
    }),
    new EntitySchema<Record<string, unknown>>({
      name: 'Document',
      tableName: 'documents',
      columns: { id: key, title: { type: 'text', nullable: true } },
      relations: {
        folder: { type: 'many-to-one', target: 'Folder', joinColumn: { name: 'folder_id' }, nullable: true },
        comments: { type: 'one-to-many', target: 'Comment', inverseSide: 'document' },
      },
    }),
    new EntitySchema<Record<string, unknown>>({
      name: 'Comment',
      tableName: 'comments',
      columns: { id: key, rank: { type: 'int', nullable: true } },
      relations: {
        document: {
          type: 'many-to-one',
          target: 'Document',
          joinColumn: { name: 'document_id' },
          nullable: true,
        },
      },
    }),
  ] as never);
  return [typeormResources(dataSource), typesFromTypeorm(dataSource)];
}

async function mikroOrmWorld(database: Database): Promise<[ResourceAdapter, TypesInput]> {
  const key = { type: 'integer', primary: true };
  const entity = (name: string, tableName: string, properties: object): MikroSchema =>
    new MikroSchema({ name, tableName, properties: { id: key, ...properties } as never });
  const toOne = (target: () => MikroSchema, fieldName: string) => ({
    kind: 'm:1',
    entity: target,
    fieldName,
    nullable: true,
  });
  const folder = entity('Folder', 'folders', { name: { type: 'text', nullable: true } });
  const document = entity('Document', 'documents', {
    title: { type: 'text', nullable: true },
    folder: toOne(() => folder, 'folder_id'),
    comments: { kind: '1:m', entity: () => comment, mappedBy: 'document' },
  });
  const comment: MikroSchema = entity('Comment', 'comments', {
    rank: { type: 'integer', nullable: true },
    document: toOne(() => document, 'document_id'),
  });
  const orm = await mikroOrmOn(database, [folder, document, comment]);
  return [mikroOrmResources(orm), typesFromMikroOrm(orm)];
}

describe.each(databases)('list() with the option `include` on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'references_' });
    await database.fill({
      users: [],
      folders: [1, 2].map((each) => ({ id: each, name: `folder ${each}` })),
      documents: [
        { id: 1, title: 'a', status: '', folder_id: 1 },
        { id: 2, title: 'b', status: '', folder_id: 2 },
        { id: 3, title: 'c', status: '', folder_id: null },
      ],
      comments: [
        { id: 1, document_id: 1, rank: 1 },
        { id: 2, document_id: 1, rank: 9 },
        { id: 3, document_id: 2, rank: 1 },
      ],
      tags: [],
      document_tags: [],
    });
  });
  afterAll(() => database.close());

  it.each([
    ['typeormResources()', typeormWorld],
    ['mikroOrmResources()', mikroOrmWorld],
  ])(
    'follows references of entities without a property for the foreign key, with %s',
    async (_adapter, connect) => {
      const [resources, types] = await connect(database);
      const authorizer = await Authorizer.load({
        policies: `
        allow(_, "read", _: Document);
        allow(_, "read", folder: Folder) if folder.id = 1;
        allow(_, "read", comment: Comment) if comment.rank < 5;
        allow_field(_, "see", _: Document, field) if field in ["id", "folder", "comments"];
        allow_field(_, "see", _: Folder, field) if field in ["id", "name"];
        allow_field(_, "see", _: Comment, field) if field in ["id"];
      `,
        types,
        resources,
        onWarning: () => {},
      });
      const folder = { id: 1, name: 'folder 1' };
      const { rows } = await authorizer.list('ann', 'read', 'Document', {
        include: ['folder', 'comments.document.folder'],
      });
      const inner = (document: object) => ({ ...document });
      expect(rows).toEqual([
        {
          id: 1,
          title: 'a',
          folder,
          comments: [{ id: 1, rank: 1, document: inner({ id: 1, title: 'a', folder }) }],
        },
        {
          id: 2,
          title: 'b',
          folder: null,
          comments: [{ id: 3, rank: 1, document: inner({ id: 2, title: 'b', folder: null }) }],
        },
        { id: 3, title: 'c', folder: null, comments: [] },
      ]);
      const masked = await authorizer.list('ann', 'read', 'Document', {
        include: ['folder', 'comments'],
        fields: 'see',
      });
      expect(masked.rows).toEqual([
        { id: 1, folder, comments: [{ id: 1 }] },
        { id: 2, folder: null, comments: [{ id: 3 }] },
        { id: 3, folder: null, comments: [] },
      ]);
    },
  );
});

const folderRules = `
  allow(_, "read", _: Document);
  allow(_, action, document: Document) if action in ["create", "update"] and document.folder.id = 1;
  allow(_, "review", document: Document) if comment in document.comments and comment.rank = 9;
`;

describe.each(databases)('authorizeNew() and authorizeChange() on %s', (_name, open) => {
  it.each([
    ['typeormResources()', typeormWorld],
    ['mikroOrmResources()', mikroOrmWorld],
  ])('take the key of the related entity for a reference, with %s', async (_adapter, connect) => {
    const database = await open({ name: 'draft_references_' });
    const folders = [1, 2].map((each) => ({ id: each, name: null }));
    const documents = [{ id: 1, title: 'a', status: '', folder_id: 1 }];
    const comments = [{ id: 1, document_id: 1, rank: 9 }];
    await database.fill({ users: [], folders, documents, comments, tags: [], document_tags: [] });
    const [resources, types] = await connect(database);
    const authorizer = await Authorizer.load({
      policies: folderRules,
      types,
      resources,
      onWarning: () => {},
    });
    const create = (folder: unknown) =>
      authorizer.authorizeNew('ann', 'create', 'Document', { title: 'b', folder });
    const update = (folder: unknown) =>
      authorizer.authorizeChange('ann', 'update', 'Document', 1, { folder });
    expect(await create(1)).toEqual({ title: 'b', folder: 1 });
    expect(await create({ id: 1 })).toEqual({ title: 'b', folder: { id: 1 } });
    expect(await update({ id: 1 })).toEqual({ folder: { id: 1 } });
    for (const check of [create, update]) {
      await expect(check(2)).rejects.toMatchObject({ status: 403 });
      for (const folder of ['1', { id: 1, name: 'x' }, { name: 'x' }, [1], {}])
        await expect(check(folder)).rejects.toMatchObject({
          code: 'POLAR_DRAFT_VALUE',
          data: { field: 'folder' },
        });
    }
    // The key that is not changed is the one of the stored row.
    const review = authorizer.authorizeChange('ann', 'review', 'Document', 1, { title: 'c' });
    expect(await review).toEqual({ title: 'c' });
    expect(await authorizer.authorizeChange('ann', 'update', 'Document', 1, { title: 'c' })).toEqual({
      title: 'c',
    });
    await database.close();
  });
});

it('authorizeNew() takes the ObjectId of the related document as a text', async () => {
  const { base } = documentModels();
  const authorizer = await Authorizer.load({
    policies: `
      allow(_, "create", note: Note) if note.document.isPublic and note.author.role = "admin";
      allow(_, "create", note: Note) if note.document.owner.name = "Bob";
    `,
    types: typesFromMongoose(base),
    resources: mongooseResources(base),
    onWarning: () => {},
  });
  const create = (document: unknown, author: unknown) =>
    authorizer.authorizeNew('ann', 'create', 'Note', { text: 'a', document, author });
  expect(await create(id('1'), id('a'))).toEqual({ text: 'a', document: id('1'), author: id('a') });
  expect(await create(id('4'), null)).toEqual({ text: 'a', document: id('4'), author: null });
  await expect(create(id('1'), id('b'))).rejects.toMatchObject({ status: 403 });
  await expect(create({ id: id('1'), isPublic: true }, id('a'))).rejects.toMatchObject({
    code: 'POLAR_DRAFT_VALUE',
  });
  await expect(create({ $ne: null }, id('a'))).rejects.toMatchObject({ code: 'POLAR_DRAFT_VALUE' });
});

it('list() with the option `include` follows references, lists of references and virtual paths of Mongoose', async () => {
  const { base } = documentModels();
  const authorizer = await Authorizer.load({
    policies: `
      allow(_: String, "read", _: Document);
      allow(_: String, "read", user: User) if user.name != "Bob";
      allow(_: String, "read", tag: Tag) if tag.name = "red";
      allow(_: String, "read", _: Note);
      allow(_: String, "read", _: Club);
    `,
    types: typesFromMongoose(base),
    resources: mongooseResources(base),
    onWarning: () => {},
  });
  type Related = { id: string; name?: string; text?: string };
  type Document = { id: string; owner?: Related; tags?: Related[]; notes?: Related[] };
  const ann = authorizer.as('ann');
  const { rows } = await ann.list<Document>('read', 'Document', { include: ['owner', 'tags', 'notes'] });
  expect(
    rows.map((row) => [
      row.id,
      row.owner?.name,
      row.tags?.map(({ name }) => name),
      row.notes?.map(({ text }) => text),
    ]),
  ).toEqual([
    [id('1'), 'Ann', ['red'], ['first', 'second']],
    [id('2'), undefined, [], [null]],
    [id('3'), undefined, [], []],
    [id('4'), undefined, [], ['else']],
  ]);
  const clubs = await ann.list('read', 'User', { include: ['clubs'], where: { name: 'Ann' } });
  expect(new Set((clubs.rows[0]!['clubs'] as Related[]).map(({ name }) => name))).toEqual(
    new Set(['first', 'red']),
  );
  await expect(ann.list('read', 'Document', { include: ['address'] })).rejects.toMatchObject({
    code: 'NANOOK_ORM_MONGOOSE_INEXPRESSIBLE',
  });
  expect(await authorizer.can('ann', 'read', typed('User', rows[0]!.owner!))).toBe(true);
});
