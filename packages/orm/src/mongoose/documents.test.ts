import { Authorizer } from '@nanook/core';
import { Schema, type Mongoose } from 'mongoose';
import { beforeEach, describe, expect, it } from 'vitest';
import { id } from '../testing/mongoose-documents.fixture.js';
import { MongoEmulator, mongooseWithoutServer } from '../testing/mongoose.fixture.js';
import { mongooseFilter, mongooseResources, typesFromMongoose } from './index.js';

let base: Mongoose;
let emulator: MongoEmulator;

beforeEach(() => {
  base = mongooseWithoutServer();
  emulator = new MongoEmulator(base);
  const { ObjectId } = Schema.Types;
  base.model('User', new Schema({ name: { type: String, required: true } }));
  const contact = new Schema({ mail: String, phone: { type: String, select: false } });
  const page = new Schema({
    title: { type: String, required: true },
    token: { type: String, select: false },
    owner: { type: ObjectId, ref: 'User' },
    contact,
    readers: [contact],
  });
  base
    .model('Page', page)
    .discriminator('Wiki', new Schema({ rank: Number, draft: { type: String, select: false } }));
  emulator.connect();
  const { ObjectId: Id } = base.Types;
  emulator.fill('users', [
    { _id: new Id(id('a')), name: 'Ann' },
    { _id: new Id(id('b')), name: 'Bob' },
  ]);
  const secret = { token: 's', contact: { mail: 'm', phone: 's' }, readers: [{ mail: 'm', phone: 's' }] };
  emulator.fill('pages', [
    { _id: new Id(id('1')), title: 'plain', owner: new Id(id('a')), ...secret },
    {
      _id: new Id(id('2')),
      __t: 'Wiki',
      title: 'wiki',
      rank: 1,
      draft: 's',
      owner: new Id(id('a')),
      ...secret,
    },
    {
      _id: new Id(id('3')),
      __t: 'Wiki',
      title: 'other',
      rank: 2,
      draft: 's',
      owner: new Id(id('b')),
      ...secret,
    },
  ]);
});

const load = (policies: string) =>
  Authorizer.load({
    policies,
    types: typesFromMongoose(base),
    resources: mongooseResources(base),
    onWarning: () => {},
  });
const titlesOf = (rows: readonly { readonly title?: string }[]) => rows.map(({ title }) => title);

describe('documents of a discriminator', () => {
  it('match a filter and a list, which leave out other documents of the collection', async () => {
    const authorizer = await load('allow("ann", "read", page: Page) if page.title in ["plain", "wiki"];');
    const titles = async (type: string) =>
      titlesOf(
        await base.model(type).find(mongooseFilter(base)(await authorizer.where('ann', 'read', type))),
      );
    expect(await titles('Wiki')).toEqual(['wiki']);
    expect(await titles('Page')).toEqual(['plain', 'wiki']);
    const { rows } = await authorizer.list<{ title: string }>('ann', 'read', 'Wiki');
    expect(titlesOf(rows)).toEqual(['wiki']);
  });

  it('match no filter when the policy grants nothing', async () => {
    const authorizer = await load('allow("ann", "read", page: Page) if page.title = "wiki";');
    const none = mongooseFilter(base)(await authorizer.where('bob', 'read', 'Wiki'));
    expect(await base.model('Wiki').find(none)).toEqual([]);
  });
});

describe('a list of documents', () => {
  it.each(['page.title = page.title', 'page.owner.name in ["Ann", "Bob"]'])(
    'has no paths that the schema leaves out by `select: false`, with the condition %s',
    async (condition) => {
      const authorizer = await load(`allow("ann", "read", page: Page) if ${condition};`);
      const { rows } = await authorizer.list<object>('ann', 'read', 'Page');
      expect(rows).toHaveLength(3);
      expect(JSON.stringify(rows)).toContain('"mail":"m"');
      expect(JSON.stringify(rows)).not.toContain('"s"');
    },
  );
});

describe('a check of a document', () => {
  it.each(['page.owner != user', 'not (page.owner = user)', 'page.owner = user', 'page.owner.id != user.id'])(
    'is undecided while the reference that the policy reads is not populated: %s',
    async (condition) => {
      const authorizer = await load(`allow(user: User, "read", page: Page) if ${condition};`);
      const [user] = await base.model('User').find({ name: 'Bob' });
      const [page] = await base.model('Page').find({ title: 'plain' });
      await expect(authorizer.can(user, 'read', page)).rejects.toMatchObject({
        code: 'POLAR_UNDECIDED_RELATION',
        data: { name: 'owner', on: 'Page', expected: 'User', found: 'a ObjectId' },
      });
      await page!.populate('owner');
      expect(await authorizer.can(user, 'read', page)).toBe(condition !== 'page.owner = user');
    },
  );
});

describe('an order', () => {
  it('cannot use a path with `select: false`, because the rows do not have the values of the next page', async () => {
    const authorizer = await load('allow("ann", "read", _: Page);');
    await expect(
      authorizer.list('ann', 'read', 'Page', { orderBy: { token: 'asc' }, take: 1 }),
    ).rejects.toMatchObject({ code: 'NANOOK_ORM_MONGOOSE_INEXPRESSIBLE' });
  });
});

describe('mongooseFilter()', () => {
  it('restricts the documents that populate loads', async () => {
    const authorizer = await load('allow("ann", "read", user: User) if user.name = "Ann";');
    const match = mongooseFilter(base)(await authorizer.where('ann', 'read', 'User'));
    const pages = await base.model('Page').find().populate({ path: 'owner', match });
    expect(pages.map(({ owner }) => (owner as { name: string } | null)?.name)).toEqual([
      'Ann',
      'Ann',
      undefined,
    ]);
    expect(match).toEqual(mongooseFilter(base)(await authorizer.where('ann', 'read', 'User')));
  });
});
