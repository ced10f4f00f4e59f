import { Authorizer } from '@nanook/core';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RequestAuthorization } from '../request/request-authorization.js';
import { RequirementScope, RequirementScopes } from './requirement-scope.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const requestOf = (scopes?: RequirementScopes) =>
  new RequestAuthorization(authorizer, { actor: () => 'alice', ...(scopes && { decisions: scopes }) });

describe('RequirementScopes', () => {
  it('has one scope for the whole request without an adapter', async () => {
    const authz = requestOf();
    expect(authz.isSettled).toBe(false);
    await authz.authorize('read', 'thing');
    expect(authz.isSettled).toBe(true);
  });

  it.each<[string, (authz: RequestAuthorization) => unknown]>([
    ['authorize', (authz) => authz.authorize('read', 'thing')],
    ['load', (authz) => authz.load('read', () => 'thing')],
    ['skip', (authz) => authz.skip('a test')],
  ])('settles with %s only the scope in which the decision was made', async (_name, decide) => {
    const scopes = new RequirementScopes();
    const authz = requestOf(scopes);
    const first = new RequirementScope(undefined, false);
    const second = new RequirementScope(undefined, false);
    const decision = scopes.run(first, async () => {
      await pause(1);
      await decide(authz);
      return authz.isSettled;
    });
    const other = scopes.run(second, async () => {
      await pause(5);
      return authz.isSettled;
    });
    expect(await Promise.all([decision, other])).toEqual([true, false]);
    expect([first.isSettled, second.isSettled]).toEqual([true, false]);
    expect(scopes.made).toHaveLength(1);
  });

  it('does not settle a scope when the actor is refused', async () => {
    const scopes = new RequirementScopes();
    const scope = new RequirementScope(undefined, false);
    await scopes.run(scope, () => requestOf(scopes).authorize('read', 'other')).catch(() => {});
    expect([scope.isSettled, scopes.made]).toEqual([false, []]);
  });

  it('settles the scope in which a decision was started, even when it ends later', async () => {
    const scopes = new RequirementScopes();
    const first = new RequirementScope(undefined, false);
    const second = new RequirementScope(undefined, false);
    const pending = scopes.run(first, () => requestOf(scopes).authorize('read', 'thing'));
    await scopes.run(second, () => pending);
    expect([first.isSettled, second.isSettled]).toEqual([true, false]);
  });

  it('uses the scope that was entered last where the asynchronous context is lost', () => {
    const scopes = new RequirementScopes();
    const scope = new RequirementScope(undefined, true);
    scopes.run(scope, () => {});
    expect(scopes.current).toBe(scope);
    expect(scopes.running).toBeUndefined();
  });

  it('ignores the asynchronous context of another request', () => {
    const outer = new RequirementScopes();
    const inner = new RequirementScopes();
    const settled = new RequirementScope(undefined, true);
    outer.run(settled, () => expect(inner.current.isSettled).toBe(false));
  });

  it('does not count a decision for which the adapter finds no scope', () => {
    let isSeen = false;
    const scopes = new RequirementScopes((current) => (isSeen ? current : undefined));
    const scope = new RequirementScope(undefined, false);
    scopes.run(scope, () => scopes.deciding('read Thing')('authorized'));
    expect([scope.isSettled, scopes.made]).toEqual([false, ['read Thing']]);
    isSeen = true;
    scopes.run(scope, () => scopes.deciding('read Thing')('authorized'));
    expect(scope.isSettled).toBe(true);
  });

  it('skips for one handler until it is left', () => {
    const scopes = new RequirementScopes();
    const authz = requestOf(scopes);
    const outer = new RequirementScope(undefined, false);
    scopes.run(outer, () => {
      const seen = authz.skipFor('a test', (leave) => {
        const before = authz.isSettled;
        leave();
        return [before, authz.isSettled];
      });
      expect(seen).toEqual([true, false]);
      expect(authz.isSettled).toBe(false);
    });
    expect(() => authz.skipFor('', () => {})).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_NO_REASON' }),
    );
  });

  it('prefers an authorization to a skip', () => {
    const scope = new RequirementScope(undefined, false);
    scope.settle('skipped');
    scope.settle('authorized');
    scope.settle('skipped');
    expect(scope.decided).toBe('authorized');
    scope.leave();
    expect([scope.decided, scope.isSettled]).toEqual([undefined, false]);
  });

  it('isWithin() returns true for calls inside another call', () => {
    const outer = new RequirementScope(undefined, false);
    const inner = new RequirementScope(new RequirementScope(outer, false), false);
    expect([inner.isWithin(outer), outer.isWithin(inner), inner.isWithin(inner)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
