import { Authorizer } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { decisionServer, type EntityOptions } from '../index.js';
import { answerOf } from '../testing/certification.fixture.js';

class Account {
  constructor(
    readonly id: string,
    readonly ownerId: string,
    readonly status: string,
  ) {}
  get isOpen(): boolean {
    return this.status === 'open';
  }
}
const accounts = new Map([['a1', new Account('a1', 'ann', 'open')]]);
const authorizer = await Authorizer.load({
  policies: `
    allow(user: User, "read", account: Account) if account.ownerId = user.id and account.isOpen;
    allow(user: User, "audit", _: Account) if user.isAuditor;
  `,
  types: {
    User: { fields: { id: 'String', isAuditor: 'Boolean' } },
    Account: {
      class: Account,
      fields: { id: 'String', ownerId: 'String', isOpen: 'Boolean', status: 'String' },
    },
  },
  denialWarnings: false,
});
const serverWith = (account: object = {}, user: object = {}) =>
  decisionServer({
    authorizer,
    baseUrl: 'https://pdp.example.com',
    callers: { anyone: { reason: 'a test' } },
    entities: {
      user: { type: 'User', find: (id: string) => ({ id, isAuditor: false }), ...user } as EntityOptions,
      account: { type: 'Account', find: (id: string) => accounts.get(id), ...account } as EntityOptions,
    },
  });
const decide = (
  server: ReturnType<typeof serverWith>,
  name: string,
  { user = {}, account = {} }: { user?: unknown; account?: unknown } = {},
  id = 'ann',
) =>
  answerOf(
    server,
    '/access/v1/evaluation',
    `{"subject":{"type":"user","id":${JSON.stringify(id)},"properties":${typeof user === 'string' ? user : JSON.stringify(user)}},
      "action":{"name":${JSON.stringify(name)}},
      "resource":{"type":"account","id":"a1","properties":${JSON.stringify(account)}}}`,
  );
const [allowed, denied] = [{ decision: true }, { decision: false }];

describe('a property of a request', () => {
  it('does not replace a stored attribute that callers may not send', async () => {
    const server = serverWith();
    expect(await decide(server, 'read')).toEqual(allowed);
    expect(await decide(server, 'read', { account: { ownerId: 'eve' } }, 'eve')).toEqual(denied);
    expect(await decide(server, 'audit', { user: { isAuditor: true } })).toEqual(denied);
  });

  it('replaces a stored attribute that callers may send, and keeps the class of the row', async () => {
    const server = serverWith({ given: ['status'] });
    expect(await decide(server, 'read', { account: { status: 'closed' } })).toEqual(denied);
    expect(await decide(server, 'read', { account: { status: 'open' } })).toEqual(allowed);
    expect(accounts.get('a1')!.status).toBe('open');
  });

  it('never changes the id, the type or the prototype', async () => {
    const server = serverWith({ given: ['status'] }, { given: ['isAuditor'] });
    const forged = { id: 'ann', type: 'user', name: 'read' };
    expect(await decide(server, 'read', { user: forged, account: forged }, 'eve')).toEqual(denied);
    expect(await decide(server, 'audit', { user: '{"__proto__":{"isAuditor":true}}' })).toEqual(denied);
    expect(
      await decide(server, 'audit', { user: '{"constructor":{"prototype":{"isAuditor":true}}}' }),
    ).toEqual(denied);
    expect(await decide(server, 'audit', { user: { isAuditor: true } })).toEqual(allowed);
  });

  it('replaces an attribute of a frozen row, or one with a getter', async () => {
    const stored = Object.freeze({ id: 'ann', isAuditor: false });
    const user = { given: ['isAuditor'], find: () => stored };
    expect(await decide(serverWith({}, user), 'audit', { user: { isAuditor: true } })).toEqual(allowed);
    const computed = {
      id: 'ann',
      get isAuditor() {
        return false;
      },
    };
    const server = serverWith({}, { ...user, find: () => computed });
    expect(await decide(server, 'audit', { user: { isAuditor: true } })).toEqual(allowed);
    expect(await decide(server, 'audit')).toEqual(denied);
  });

  it('does not stay for a later request', async () => {
    const server = serverWith({}, { given: ['isAuditor'] });
    expect(await decide(server, 'audit', { user: { isAuditor: true } })).toEqual(allowed);
    expect(await decide(server, 'audit')).toEqual(denied);
  });
});

describe('an id', () => {
  it.each([' 42', '0x2a', '4.2e1', '42.0', '042', '+42', '-0', '', '9007199254740993', 'NaN'])(
    'of an integer key does not exist if it is %j',
    async (id) => {
      const server = serverWith({}, { key: 'integer', find: () => ({ id: 'ann', isAuditor: true }) });
      expect(await decide(server, 'audit', {}, id)).toEqual(denied);
      expect(await decide(server, 'audit', {}, '42')).toEqual(allowed);
    },
  );

  it('without a stored row causes a denial', async () => {
    const server = serverWith({}, { find: () => null });
    expect(await decide(server, 'read')).toEqual(denied);
  });
});

describe('a row of another type', () => {
  it('causes an error, and keeps its type', async () => {
    const errors: unknown[] = [];
    const server = decisionServer({
      authorizer,
      baseUrl: 'https://pdp.example.com',
      callers: { anyone: { reason: 'a test' } },
      entities: {
        user: { type: 'User', find: () => accounts.get('a1') },
        account: { type: 'Account', find: (id) => accounts.get(id) },
      },
      onError: (error) => errors.push(error),
    });
    await expect(decide(server, 'read')).rejects.toThrow('500: internal error');
    expect(String(errors[0])).toContain('expected a row of the type User, found one of the type Account');
  });
});

describe('an entity without `find`', () => {
  it('has its id and the given fields, and is undecided without them', async () => {
    const server = serverWith({}, { find: undefined, given: ['isAuditor'] });
    expect(await decide(server, 'audit', { user: { isAuditor: true } })).toEqual(allowed);
    expect(await decide(server, 'audit')).toEqual({ decision: false, context: { reason: 'undecided' } });
  });
});
