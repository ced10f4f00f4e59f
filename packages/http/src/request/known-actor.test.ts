import { Authorizer, type Decision } from '@nanook/core';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { RequestAuthorization } from './request-authorization.js';

class Note {
  constructor(readonly owner: string) {}
}
const note = new Note('alice');
const policy = `
  allow(user: String, "read", note: Note) if note.owner = user;
  allow(nil, "list", _: Note);
`;
const everyone = 'allow(_: String, "read", _: Note);';

async function requestOf(actor: () => unknown) {
  const decisions: Decision[] = [];
  const authorizer = await Authorizer.load({
    policies: policy,
    types: { Note },
    onDecision: (decision) => decisions.push(decision),
  });
  return { authorizer, authz: new RequestAuthorization(authorizer, { actor }), decisions };
}

const outcomes = async (checks: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(checks)).map(({ status }) => status);

describe('a check for an actor that the hook returns without a promise', () => {
  it('decides for that actor, also before another check has settled', async () => {
    const { authz, decisions } = await requestOf(() => 'alice');
    const checks = [
      authz.authorize('read', note),
      authz.authorize('read', note),
      authz.load('read', () => note),
    ];
    expect(await outcomes(checks)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(decisions).toHaveLength(1);
  });

  it('refuses another actor of a concurrent request', async () => {
    const { authorizer } = await requestOf(() => 'alice');
    const users = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 'alice' : 'bob'));
    const checks = users.map((user) =>
      new RequestAuthorization(authorizer, { actor: () => user }).load('read', () => note),
    );
    expect(await outcomes(checks)).toEqual(
      users.map((user) => (user === 'alice' ? 'fulfilled' : 'rejected')),
    );
  });

  it('decides again for the actor after forgetActor()', async () => {
    let user: unknown = 'alice';
    const { authz } = await requestOf(() => user);
    expect(await authz.can('read', note)).toBe(true);
    user = 'bob';
    expect(await authz.can('read', note)).toBe(true);
    authz.forgetActor();
    expect(await authz.can('read', note)).toBe(false);
    user = Promise.resolve('alice');
    authz.forgetActor();
    expect(await authz.can('read', note)).toBe(true);
  });

  it('does not use an actor that was forgotten while the hook searched it', async () => {
    let signIn = (_: string): void => {};
    let given: unknown = new Promise<string>((resolve) => {
      signIn = resolve;
    });
    const { authz } = await requestOf(() => given);
    const first = authz.can('read', note);
    given = 'bob';
    authz.forgetActor();
    expect(await authz.can('read', note)).toBe(false);
    signIn('alice');
    await first;
    expect(await authz.can('read', note)).toBe(false);
    expect(await authz.actor()).toBe('bob');
  });

  it('keeps no decision about an actor that was forgotten before the hook found it', async () => {
    let signIn = (_: string): void => {};
    let given: unknown = new Promise<string>((resolve) => {
      signIn = resolve;
    });
    const { authz } = await requestOf(() => given);
    const first = authz.can('read', note);
    await nextTurn();
    given = 'bob';
    authz.forgetActor();
    signIn('alice');
    expect(await first).toBe(true);
    expect(await authz.can('read', note)).toBe(false);
  });

  it('uses no decision about the present actor for one that was forgotten before', async () => {
    let signIn = (_: string): void => {};
    let given: unknown = new Promise<string>((resolve) => {
      signIn = resolve;
    });
    const { authz } = await requestOf(() => given);
    const first = authz.can('read', note);
    await nextTurn();
    given = 'alice';
    authz.forgetActor();
    expect(await authz.can('read', note)).toBe(true);
    signIn('bob');
    expect(await first).toBe(false);
  });

  it('decides again for an actor that signs in during the request', async () => {
    const session: { user?: string } = {};
    const { authz } = await requestOf(() => session.user);
    expect(await outcomes([authz.authorize('read', note)])).toEqual(['rejected']);
    session.user = 'alice';
    expect(await outcomes([authz.authorize('read', note)])).toEqual(['fulfilled']);
    expect(await authz.actor()).toBe('alice');
  });

  it('passes null to the policy as nil', async () => {
    const { authz } = await requestOf(() => null);
    expect(await authz.can('list', note)).toBe(true);
    expect(await authz.can('read', note)).toBe(false);
  });

  it.each([
    ['at once', (check: () => Promise<unknown>) => check()],
    ['after it has waited', async (check: () => Promise<unknown>) => (await nextTurn(), check())],
  ])(
    'rejects when the hook makes a check of the same request %s, and does not wait for itself',
    async (_, run) => {
      const authorizer = await Authorizer.load({ policies: policy, types: { Note } });
      const authz: RequestAuthorization<unknown> = new RequestAuthorization(authorizer, {
        actor: () => run(() => authz.can('read', note)),
      });
      await expect(authz.can('read', note)).rejects.toMatchObject({ code: 'NANOOK_HTTP_ACTOR_IN_HOOK' });
      expect(authz.isSettled).toBe(false);
    },
  );

  it('waits for a search of another request, and for its own in code that the hook did not call', async () => {
    const first = await requestOf(async () => (await nextTurn(), 'alice'));
    const second = await requestOf(() => first.authz.actor());
    const checks = [
      second.authz.can('read', note),
      first.authz.can('read', note),
      first.authz.can('read', note),
    ];
    expect(await Promise.all(checks)).toEqual([true, true, true]);
  });

  it('rejects with the error that the hook throws, and does not end the process', async () => {
    const actor = vi.fn<() => unknown>(() => {
      throw new Error('no session');
    });
    const { authz } = await requestOf(actor);
    void authz.actor().catch(() => {});
    const checks = [authz.authorize('read', note), authz.load('read', () => note), authz.can('read', note)];
    expect(await outcomes(checks)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(actor).toHaveBeenCalledTimes(1);
  });
});

describe('load with a loader that returns no promise', () => {
  it('rejects with the error that the loader throws', async () => {
    const { authz } = await requestOf(() => 'alice');
    const failing = () => {
      throw new Error('no database');
    };
    await expect(authz.load('read', failing)).rejects.toThrow('no database');
    expect(authz.isSettled).toBe(false);
  });

  it('counts as a decision only when its promise is resolved', async () => {
    const { authz } = await requestOf(() => 'alice');
    const pending = authz.load('read', () => note);
    expect(authz.isSettled).toBe(false);
    expect(authz.checks.open?.call).toBe("load('read', …)");
    await pending;
    expect(authz.isSettled).toBe(true);
    expect(authz.checks.open).toBeUndefined();
  });

  it('waits for a loader that returns an object with `then`', async () => {
    const { authz } = await requestOf(() => 'alice');
    // oxlint-disable-next-line unicorn/no-thenable -- as the query builders of some ORMs
    const query = { then: (resolve: (found: Note) => void) => resolve(note) };
    expect(await authz.load('read', () => query)).toBe(note);
  });
});

describe('a decision that a request has made', () => {
  it('comes from the policy of the first check, also after a reload', async () => {
    const { authz, authorizer } = await requestOf(() => 'bob');
    expect(await authz.can('read', note)).toBe(false);
    await authorizer.reload(everyone);
    expect(await authz.can('read', new Note('alice'))).toBe(false);
    expect((await outcomes([authz.authorize('read', new Note('alice'))])).join()).toBe('rejected');
    expect(await authz.actions(new Note('bob'))).toEqual(new Set(['read']));
    expect(await authz.actions(new Note('alice'))).toEqual(new Set());
    const next = new RequestAuthorization(authorizer, { actor: () => 'bob' });
    expect(await next.can('read', note)).toBe(true);
  });

  it('comes from the policy that is loaded at the first check, not at the start of the request', async () => {
    const { authz, authorizer } = await requestOf(() => 'bob');
    await authorizer.reload(everyone);
    expect(await authz.can('read', note)).toBe(true);
  });

  it('does not count for a field of another action with a similar name', async () => {
    const authorizer = await Authorizer.load({
      policies: `
        allow(_, "4 read title", _: Note);
        allow_field(_, "read", _: Note, "title") if false;
        allow_field(_, "read title", _: Note, "x");
        allow_field(_, "read", _: Note, "title x") if false;
      `,
      types: { Note },
    });
    const authz = new RequestAuthorization(authorizer, { actor: () => 'alice' });
    const refused = [
      authz.authorizeField('read', note, 'title'),
      authz.authorizeField('read', note, 'title x'),
    ];
    const granted = [authz.authorize('4 read title', note), authz.authorizeField('read title', note, 'x')];
    expect(await outcomes([...granted, ...refused])).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
