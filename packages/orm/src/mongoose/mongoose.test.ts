import { Authorizer, isUndecided, type TypesInput } from '@nanook/core';
import { Schema, type Mongoose } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { documentModels, id } from '../testing/mongoose-documents.fixture.js';
import { mongooseFilter, mongoosePipeline, mongooseResources, typesFromMongoose } from './index.js';

let base: Mongoose;
beforeEach(() => {
  ({ base } = documentModels());
});

/** The authorizer of a policy, with the types of the schemas. */
const authorizerFor = (policies: string, types: TypesInput = typesFromMongoose(base)) =>
  Authorizer.load({ policies, types, onWarning: () => {}, resources: mongooseResources(base) });

/** The documents that a condition allows, by the pipeline, by the list, and by a check of each document. */
async function answers(condition: string) {
  const policies = `allow(actor: User, "read", document: Document) if actor = actor and ${condition};`;
  const authorizer = await authorizerFor(policies);
  const [actor] = await base.model('User').find();
  const found = await base
    .model('Document')
    .aggregate<{ _id: unknown }>(mongoosePipeline(base)(await authorizer.where(actor!, 'read', 'Document')));
  const { rows } = await authorizer.list<{ id: string }>(actor!, 'read', 'Document');
  const all = await base
    .model('Document')
    .find()
    .populate([
      { path: 'owner', populate: 'clubs' },
      'tags',
      'shares.user',
      { path: 'notes', populate: { path: 'author', populate: 'clubs' } },
      'openNotes',
      'peers',
    ]);
  const allowed: string[] = [];
  for (const document of all)
    try {
      if (await authorizer.can(actor!, 'read', document)) allowed.push(document.id as string);
    } catch (error) {
      if (!isUndecided(error)) throw error;
    }
  return {
    found: found.map(({ _id }) => String(_id)),
    listed: rows.map((row) => row.id),
    allowed,
  };
}

describe('mongoosePipeline()', () => {
  it.each([
    'document.owner = actor',
    'document.owner != actor',
    'document.owner = nil',
    'not document.owner = nil',
    'document.owner.role = "guest"',
    'not document.owner.role = "admin"',
    'document.owner.level < 5',
    'not document.owner.level < 5',
    `document.id = "${id('1')}"`,
    `document.id = "${id('A')}"`,
    `document.id != "${id('1')}"`,
    `document.id < "${id('3')}"`,
    'document.id < "3"',
    `document.id in ["${id('1')}", "nothing", "${id('4')}"]`,
    'document.title = "admin"',
    'document.title != "admin"',
    'document.title = "Admin"',
    'document.title in ["admin", "$status", nil]',
    'document.title = document.status',
    'document.title < "a"',
    'document.size < 2',
    'not document.size < 2',
    'document.size = nil',
    'document.size != 1',
    'document.size <= document.limit',
    'not document.size <= document.limit',
    'document.size != document.limit',
    'document.size = document.limit',
    'document.isPublic',
    'not document.isPublic',
    'document.isPublic = nil',
    'document.isPublic = false',
    'document.isPublic != false',
    'document.dueOn = nil',
    'document.address = nil',
    'document.address != nil',
    'document.address.city = "Rome"',
    'document.address.city = nil',
    'document.address.zip = "0"',
    'document.address.zip != "0"',
    'not document.address.zip = "1"',
    'document.place.country = nil',
    'document.place.area.code = "x"',
    'document.place.area.code != "x"',
    'share in document.shares and share.level < 5',
    'not (share in document.shares and share.level < 5)',
    'forall(share in document.shares, share.level > 0)',
    'share in document.shares and share.level <= document.limit',
    'not (share in document.shares and share.level <= document.limit)',
    'share in document.shares and share.by.city = document.address.city',
    'share in document.shares and share.by.zip = "0"',
    'share in document.shares and share.by = nil',
    'share in document.shares and share.user = actor',
    'share in document.shares and share.user.role = "guest"',
    'share in document.shares and share.user = nil and share.level = nil',
    'not (share in document.shares and share.user.role = "guest")',
    'forall(share in document.shares, share.user.name = "Bob")',
    'share in document.shares and share.user.role = "admin"',
    'share in document.shares and share.level > 5 and share.user.name = "Bob"',
    'share in document.shares and share.level < 5 and share.user.name = "Bob"',
    'not (share in document.shares and share.user.name = "Bob" and share.level > 5)',
    'share in document.shares and share.user = document.owner',
    'share in document.shares and not share.user.name = document.title',
    '_ in document.shares',
    'not (_ in document.shares)',
    'tag in document.tags and tag.name = "$name"',
    '_ in document.tags',
    'not (tag in document.tags and tag.name = "red")',
    'note in document.notes and note.rank < 3',
    'not (note in document.notes and note.rank < 3)',
    'note in document.notes and note.author = actor',
    'note in document.notes and note.author = document.owner',
    'note in document.notes and note.author.level = document.size',
    'note in document.notes and note.author.role = "admin" and document.size = note.rank',
    'note in document.notes and note.text = document.address.city',
    'note in document.notes and (note.author = nil or note.rank = document.size)',
    'note in document.openNotes and note.text != "first"',
    'not (note in document.openNotes and note.rank > 0)',
    'club in document.owner.clubs and club.name = "red"',
    'not (club in document.owner.clubs and club.name = "red")',
    'not (document.owner.name = "Ann" and forall(tag in document.tags, tag.name = "red"))',
    'not (document.owner.name = "Bob" and forall(tag in document.tags, tag.name = "red"))',
    'not (document.owner.name = "Ann" and not (tag in document.tags and tag.name = "red"))',
    'note in document.notes and club in document.owner.clubs and club.name = note.text',
    'note in document.notes and note.author.level = document.size and club in note.author.clubs and club.name != document.title',
    'tag in document.tags and club in document.owner.clubs and club.name = tag.name',
    '_ in document.peers',
    'not (_ in document.peers)',
    'actor.id = document.owner.id',
  ])('finds the documents for which a check is true, for %s', async (condition) => {
    const { found, listed, allowed } = await answers(condition);
    expect(found).toEqual(allowed);
    expect(listed).toEqual(allowed);
  });
});

/** The filter of a condition for a model, and a function that runs it. */
async function filterOf(condition: string, type = 'Document', types?: TypesInput) {
  const policies = `allow(actor: User, "read", row: ${type}) if actor = actor and ${condition.replaceAll('document', 'row')};`;
  const authorizer = await authorizerFor(policies, types);
  const [actor] = await base.model('User').find();
  return mongooseFilter(base)(await authorizer.where(actor!, 'read', type));
}
/** The text of a filter, with ObjectIds as texts. */
const shown = (filter: object): string => JSON.stringify(filter);
const idsOf = async (model: string, filter: object, options: object = {}) =>
  (await base.model(model).find(filter).setOptions(options)).map((each) => each.id as string);

describe('mongooseFilter()', () => {
  it('compares with the values that the policy has, which a string in a query could turn into operators', async () => {
    expect(shown(await filterOf('document.status = "$status"'))).toBe(
      '{"$and":[{"$and":[{"status":{"$type":"string","$not":{"$type":"array"}}},{"status":{"$eq":"$status"}}]}]}',
    );
    expect(await idsOf('Document', await filterOf('document.status = "$status"'))).toEqual([id('3')]);
    expect(shown(await filterOf(`document.id = "${id('1')}"`))).toBe(
      `{"$and":[{"_id":{"$eq":"${id('1')}"}}]}`,
    );
  });

  it('works with sanitizeFilter, alone and beside conditions of the application', async () => {
    const filter = await filterOf(
      '(document.size <= document.limit or share in document.shares and share.level > 5)',
    );
    const alone = await idsOf('Document', filter);
    expect(alone).toEqual([id('1')]);
    expect(await idsOf('Document', filter, { sanitizeFilter: true })).toEqual(alone);
    const both = { $and: [filter, { status: 'open' }] };
    expect(await idsOf('Document', both, { sanitizeFilter: true })).toEqual(alone);
  });

  it('returns a condition that no document satisfies when nothing is allowed', async () => {
    const filter = await filterOf('document.status = 5');
    expect(shown(filter)).toBe('{"$and":[{"_id":{"$in":[]}}]}');
    for (const each of [filter, { $or: [filter] }, { $and: [filter, { status: 'open' }] }])
      expect(await idsOf('Document', each, { strictQuery: true })).toEqual([]);
    expect(await idsOf('Document', { $nor: [filter] })).toHaveLength(4);
  });

  it('returns a condition that each document satisfies when everything is allowed', async () => {
    const filter = await filterOf('document = document');
    expect(shown(filter)).toBe('{"$and":[{"_id":{"$exists":true}}]}');
    expect(await idsOf('Document', filter)).toHaveLength(4);
  });

  it('fails in a query of another model instead of finding all documents when Mongoose drops unknown paths', async () => {
    const filter = await filterOf('document.status = "open"');
    for (const each of [filter, { $and: [filter] }, { $or: [filter, { name: 'Bob' }] }])
      await expect(idsOf('User', each, { strictQuery: true })).rejects.toThrow('Cannot delete property');
    expect(await idsOf('Document', filter, { strictQuery: true })).toEqual([id('1'), id('2')]);
  });

  it('can be used in several queries', async () => {
    const filter = await filterOf('document.status in ["open", "new"] and not document.size < 2');
    const first = await idsOf('Document', filter);
    expect(await idsOf('Document', { $and: [filter, filter] })).toEqual(first);
    expect(await idsOf('Document', filter)).toEqual(first);
  });

  it('throws for a condition that reads documents of another collection', async () => {
    await expect(filterOf('document.owner.role = "admin"')).rejects.toMatchObject({
      code: 'NANOOK_ORM_MONGOOSE_PIPELINE',
      data: { type: 'Document', related: 'User', relation: 'owner' },
    });
  });

  it('compares references by their keys when they are promised to lead to documents', async () => {
    const types = typesFromMongoose(base, { references: 'enforced' });
    const filter = await filterOf('(document.owner = actor or document.owner = nil)', 'Document', types);
    expect(await idsOf('Document', filter)).toEqual([id('1'), id('3')]);
    const shared = await filterOf('share in document.shares and share.user = actor', 'Document', types);
    expect(shown(shared)).toContain(`{"shares":{"$elemMatch":{"$and":[{"user":{"$eq":"${id('a')}"}}`);
  });

  it('throws for a comparison of texts in a language', async () => {
    const collation = { locale: 'en', strength: 1 };
    base.model('Page', new Schema({ title: String, size: Number }, { collation }));
    await expect(filterOf('row.title = "a"', 'Page')).rejects.toMatchObject({
      code: 'NANOOK_ORM_MONGOOSE_COLLATION',
      data: { type: 'Page', locale: 'en' },
    });
    expect(shown(await filterOf('row.size = 1', 'Page'))).toBe(
      '{"$and":[{"$and":[{"$or":[{"size":{"$type":"number","$not":{"$type":"array"}}},{"size":{"$eq":null}}]},{"size":{"$eq":1}}]}]}',
    );
    const authorizer = await authorizerFor('allow(_: User, "read", page: Page) if page.title = "a";');
    const [actor] = await base.model('User').find();
    const condition = await authorizer.where(actor!, 'read', 'Page');
    expect(shown(mongooseFilter(base, { text: 'binary' })(condition))).toBe(
      '{"$and":[{"$and":[{"$or":[{"title":{"$type":"string","$not":{"$type":"array"}}},{"title":{"$eq":null}}]},{"title":{"$eq":"a"}}]}]}',
    );
  });

  it('throws when the schema changes a value of the condition', async () => {
    await expect(filterOf('document.title = "Admin"')).rejects.toMatchObject({
      code: 'NANOOK_ORM_MONGOOSE_CAST',
      data: { type: 'Document', found: 'title: Mongoose changes "Admin" to "admin"' },
    });
    expect(shown(await filterOf('document.title = "admin"'))).toBe(
      '{"$and":[{"$and":[{"$or":[{"title":{"$type":"string","$not":{"$type":"array"}}},{"title":{"$eq":null}}]},{"title":{"$eq":"admin"}}]}]}',
    );
  });

  it('refuses a declaration that the schema does not fulfill', async () => {
    const declared = typesFromMongoose(base);
    const withFields = (fields: object) => ({
      ...declared,
      Document: { ...declared['Document'], fields: { ...declared['Document']!.fields, ...fields } },
    });
    await expect(
      filterOf('document.teamId = "x"', 'Document', withFields({ teamId: 'String?' })),
    ).rejects.toMatchObject({
      code: 'NANOOK_ORM_COLUMN_TYPE',
    });
    await expect(
      filterOf('document.size = 1', 'Document', withFields({ size: Number })),
    ).rejects.toMatchObject({
      code: 'NANOOK_ORM_NULLABLE_COLUMN',
    });
    await expect(
      filterOf('document.width = 1', 'Document', withFields({ width: Number })),
    ).rejects.toMatchObject({
      code: 'NANOOK_ORM_UNKNOWN_COLUMN',
    });
  });

  it.each([
    ['an object with an operator', { $ne: null }],
    ['a list with an operator', [{ $gt: '' }]],
    ['a regular expression', /./],
    ['a function', () => true],
    ['an ObjectId', 'aaaaaaaaaaaaaaaaaaaaaaaa'],
  ])('finds no document for an actor whose name is %s', async (_case, name) => {
    const policies = `
      allow(actor, "read", document: Document) if document.title = actor.name;
      allow(actor, "read", document: Document) if document.status in [actor.name];
      allow(actor, "read", document: Document) if document.id = actor.name;`;
    const authorizer = await authorizerFor(policies);
    const condition = await authorizer.where({ name }, 'read', 'Document');
    for (const options of [{}, { strictQuery: true }, { sanitizeFilter: true }])
      expect(await idsOf('Document', mongooseFilter(base)(condition), options)).toEqual([]);
  });
});

describe('conditions that no query of MongoDB expresses', () => {
  it('throws for a rule that calls itself for a related row', async () => {
    const types = typesFromMongoose(base);
    const policies = `
      allow(_: User, "read", note: Note) if visible(note);
      visible(note: Note) if note.rank = 1;
      visible(note: Note) if visible(note.document);
      visible(document: Document) if document.size = 1;
      visible(document: Document) if note in document.notes and visible(note);`;
    const authorizer = await authorizerFor(policies, types);
    const [actor] = await base.model('User').find();
    const list = async () => mongoosePipeline(base)(await authorizer.where(actor!, 'read', 'Note'));
    await expect(list()).rejects.toThrow(/calls itself/);
  });

  it('throws for a comparison of a related document with an element of a list', async () => {
    await expect(
      answers('share in document.shares and note in document.notes and note.rank = share.level'),
    ).rejects.toMatchObject({ code: 'NANOOK_ORM_MONGOOSE_INEXPRESSIBLE' });
  });

  it('throws for the number of documents whose keys are a list, which can have a key twice', async () => {
    await expect(answers('document.tags.length = 2')).rejects.toMatchObject({
      code: 'NANOOK_ORM_MONGOOSE_INEXPRESSIBLE',
    });
  });
});

describe('mongooseResources()', () => {
  it('lists pages in each order, also of paths that documents lack, with one query a page', async () => {
    const { base: own, emulator } = documentModels();
    base = own;
    const authorizer = await authorizerFor('allow(_: User, "read", _: Document);');
    const [actor] = await base.model('User').find();
    for (const field of ['isPublic', 'title', 'dueOn', 'limit'])
      for (const nulls of ['first', 'last'] as const)
        for (const direction of ['asc', 'desc'] as const) {
          const list = (after?: string) =>
            authorizer.list<Record<string, unknown>>(actor!, 'read', 'Document', {
              take: 1,
              after,
              orderBy: { [field]: { direction, nulls } },
            });
          const values: unknown[] = [];
          let next: string | undefined;
          do {
            const before = emulator.queries.length;
            const page = await list(next);
            expect(emulator.queries.length).toBe(before + 1);
            values.push(...page.rows.map((row) => row[field] ?? null));
            next = page.next;
          } while (next !== undefined);
          expect(values).toHaveLength(4);
          const present = values.filter((value) => value !== null);
          const sorted = present.toSorted((a, b) => (a! < b! ? -1 : a! > b! ? 1 : 0));
          expect(present).toEqual(direction === 'asc' ? sorted : sorted.toReversed());
          const absent = Array.from({ length: 4 - present.length }, () => null);
          expect(values).toEqual(nulls === 'first' ? [...absent, ...present] : [...present, ...absent]);
        }
  });

  it('returns documents of the model, and counts them', async () => {
    const authorizer = await authorizerFor(
      'allow(user: User, "read", document: Document) if document.owner = user;',
    );
    const [actor] = await base.model('User').find();
    const { rows } = await authorizer.list(actor!, 'read', 'Document');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toBeInstanceOf(base.model('Document'));
    expect(Object.keys((rows[0] as unknown as { toObject(): object }).toObject())).not.toContain('_nanook1');
    expect(await authorizer.count(actor!, 'read', 'Document')).toBe(1);
  });
});
