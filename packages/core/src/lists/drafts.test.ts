import { expect, it } from 'vitest';
import { Authorizer, many, one, optional, type ResourceAdapter } from '../index.js';

const types = {
  User: {
    key: 'id',
    fields: { id: 'Integer', name: optional(String), orgId: 'Integer?', isActive: Boolean },
    relations: {
      profile: one('Profile', { local: 'id', foreign: 'userId' }),
      account: one('Account', { local: 'id', foreign: 'id' }),
      org: one('Org', { local: 'orgId', foreign: 'id' }),
    },
  },
  Profile: { key: 'id', fields: { id: 'Integer', userId: 'Integer' } },
  Account: { key: 'id', fields: { id: 'Integer', isLocked: Boolean } },
  Org: {
    key: 'id',
    fields: { id: 'Integer' },
    relations: { users: many('User', { local: 'id', foreign: 'orgId', where: { isActive: true } }) },
  },
  Visit: {
    key: ['userId', 'at'],
    fields: { userId: 'Integer', at: Date, text: String },
    relations: { others: many('Visit', { local: 'userId', foreign: 'userId' }) },
  },
} as const;

const at = new Date('2024-05-06T07:08:09.000Z');
const tables: Readonly<Record<string, readonly object[]>> = {
  Org: [{ id: 1 }],
  User: [{ id: 7, name: null, orgId: 1, isActive: true }],
  Visit: [{ userId: 1, at, text: 'a' }],
};

/** An adapter that returns all rows of a type. */
const resources: ResourceAdapter = {
  list: async ({ condition }) => tables[condition.type] ?? [],
  count: async () => 0,
};

const load = (policies: string, engine: 'machine' | 'source' | 'closures' = 'machine') =>
  Authorizer.load({ policies, types, resources, engine, onWarning: () => {} });
const user = { orgId: 1, isActive: true, name: 'ann' };

it.each(['machine', 'source', 'closures'] as const)(
  'authorizeNew() refuses to read a column as nil that the database can fill, with the engine %s',
  async (engine) => {
    const authorizer = await load('allow(_, "create", user: User) if user.name = nil;', engine);
    const { name: _, ...partial } = user;
    await expect(authorizer.authorizeNew('ann', 'create', 'User', partial)).rejects.toMatchObject({
      code: 'POLAR_DRAFT_VALUE',
      data: {
        field: 'name',
        reason: expect.stringContaining('is missing, and the policy reads it') as string,
      },
    });
    const given = { ...partial, name: null };
    expect(await authorizer.authorizeNew('ann', 'create', 'User', given)).toEqual(given);
  },
);

it('a new row without its key has no rows that refer to it, but can refer to a row with the same key', async () => {
  const authorizer = await load(`
    allow(_, "create", user: User) if user.profile = nil;
    allow(_, "open", user: User) if user.account = nil;
  `);
  expect(await authorizer.authorizeNew('ann', 'create', 'User', user)).toEqual(user);
  await expect(authorizer.authorizeNew('ann', 'open', 'User', user)).rejects.toMatchObject({
    code: 'POLAR_DRAFT_VALUE',
    data: { field: 'id' },
  });
});

it('a new row without a part of its key does not tell which rows have the same part', async () => {
  const authorizer = await load('allow(_, "create", visit: Visit) if not (_ in visit.others);');
  const values = { at, text: 'a' } as object;
  await expect(authorizer.authorizeNew('ann', 'create', 'Visit', values)).rejects.toMatchObject({
    code: 'POLAR_DRAFT_VALUE',
    data: { field: 'userId' },
  });
});

it('a new row is one of the rows of a relation if its columns say so, and an error if they do not tell', async () => {
  const authorizer = await load('allow(_, "join", user: User) if user.org.users.length = 2;');
  const join = (values: object) => authorizer.authorizeNew('ann', 'join', 'User', values);
  expect(await join(user)).toEqual(user);
  await expect(join({ ...user, isActive: false })).rejects.toMatchObject({ status: 403 });
  await expect(join({ orgId: 1 })).rejects.toMatchObject({
    code: 'POLAR_DRAFT_VALUE',
    data: { field: 'isActive' },
  });
});

it.each(['machine', 'source', 'closures'] as const)(
  'a rule that reads a missing value leaves the decision to other rules, with the engine %s',
  async (engine) => {
    const authorizer = await load(
      `allow(_, "create", visit: Visit) if visit.text = "a";
       allow(_, "create", visit: Visit) if visit.userId = 1;`,
      engine,
    );
    for (const values of [
      { userId: 1, at },
      { at, text: 'a' },
    ])
      // oxlint-disable-next-line no-await-in-loop -- two rows
      expect(await authorizer.authorizeNew('ann', 'create', 'Visit', values)).toEqual(values);
    await expect(authorizer.authorizeNew('ann', 'create', 'Visit', { at, userId: 2 })).rejects.toMatchObject({
      code: 'POLAR_DRAFT_VALUE',
      data: { field: 'text' },
      cause: { code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' },
    });
  },
);

it('authorizeChange() accepts the same key in another object or number type, and no other key', async () => {
  const authorizer = await load('allow(_, _, _: Visit);');
  const change = (changes: object) =>
    authorizer.authorizeChange('ann', 'update', 'Visit', { userId: 1, at }, changes);
  const changes = { at: new Date(at), userId: 1n, text: 'b' };
  expect(await change(changes)).toEqual(changes);
  for (const other of [{ at: new Date(0) }, { userId: 2 }])
    // oxlint-disable-next-line no-await-in-loop -- two keys
    await expect(change(other)).rejects.toMatchObject({
      code: 'POLAR_DRAFT_VALUE',
      data: { field: Object.keys(other)[0] },
    });
});

it('authorizeNew() returns a copy of a date, which a later change of the date does not change', async () => {
  const authorizer = await load('allow(_, "create", visit: Visit) if visit.text = "a";');
  const values = { userId: 2, at: new Date(at), text: 'a' };
  const checked = await authorizer.authorizeNew('ann', 'create', 'Visit', values);
  values.at.setTime(0);
  expect(checked.at).toEqual(at);
});

it('authorizeNew() says how to pass an instance of a class', async () => {
  class NewVisit {
    readonly text = 'a';
  }
  const authorizer = await load('allow(_, "create", _: Visit);');
  await expect(authorizer.authorizeNew('ann', 'create', 'Visit', new NewVisit())).rejects.toThrow(
    'must be a plain object with the values of a row, found an instance of `NewVisit`; pass { ...values }',
  );
  for (const values of [[], null, undefined, 'a'])
    // oxlint-disable-next-line no-await-in-loop -- a few values
    await expect(authorizer.authorizeNew('ann', 'create', 'Visit', values as object)).rejects.toMatchObject({
      code: 'POLAR_DRAFT_VALUE',
      message: expect.stringContaining(
        'they must be a plain object with the values of a row, found',
      ) as string,
    });
});
