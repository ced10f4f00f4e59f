import { Authorizer, many, manyThrough, nullable, one, typed } from '@nanook/core';
import { DataTypes, Op, Sequelize, type Model, type ModelStatic } from 'sequelize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import {
  data,
  either,
  hostileTexts,
  listing,
  longList,
  nothing,
  toMany,
} from '../testing/policies.fixture.js';
import { sequelizeOn } from '../testing/sequelize.fixture.js';
import { sequelize, typesFromSequelize } from './index.js';

const idsOf = (rows: readonly Model[]): number[] => rows.map((row) => row.get('id') as number);

describe.each(databases)('sequelize() on %s', (_name, open) => {
  let database: Database;
  let db: ReturnType<typeof sequelizeOn>;
  let documents: ModelStatic<Model>;
  let list: ReturnType<typeof sequelize>;
  beforeAll(async () => {
    database = await open();
    await database.fill(data);
    db = sequelizeOn(database);
    documents = db.models['Document']!;
    list = sequelize(db);
  });
  afterAll(() => database.close());

  it('pages through a list with a condition on a to-many relation, and counts it, without repeated rows', async () => {
    const { condition, allowed } = await listing(toMany);
    const page = (offset: number) =>
      documents.findAll({ where: list(condition), include: ['comments'], order: ['id'], limit: 5, offset });
    expect(allowed.length).toBeGreaterThan(6);
    expect(idsOf(await page(0))).toEqual(allowed.slice(0, 5));
    expect(idsOf(await page(5))).toEqual(allowed.slice(5, 10));
    expect(Number(await documents.count({ where: list(condition) }))).toBe(allowed.length);
  });

  it('sends one query for a list', async () => {
    const { condition } = await listing(toMany);
    const before = db.queries.length;
    await documents.findAll({ where: list(condition) });
    expect(db.queries.length).toBe(before + 1);
  });

  it('keeps the brackets of a condition beside other conditions, and several conditions apart', async () => {
    const { condition, allowed } = await listing(either);
    const texts = await listing(hostileTexts);
    const rows = await documents.findAll({
      where: { [Op.and]: [{ id: { [Op.lte]: 20 } }, list(condition), list(texts.condition)] },
      order: ['id'],
    });
    expect(idsOf(rows)).toEqual(allowed.filter((id) => id <= 20 && texts.allowed.includes(id)));
  });

  it('does not take a part of a value for a replacement', async () => {
    const { condition, allowed } = await listing(hostileTexts);
    const rows = await documents.findAll({
      where: list(condition),
      order: ['id'],
      replacements: { x: 'replaced', text: 'replaced' },
    });
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(rows)).toEqual(allowed);
  });

  it('filters the rows of an included model', async () => {
    const { condition, allowed } = await listing(toMany);
    const rows = await db.models['Comment']!.findAll({
      include: [{ association: 'document', where: list(condition, { alias: 'document' }), required: true }],
      order: ['id'],
    });
    const comments = data.comments as unknown as readonly { id: number; document_id: number }[];
    expect(idsOf(rows)).toEqual(
      comments.filter((each) => allowed.includes(each.document_id)).map(({ id }) => id),
    );
  });

  it('lists by more than 500 values', async () => {
    const { condition, allowed } = await listing(longList);
    expect(allowed.length).toBeGreaterThan(0);
    expect(idsOf(await documents.findAll({ where: list(condition), order: ['id'] }))).toEqual(allowed);
  });

  it('returns no row, by a condition in the query itself, when the policy grants nothing', async () => {
    const { condition } = await listing(nothing);
    expect(await documents.findAll({ where: list(condition) })).toEqual([]);
    expect(db.queries.at(-1)).toContain('(1=0 AND ');
  });

  it('fails in a query of another model, also when the condition names no column', async () => {
    const everything = 'allow(_: User, "read", _: Document);';
    for (const policy of [either, everything]) {
      const { condition } = await listing(policy);
      await expect(db.models['User']!.findAll({ where: list(condition) })).rejects.toThrow(/Document/);
    }
  });

  it('decides with the types that the models describe as a check does', async () => {
    const authorizer = await Authorizer.load({ policies: toMany, types: typesFromSequelize(db) });
    const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
    const { allowed } = await listing(toMany);
    expect(idsOf(await documents.findAll({ where: list(condition), order: ['id'] }))).toEqual(allowed);
  });
});

const offline = { query: async () => [] };

describe('sequelize()', () => {
  it('rejects a nullable column that the types do not declare as optional', async () => {
    const list = sequelize(sequelizeOn({ ...offline, dialect: 'postgres' }));
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

  it.each([
    ['postgres', "'2024-06-15 12:00:00.123 +00:00'"],
    ['mysql', "'2024-06-15 12:00:00.123'"],
    ['sqlite', "'2024-06-15 12:00:00.123'"],
  ] as const)('keeps the milliseconds of a date on %s', async (dialect, printed) => {
    const db = sequelizeOn({ ...offline, dialect });
    db.define(
      'Event',
      { id: { type: DataTypes.INTEGER, primaryKey: true }, at: DataTypes.DATE },
      { timestamps: false },
    );
    const authorizer = await Authorizer.load({
      policies: 'allow(user: User, "read", event: Event) if event.at = user.since;',
      types: { ...typesFromSequelize(db), User: {} },
    });
    const since = new Date('2024-06-15T12:00:00.123Z');
    const condition = await authorizer.where(typed('User', { since }), 'read', 'Event');
    const [text] = (sequelize(db)(condition) as Record<symbol, [{ val: string }]>)[Op.and]!;
    expect(text.val).toContain(printed);
  });
});

describe('typesFromSequelize()', () => {
  it('returns the classes, fields, keys and relations of the models', () => {
    const db = sequelizeOn({ ...offline, dialect: 'postgres' });
    const { Document } = typesFromSequelize(db);
    expect(Document).toMatchObject({
      class: db.models['Document'],
      key: ['id'],
      fields: { id: 'Integer', title: nullable('String'), status: 'String', score: nullable('Float') },
      relations: {
        owner: one('User', { local: 'ownerId', foreign: 'id', where: {} }),
        comments: many('Comment', { local: 'id', foreign: 'documentId', where: {} }),
        tags: manyThrough('Tag', {
          through: 'document_tags',
          local: 'id',
          throughLocal: 'document_id',
          throughForeign: 'tag_id',
          foreign: 'id',
          where: {},
        }),
      },
    });
  });

  it('describes scopes and soft deletion, and leaves out what a declaration cannot express', () => {
    const db = new Sequelize({ dialect: 'postgres' });
    const options = { timestamps: false };
    const Post = db.define(
      'Post',
      { data: DataTypes.JSONB, label: { type: DataTypes.TEXT, get: () => 'x' } },
      options,
    );
    const Note = db.define('Note', { kind: DataTypes.TEXT }, { paranoid: true });
    const Draft = db.define('Draft', {}, { ...options, defaultScope: { where: { open: true } } });
    Post.hasMany(Note, { as: 'notes', foreignKey: 'postId', scope: { kind: 'post' } });
    Post.hasMany(Draft, { as: 'drafts', foreignKey: 'postId' });
    const { Article } = typesFromSequelize(db, { models: { Article: Post, Note, Draft } });
    expect(Article).toMatchObject({ fields: { data: nullable(Object), label: nullable(Object) } });
    expect(Article!.relations).toEqual({
      notes: many('Note', { local: 'id', foreign: 'postId', where: { kind: 'post', deletedAt: null } }),
    });
  });
});
