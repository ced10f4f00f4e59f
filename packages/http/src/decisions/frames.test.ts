import { Authorizer } from '@nanook/core';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RequestAuthorization } from '../request/request-authorization.js';
import { FollowedRequest, Frame, Run } from './frames.js';
import type { Decided } from './request-decisions.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const authzOf = (decisions?: FollowedRequest) =>
  new RequestAuthorization(authorizer, { actor: () => 'alice', ...(decisions && { decisions }) });

/** A frame whose decision reaches the handlers after it in the run. */
class Handler extends Frame {
  passed: Decided | undefined;

  protected override passOn(decided: Decided): void {
    this.passed = decided;
  }
}

function handlersOf(request: FollowedRequest, outer?: Frame) {
  const run = new Run(request, outer);
  return { run, first: new Handler(run, run.isCovered), second: new Handler(run, run.isCovered) };
}

describe('FollowedRequest', () => {
  it.each<[string, (authz: RequestAuthorization) => unknown]>([
    ['authorize', (authz) => authz.authorize('read', 'thing')],
    ['load', (authz) => authz.load('read', () => 'thing')],
    ['skip', (authz) => authz.skip('a test')],
  ])('counts a decision of %s only for the frame in which it was made', async (_name, decide) => {
    const request = new FollowedRequest();
    const authz = authzOf(request);
    const { first, second } = handlersOf(request);
    const decision = request.call(first, async () => {
      await pause(1);
      await decide(authz);
      return authz.isSettled;
    });
    const other = request.call(second, async () => {
      await pause(5);
      return authz.isSettled;
    });
    expect(await Promise.all([decision, other])).toEqual([true, false]);
    expect([first.isSettled, second.isSettled]).toEqual([true, false]);
    expect(request.made).toHaveLength(1);
  });

  it('counts a decision for the frame in which it was started', async () => {
    const request = new FollowedRequest();
    const { first, second } = handlersOf(request);
    const pending = request.call(first, () => authzOf(request).authorize('read', 'thing'));
    await request.call(second, () => pending);
    expect([first.isSettled, second.isSettled]).toEqual([true, false]);
  });

  it('does not count a refused check', async () => {
    const request = new FollowedRequest();
    const { first } = handlersOf(request);
    await request.call(first, () => authzOf(request).authorize('read', 'other')).catch(() => {});
    expect([first.isSettled, request.made]).toEqual([false, []]);
  });

  it('counts a decision without an asynchronous context for nothing', () => {
    const request = new FollowedRequest();
    const { first } = handlersOf(request);
    request.call(first, () => {});
    request.deciding('read thing')('authorized');
    expect([first.isSettled, request.isSettled, request.made]).toEqual([false, false, ['read thing']]);
  });

  it('passes a decision on with the first call of next, and no later decision', () => {
    const request = new FollowedRequest();
    const { first, second } = handlersOf(request);
    request.call(first, () => {
      request.deciding('read thing')('authorized');
      request.callNext(first, () => {});
    });
    expect(first.passed).toBe('authorized');
    request.call(second, () => {
      request.callNext(second, () => {});
      request.deciding('read thing')('authorized');
      request.callNext(second, () => {});
    });
    expect([second.passed, second.isSettled]).toEqual([undefined, true]);
  });

  it('runs next outside of the frame, so that a decision there counts for the frame around the run', () => {
    const request = new FollowedRequest();
    const { first: outer } = handlersOf(request);
    const { first: inner } = handlersOf(request, outer);
    request.call(outer, () =>
      request.call(inner, () => request.callNext(inner, () => request.deciding('read thing')('authorized'))),
    );
    expect([outer.isSettled, inner.isSettled]).toEqual([true, false]);
  });

  it('covers a run inside a frame only by decisions from before', () => {
    const request = new FollowedRequest();
    const { first: outer } = handlersOf(request);
    const before = new Run(request, outer);
    outer.settle('skipped');
    expect([before.isCovered, new Run(request, outer).isCovered]).toEqual([false, true]);
  });

  it('attributes a response without an asynchronous context to the last handler until it calls next', () => {
    const request = new FollowedRequest();
    const { run } = handlersOf(request);
    const covered = new Frame(run, true);
    request.call(covered, () => {});
    expect(request.isSettled).toBe(true);
    request.callNext(covered, () => {});
    expect(request.isSettled).toBe(false);
  });

  it('ignores the asynchronous context of another request', () => {
    const request = new FollowedRequest();
    const other = new FollowedRequest();
    request.call(new Frame(new Run(request, undefined), true), () => {
      expect([request.isSettled, other.isSettled]).toEqual([true, false]);
    });
  });

  it('skips for one handler until it is left', () => {
    const request = new FollowedRequest();
    const authz = authzOf(request);
    const { first } = handlersOf(request);
    request.call(first, () => {
      const seen = authz.skipFor('a test', (leave) => {
        const before = authz.isSettled;
        leave();
        return [before, authz.isSettled];
      });
      expect([...seen, authz.isSettled]).toEqual([true, false, false]);
    });
    expect(first.isSettled).toBe(false);
    expect(() => authz.skipFor('', () => {})).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_NO_REASON' }),
    );
  });

  it('prefers an authorization to a skip', () => {
    const request = new FollowedRequest();
    const { first } = handlersOf(request);
    first.settle('skipped');
    first.settle('authorized');
    first.settle('skipped');
    first.leave();
    expect(first.passed).toBe('authorized');
  });

  it('isWithin() returns true for calls inside another call', () => {
    const request = new FollowedRequest();
    const { first: outer, second } = handlersOf(request);
    const { first: inner } = handlersOf(request, handlersOf(request, outer).first);
    expect([inner.isWithin(outer), outer.isWithin(inner), inner.isWithin(second)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('WholeRequest', () => {
  it('counts each decision for the whole request', async () => {
    const authz = authzOf();
    expect(authz.isSettled).toBe(false);
    await authz.authorize('read', 'thing');
    expect([authz.isSettled, authz.decisions.made]).toEqual([true, ["authorize('read', …)"]]);
  });

  it('skips for a handler until it is left', () => {
    const authz = authzOf();
    const seen = authz.skipFor('a test', (leave) => {
      const before = authz.isSettled;
      leave();
      leave();
      return [before, authz.isSettled];
    });
    expect(seen).toEqual([true, false]);
  });
});
