import { Authorizer, ForbiddenError, type Decision } from '@nanook/core';
import { describe, expect, it, vi } from 'vitest';
import { RequestAuthorization, type RequestAuthorizationOptions } from './request-authorization.js';

// cspell:ignore Dokument

class User {
  constructor(readonly name: string) {}
}
class Document {
  constructor(
    readonly owner: string,
    readonly isPublic = false,
    readonly text = 'secret',
  ) {}
}

const policy = `
  allow(_, "read", _: Document{isPublic: true});
  allow(user: User, _: String, document: Document) if document.owner = user.name;
  allow(_: User, "create", Document);
  allow_field(_, "read", _: Document, field) if field in ["owner", "isPublic"];
  allow_field(user: User, "read", document: Document, "text") if document.owner = user.name;
  allow(_, "fail", document: Document) if document.nothing.such;
`;

const alice = new User('alice');
const own = new Document('alice');
const open = new Document('bob', true);
const hidden = new Document('bob');

async function requestOf(options: Partial<RequestAuthorizationOptions> = {}) {
  const decisions: Decision[] = [];
  const authorizer = await Authorizer.load({
    policies: policy,
    types: { User, Document },
    onDecision: (decision) => decisions.push(decision),
  });
  const actor = vi.fn<() => unknown>(() => alice);
  return { authz: new RequestAuthorization(authorizer, { actor, ...options }), actor, decisions };
}

describe('withFacts', () => {
  const grants = `
    declare may_edit(User, Document);
    allow(user: User, "read", document: Document) if document.owner = user.name;
    allow(user: User, "edit", document: Document) if may_edit(user, document);
  `;
  const load = async () => {
    const authorizer = await Authorizer.load({
      policies: grants,
      types: { User, Document },
      onWarning: () => {},
    });
    const actor = vi.fn<() => unknown>(() => alice);
    return { authz: new RequestAuthorization(authorizer, { actor }), actor };
  };

  it('adds facts to the checks of its result only', async () => {
    const { authz } = await load();
    expect(await authz.can('edit', own)).toBe(false);
    const withFacts = authz.withFacts([['may_edit', alice, own]]);
    expect(await Promise.all([authz.can('edit', own), withFacts.can('edit', own)])).toEqual([false, true]);
    expect(await withFacts.can('edit', open)).toBe(false);
    expect(await withFacts.actions(own)).toEqual(new Set(['read', 'edit']));
    expect(await authz.actions(own)).toEqual(new Set(['read']));
    await expect(authz.authorize('edit', own)).rejects.toMatchObject({ status: 403 });
  });

  it('asks for the actor once, and its decisions settle the request', async () => {
    const { authz, actor } = await load();
    const withFacts = authz.withFacts([['may_edit', alice, own]]);
    expect(authz.isSettled).toBe(false);
    await withFacts.authorize('edit', own);
    expect([authz.isSettled, withFacts.isSettled]).toEqual([true, true]);
    await authz.can('read', own);
    expect(actor).toHaveBeenCalledTimes(1);
  });

  it('keeps the refusal of the request itself', async () => {
    const { authz } = await load();
    const withFacts = authz.withFacts([['may_edit', alice, own]]);
    authz.admitSkippedOnly(new ForbiddenError());
    await expect(withFacts.authorize('edit', own)).rejects.toMatchObject({ status: 403 });
  });

  it('throws for a fact that the policy does not know', async () => {
    const { authz } = await load();
    expect(() => authz.withFacts([['may_edits', alice, own]])).toThrow('may_edits');
  });
});

describe('the actor of a request', () => {
  it('comes from one call of the hook, at the first check', async () => {
    const { authz, actor } = await requestOf();
    expect(actor).not.toHaveBeenCalled();
    await Promise.all([authz.can('read', own), authz.can('read', open), authz.actor()]);
    expect(actor).toHaveBeenCalledTimes(1);
  });

  it('comes from the promise that the hook returns', async () => {
    const { authz } = await requestOf({ actor: () => Promise.resolve(alice) });
    expect(await authz.authorize('read', own)).toBe(own);
  });

  it('causes a 401 for undefined', async () => {
    const { authz, decisions } = await requestOf({ actor: () => undefined, anonymous: undefined });
    for (const ask of [
      () => authz.authorize('read', open),
      () => authz.can('read', open),
      () => authz.pick('read', open),
      () => authz.fields('read', open),
      () => authz.actions(open),
      () => authz.authorizeField('read', open, 'owner'),
      () => authz.authorizeRequest({}),
      () => authz.load('read', () => open),
    ]) {
      await expect(ask()).rejects.toMatchObject({ name: 'UnauthenticatedError', status: 401 });
    }
    expect(decisions).toEqual([]);
    expect(authz.isSettled).toBe(false);
  });

  it('reaches the policy as nil for null, and for anonymous: null', async () => {
    for (const options of [{ actor: () => undefined, anonymous: null }, { actor: () => null }]) {
      const { authz, decisions } = await requestOf(options);
      expect(await authz.can('read', open)).toBe(true);
      expect(await authz.can('read', own)).toBe(false);
      expect(decisions.map(({ actor }) => actor)).toEqual([null, null]);
    }
  });

  it('rejects each check with the error of the hook, after one call', async () => {
    const down = new Error('the session store is down');
    const actor = vi.fn<() => never>(() => {
      throw down;
    });
    const { authz } = await requestOf({ actor });
    await expect(authz.authorize('read', own)).rejects.toBe(down);
    await expect(authz.can('read', own)).rejects.toBe(down);
    expect(actor).toHaveBeenCalledTimes(1);
  });
});

describe('decisions', () => {
  it('return the resource, or reject with 404 or 403', async () => {
    const { authz } = await requestOf();
    expect(await authz.authorize('write', own)).toBe(own);
    await expect(authz.authorize('write', open)).rejects.toMatchObject({
      name: 'ForbiddenError',
      status: 403,
    });
    await expect(authz.authorize('write', hidden)).rejects.toMatchObject({
      name: 'NotFoundError',
      status: 404,
    });
  });

  it('query the policy once for each action and resource, also when checks run concurrently', async () => {
    const { authz, decisions } = await requestOf();
    await Promise.all([
      authz.authorize('read', own),
      authz.authorize('read', own),
      authz.can('read', own),
      authz.can('write', own),
      authz.can('read', hidden),
      authz.can('read', hidden),
    ]);
    await authz.can('read', own);
    await expect(authz.authorize('read', hidden)).rejects.toMatchObject({ status: 404 });
    expect(decisions.map(({ action, resource }) => [action, resource])).toEqual([
      ['read', own],
      ['write', own],
      ['read', hidden],
    ]);
  });

  it('query the policy again after an error', async () => {
    const { authz, decisions } = await requestOf();
    const other = new Document('bob');
    await expect(authz.can('fail', other)).rejects.toMatchObject({
      code: expect.stringMatching(/^POLAR_UNDECIDED_/),
    });
    await expect(authz.can('fail', other)).rejects.toMatchObject({
      code: expect.stringMatching(/^POLAR_UNDECIDED_/),
    });
    expect(decisions).toHaveLength(2);
    expect(authz.isSettled).toBe(false);
  });

  it('deny null and undefined without a query', async () => {
    const { authz, decisions } = await requestOf();
    for (const nothing of [null, undefined, Promise.resolve(null)]) {
      await expect(authz.authorize('read', nothing)).rejects.toMatchObject({ status: 404 });
      await expect(authz.pick('read', nothing)).rejects.toMatchObject({ status: 404 });
      expect(await authz.can('read', nothing)).toBe(false);
    }
    expect(decisions).toEqual([]);
  });

  it('reject a check without an action', async () => {
    const { authz } = await requestOf();
    await expect(authz.authorize(undefined as never, own)).rejects.toMatchObject({
      code: 'NANOOK_HTTP_NO_ACTION',
    });
  });
});

describe('a check without all of its arguments', () => {
  type Call = (authz: { [name: string]: (...args: unknown[]) => Promise<unknown> }) => Promise<unknown>;

  it.each<[string, Call]>([
    ["authorize('read')", (authz) => authz['authorize']!('read')],
    ["can('read')", (authz) => authz['can']!('read')],
    ["canAll('read')", (authz) => authz['canAll']!('read')],
    ["filter('read')", (authz) => authz['filter']!('read')],
    ["pick('read')", (authz) => authz['pick']!('read')],
    ["fields('read')", (authz) => authz['fields']!('read')],
    ['actions()', (authz) => authz['actions']!()],
    ["authorizeField('read', …)", (authz) => authz['authorizeField']!('read', own)],
  ])('%s rejects with the missing argument', async (call, run) => {
    const { authz } = await requestOf();
    await expect(run(authz as unknown as Parameters<Call>[0])).rejects.toMatchObject({
      code: 'NANOOK_HTTP_NO_ARGUMENT',
      message: expect.stringMatching(
        `^\`${call.replaceAll(/[()]/g, String.raw`\$&`)}\` has no \\w+ argument: `,
      ) as string,
    });
  });

  it('names the resource that the requirement has loaded', async () => {
    const { authz } = await requestOf();
    const can = authz.can.bind(authz) as (action: string) => Promise<boolean>;
    await expect(can('read')).rejects.toThrow(
      '`can(\'read\')` has no second argument: the resource. Pass the object; for an action such as "create" its type; or ' +
        '`authz.resource`, which the requirement of the route has loaded',
    );
  });

  it('rejects a missing action before a missing resource', async () => {
    const { authz } = await requestOf();
    for (const check of ['can', 'authorize', 'pick', 'fields'] as const)
      await expect((authz[check] as () => Promise<unknown>).call(authz)).rejects.toMatchObject({
        code: 'NANOOK_HTTP_NO_ACTION',
      });
  });

  it('denies an explicit undefined or null, which is a resource that was not found', async () => {
    const { authz } = await requestOf();
    expect([await authz.can('read', undefined), await authz.can('read', null)]).toEqual([false, false]);
    await expect(authz.pick('read', undefined)).rejects.toMatchObject({ status: 404 });
    await expect(authz.authorize('read', null)).rejects.toMatchObject({ status: 404 });
  });
});

describe('isSettled', () => {
  it('becomes true after a granted check that throws when refused, and after a skip', async () => {
    const granted: ((authz: RequestAuthorization) => unknown)[] = [
      (authz) => authz.authorize('read', own),
      (authz) => authz.authorizeField('read', own, 'text'),
      (authz) => authz.load('read', () => own),
      (authz) => authz.skip('the landing page'),
    ];
    for (const settle of granted) {
      const { authz } = await requestOf();
      await settle(authz);
      expect(authz.isSettled).toBe(true);
    }
  });

  it('stays false after a refusal, and after a check whose result can be ignored', async () => {
    const { authz } = await requestOf();
    await authz.authorize('read', hidden).catch(() => {});
    await authz.authorizeField('read', hidden, 'text').catch(() => {});
    await authz.load('read', () => hidden).catch(() => {});
    await authz.can('read', own);
    await authz.pick('read', own);
    await authz.fields('read', own);
    await authz.actions(new Document('eve'));
    expect(authz.isSettled).toBe(false);
  });

  it('stays false after a skip without a reason, which throws', async () => {
    const { authz } = await requestOf();
    expect(() => authz.skip(' ')).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_NO_REASON' }));
    expect(authz.isSettled).toBe(false);
  });
});

describe('load', () => {
  it('sets the resource that it authorized', async () => {
    const { authz } = await requestOf();
    expect(() => authz.resource).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_NO_RESOURCE' }));
    await authz.load('read', (id: number) => Promise.resolve(id === 7 ? own : null), 7);
    expect(authz.resource).toBe(own);
  });

  it('does not set a refused resource', async () => {
    const { authz } = await requestOf();
    await expect(authz.load('read', () => hidden)).rejects.toMatchObject({ status: 404 });
    expect(() => authz.resource).toThrow('no resource was loaded');
  });

  it('authorizes a class, or the name of a type, as the resource', async () => {
    const { authz } = await requestOf();
    expect(await authz.load('create', Document)).toBe(Document);
    expect(await authz.load('create', 'Document')).toBe(Document);
    await expect(authz.load('create', 'Dokument')).rejects.toMatchObject({ code: 'POLAR_TYPE_UNKNOWN_TYPE' });
  });

  it('does not query the policy when the loader returns null or throws', async () => {
    const { authz, decisions } = await requestOf();
    const broken = Object.assign(new Error('gone'), { status: 410 });
    await expect(authz.load('read', () => null)).rejects.toMatchObject({ status: 404 });
    await expect(authz.load('read', () => Promise.reject(broken))).rejects.toBe(broken);
    expect(decisions).toEqual([]);
  });

  it('does not call the loader for an anonymous actor', async () => {
    const { authz } = await requestOf({ actor: () => undefined });
    const loader = vi.fn<() => Document>(() => open);
    await expect(authz.load('read', loader)).rejects.toMatchObject({ status: 401 });
    expect(loader).not.toHaveBeenCalled();
  });
});

describe('a rule that allows every action or field', () => {
  it("returns '*' from actions() and fields() with allowWildcard, and throws without it", async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(_: User, _, _: Document); allow_field(_: User, "read", _: Document, _);',
      types: { User, Document },
    });
    const authz = new RequestAuthorization(authorizer, { actor: () => alice });
    expect(await authz.actions(own, { allowWildcard: true })).toEqual(new Set(['*']));
    expect(await authz.fields('read', own, { allowWildcard: true })).toEqual(new Set(['*']));
    await expect(authz.actions(own)).rejects.toThrow('allowWildcard');
    await expect(authz.fields('read', own)).rejects.toThrow('allowWildcard');
  });
});

describe('fields', () => {
  it('fields() returns the allowed fields', async () => {
    const { authz } = await requestOf();
    expect(await authz.fields('read', own)).toEqual(new Set(['owner', 'isPublic', 'text']));
    expect(await authz.fields('read', open)).toEqual(new Set(['owner', 'isPublic']));
  });

  it('pick() copies the allowed fields', async () => {
    const { authz } = await requestOf();
    expect(await authz.pick('read', own)).toEqual({ owner: 'alice', isPublic: false, text: 'secret' });
    expect(await authz.pick('read', open)).toEqual({ owner: 'bob', isPublic: true });
    expect(await authz.pick('write', open)).toEqual({});
  });

  it('pick() checks each own field of the row with rules that do not list fields', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow_field(_, "read", _, field) if field != "password";',
    });
    const authz = new RequestAuthorization(authorizer, { actor: () => alice });
    const row = JSON.parse(
      '{"name": "x", "password": "y", "nested": {"password": "z"}, "__proto__": 1}',
    ) as object;
    const picked = await authz.pick('read', row);
    expect(Object.entries(picked)).toEqual([
      ['name', 'x'],
      ['nested', { password: 'z' }],
      ['__proto__', 1],
    ]);
  });

  it('pick() records one decision, and none when it is repeated', async () => {
    const decisions: Decision[] = [];
    const authorizer = await Authorizer.load({
      policies: 'allow_field(_, "read", _, field) if field != "password";',
      onDecision: (decision) => void decisions.push(decision),
    });
    const authz = new RequestAuthorization(authorizer, {
      actor: () => alice,
      context: () => ({ requestId: 'r-1' }),
    });
    const row = { id: 1, name: 'x', password: 'y' };
    const picked = await Promise.all([authz.pick('read', row), authz.pick('read', row)]);
    expect(picked).toEqual([
      { id: 1, name: 'x' },
      { id: 1, name: 'x' },
    ]);
    expect(decisions).toMatchObject([
      {
        outcome: 'allowed',
        fields: { allowed: ['id', 'name'], denied: ['password'], undecided: [] },
        context: { requestId: 'r-1' },
      },
    ]);
    expect(decisions).toHaveLength(1);
  });

  it('authorizeField() refuses one field and allows another', async () => {
    const { authz } = await requestOf();
    await authz.authorizeField('read', open, 'owner');
    await expect(authz.authorizeField('read', open, 'text')).rejects.toMatchObject({ status: 403 });
  });
});

describe('the resource of a loader', () => {
  it('resourceOf() returns the resource of each loader', async () => {
    const { authz } = await requestOf();
    const findOwn = () => Promise.resolve(own);
    const findOpen = () => open;
    await authz.load('read', findOwn);
    await authz.load('read', findOpen);
    expect([authz.resourceOf(findOwn), authz.resourceOf(findOpen), authz.resource]).toEqual([
      own,
      open,
      open,
    ]);
  });

  it('resourceOf() throws when no requirement has loaded the resource', async () => {
    const { authz } = await requestOf();
    const findHidden = () => hidden;
    await authz.load('read', findHidden).catch(() => {});
    expect(() => authz.resourceOf(findHidden)).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_NO_RESOURCE' }) as Error,
    );
  });
});
