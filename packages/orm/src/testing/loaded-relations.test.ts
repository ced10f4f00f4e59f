import { Authorizer, isPolicyError, isUndecided, typed, type RelationTree } from '@nanook/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { relations as relationsOf, type Table } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { drizzleWith } from '../drizzle/index.js';
import { mikroOrmPopulate } from '../mikro-orm/index.js';
import { mongoosePopulate, mongooseResources, typesFromMongoose } from '../mongoose/index.js';
import { prismaInclude } from '../prisma/index.js';
import { sequelizeInclude } from '../sequelize/index.js';
import { sqlResources } from '../sql/index.js';
import { typeormRelations } from '../typeorm/index.js';
import { Conditions } from './conditions.fixture.js';
import { sqliteDatabase, type Database } from './databases.fixture.js';
import { drizzleOn, drizzleTables } from './drizzle.fixture.js';
import { mikroOrmEntities, mikroOrmOn } from './mikro-orm.fixture.js';
import { documentModels } from './mongoose-documents.fixture.js';
import { data, user } from './policies.fixture.js';
import { prismaOn, type AnyClient } from './prisma/client.fixture.js';
import { sequelizeOn } from './sequelize.fixture.js';
import { typeormOn } from './typeorm.fixture.js';
import { objectsOf, Random, randomTables, tables, types } from './world.fixture.js';

type Row = Readonly<Record<string, unknown>>;
/** Loads all documents with some of their relations. */
type Load = (relations: RelationTree) => PromiseLike<readonly object[]>;

const loaders: Readonly<Record<string, (database: Database) => Promise<Load> | Load>> = {
  async 'prismaInclude()'(database) {
    const { client } = (await prismaOn(database)) as { client: AnyClient };
    return (relations) => client.document.findMany({ include: prismaInclude(relations) });
  },
  'drizzleWith()'(database) {
    const { User, Folder, Document, Comment } = drizzleTables('sqlite') as Record<string, AnyTable>;
    const schema = {
      User,
      Folder,
      Document,
      Comment,
      ofFolder: relationsOf(Folder!, ({ one }) => ({
        owner: one(User!, { fields: [Folder!['ownerId']], references: [User!['id']] }),
        parent: one(Folder!, { fields: [Folder!['parentId']], references: [Folder!['id']] }),
      })),
      ofDocument: relationsOf(Document!, ({ one, many }) => ({
        owner: one(User!, { fields: [Document!['ownerId']], references: [User!['id']] }),
        reviewer: one(User!, { fields: [Document!['reviewerId']], references: [User!['id']] }),
        folder: one(Folder!, { fields: [Document!['folderId']], references: [Folder!['id']] }),
        comments: many(Comment!),
      })),
      ofComment: relationsOf(Comment!, ({ one }) => ({
        document: one(Document!, { fields: [Comment!['documentId']], references: [Document!['id']] }),
        author: one(User!, { fields: [Comment!['authorId']], references: [User!['id']] }),
      })),
    };
    const db = drizzleOn(database, { schema }) as unknown as AnyClient;
    return (relations) => db.query.Document.findMany({ with: drizzleWith(relations) });
  },
  async 'typeormRelations()'(database) {
    const documents = (await typeormOn(database)).getRepository<{ id: number }>('Document');
    return (relations) => documents.find({ relations: typeormRelations(relations) });
  },
  async 'mikroOrmPopulate()'(database) {
    const orm = await mikroOrmOn(database);
    const find = (em: SqlEntityManager, relations: RelationTree) =>
      em.find(mikroOrmEntities['Document']!, {}, { populate: mikroOrmPopulate(relations) });
    return (relations) => find(orm.em.fork() as SqlEntityManager, relations);
  },
  'sequelizeInclude()'(database) {
    const documents = sequelizeOn(database).models['Document']!;
    return (relations) => documents.findAll({ include: sequelizeInclude(relations) });
  },
};

// A table whose columns are found by name.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type AnyTable = Table & Record<string, any>;

const loadPolicy = (policies: string) =>
  Authorizer.load({ policies, types, onWarning: () => {}, limits: { maxSteps: 100_000 } });

/** Returns whether the actor may read a row, or that it is undecided. */
const outcomeOf = (authorizer: Authorizer, actor: object, row: object) =>
  authorizer.can(actor, 'read', row).catch((error: unknown) => {
    if (isUndecided(error)) return 'undecided';
    throw error;
  });

const conditions = [
  'document.status = "open"',
  'document.owner = actor',
  'document.owner.level > 1',
  'not document.folder.owner = actor',
  'document.folder.owner = document.reviewer',
  'document.folder.parent.owner.level < 4',
  'comment in document.comments and comment.author = actor',
  'forall(comment in document.comments, comment.author.level > 0)',
  'document.comments.length > 1 and document.reviewer.active',
  'comment in document.comments and comment.author = document.folder.owner',
  '(x = document.owner or x = document.reviewer) and x.level > 2',
];
const withTags = [
  'tag in document.tags and tag.weight > 0',
  'document.tags.length = 0 and document.owner.active',
];

describe.each(Object.keys(loaders))('%s', (name) => {
  let database: Database;
  let load: Load;
  let listed: Parameters<typeof sqlResources>[1];
  const all = objectsOf(data)['Document']!;
  beforeAll(async () => {
    database = await sqliteDatabase(name === 'prismaInclude()' ? { binaryText: true } : {});
    await database.fill(data);
    listed = (text, values) => database.query(text, values);
    load = await loaders[name]!(database);
  });
  afterAll(() => database.close());

  // Drizzle has no relations through a join table.
  it.each(name === 'drizzleWith()' ? conditions : [...conditions, ...withTags])(
    'loads the related rows that a check reads, so that it agrees with the list: %s',
    async (condition) => {
      const policies = `allow(actor: User, "read", document: Document) if actor.id > 0 and ${condition};`;
      const resources = sqlResources({ dialect: 'sqlite', tables }, listed);
      const authorizer = await Authorizer.load({ policies, types, resources, onWarning: () => {} });
      const rows = await load(await authorizer.relationsFor('read', 'Document'));
      expect(rows).toHaveLength(all.length);
      const allowed: unknown[] = [];
      for (const row of rows) {
        const { id } = row as { readonly id: unknown };
        const outcome = await outcomeOf(authorizer, user, typed('Document', row));
        const complete = all.find((each) => each['id'] === id)!;
        expect([id, outcome]).toEqual([
          id,
          await outcomeOf(authorizer, user, typed('Document', { ...complete })),
        ]);
        if (outcome === true) allowed.push(id);
      }
      const list = await authorizer.list(user, 'read', 'Document');
      expect(list.rows.map((row) => row['id'])).toEqual(allowed.toSorted((a, b) => Number(a) - Number(b)));
    },
  );
});

const relationNames = new Set(
  Object.values(types).flatMap((type) => ('relations' in type ? Object.keys(type.relations ?? {}) : [])),
);

/** Returns a copy of a row that has only some of its relations, as an ORM loads it. */
function copyOf(row: Row, relations: RelationTree): Row {
  const copyOfEach = (value: unknown, inner: RelationTree): unknown => {
    if (Array.isArray(value)) return value.map((each: Row) => copyOf(each, inner));
    return value === null ? null : copyOf(value as Row, inner);
  };
  const fields = Object.keys(row).filter((name) => !relationNames.has(name));
  return Object.fromEntries([
    ...fields.map((name) => [name, row[name]]),
    ...Object.entries(relations).map(([name, inner]) => [name, copyOfEach(row[name], inner)]),
  ]) as Row;
}

it(
  'relationsFor() finds all relations that checks by random rules read',
  async () => {
    const random = new Random(randomSeed(3));
    const cases = randomCases(120);
    let objects = objectsOf(randomTables(1));
    let different = 0;
    for (let i = 0; i < cases; i++) {
      if (i % 20 === 0) objects = objectsOf(randomTables(i + 1));
      const body = new Conditions(random, { recursion: false }).about('document', 'Document', 4);
      const policies = `
        allow(actor: User, "read", document: Document) if may(actor, "read", document);
        may(actor, "read", document) if actor = actor and ${body};
      `;
      let authorizer: Authorizer;
      try {
        authorizer = await loadPolicy(policies);
      } catch (error) {
        if (isPolicyError(error)) continue;
        throw error;
      }
      const tree = await authorizer.relationsFor('read', 'Document', { depth: 8 });
      const actor = typed('User', { ...random.of(objects['User']!) });
      for (const row of objects['Document']!) {
        const expected = await outcomeOf(authorizer, actor, typed('Document', { ...row }));
        const outcome = await outcomeOf(authorizer, actor, typed('Document', copyOf(row, tree)));
        expect([policies, outcome]).toEqual([policies, expected]);
        if (expected !== (await outcomeOf(authorizer, actor, typed('Document', copyOf(row, {})))))
          different++;
      }
    }
    // Most rows need their relations.
    expect(different).toBeGreaterThan(cases);
  },
  randomTimeout(60_000),
);

it('a check that follows a relation more often than the option depth says is undecided', async () => {
  const authorizer = await loadPolicy(`
    allow(actor: User, "read", document: Document) if within(actor, document.folder);
    within(actor, folder: Folder) if folder.owner = actor;
    within(actor, folder: Folder) if within(actor, folder.parent);
  `);
  const folder = (id: number, ownerId: number, parent: Row | null): Row => ({
    id,
    owner: { id: ownerId },
    parent,
  });
  const read = async (inner: Row, depth: number) => {
    const relations = await authorizer.relationsFor('read', 'Document', { depth });
    const row = typed('Document', copyOf({ id: 1, folder: inner }, relations));
    return outcomeOf(authorizer, typed('User', { id: 1 }), row);
  };
  const near = folder(1, 2, folder(2, 1, null));
  const far = folder(1, 2, folder(2, 3, folder(3, 1, null)));
  expect(await read(near, 1)).toBe(true);
  expect(await read(far, 1)).toBe('undecided');
  expect(await read(far, 2)).toBe(true);
});

it('mongoosePopulate() loads the documents that a check reads, also those that embedded documents refer to', async () => {
  const { base } = documentModels();
  const policies = `
    allow(actor: User, "read", document: Document) if actor = document.owner;
    allow(actor: User, "read", document: Document) if share in document.shares and share.user = actor;
    allow(actor: User, "read", document: Document) if
      note in document.notes and club in note.author.clubs and club.name = actor.name;
  `;
  const authorizer = await Authorizer.load({
    policies,
    types: typesFromMongoose(base),
    resources: mongooseResources(base),
    onWarning: () => {},
  });
  const relations = await authorizer.relationsFor('read', 'Document');
  expect(relations).toEqual({ owner: {}, shares: { user: {} }, notes: { author: { clubs: {} } } });
  const populate = mongoosePopulate(base)('Document', relations);
  expect(populate).toEqual([
    { path: 'owner', populate: [] },
    { path: 'shares.user', populate: [] },
    { path: 'notes', populate: [{ path: 'author', populate: [{ path: 'clubs', populate: [] }] }] },
  ]);
  const documents = await base.model('Document').find().populate(populate);
  for (const actor of await base.model('User').find()) {
    const allowed: unknown[] = [];
    for (const document of documents)
      if ((await outcomeOf(authorizer, actor, document)) === true) allowed.push(document.id);
    const { rows } = await authorizer.list<{ id: string }>(actor, 'read', 'Document');
    expect([actor.get('name'), allowed]).toEqual([actor.get('name'), rows.map(({ id }) => id)]);
    expect(allowed.length).toBeGreaterThan(0);
  }
});
