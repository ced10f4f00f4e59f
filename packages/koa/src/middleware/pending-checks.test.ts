import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import { type Context, type Middleware } from 'koa';
import type { RequestListener } from 'node:http';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const authorizer = await Authorizer.load({
  policies: `
    allow("alice", action, "note") if action in ["read", "delete"];
    allow("bob", "read", "note");
    allow_field("alice", "read", "note", "text");
  `,
});

const unhandled: unknown[] = [];
const collect = (reason: unknown) => void unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', collect));
afterAll(() => void process.off('unhandledRejection', collect));

const pause = (ms = 3) => new Promise((later) => setTimeout(later, ms));

describe.each(testedVersions(majors))('checks that are not awaited, in %s', (_major, Koa) => {
  const seen: unknown[] = [];
  beforeEach(() => [seen, unhandled].forEach((list) => list.splice(0)));
  afterEach(async () => {
    await pause(5);
    if (unhandled.length > 0) throw new Error('a rejection was not handled', { cause: unhandled[0] });
    if (seen.length > 1) throw new Error('an error was reported twice');
  });

  interface Setting {
    readonly actor?: (ctx: Context) => unknown;
    readonly isGuarded?: boolean;
    readonly upstream?: Middleware;
  }

  function appOf(answer: (ctx: Context) => unknown, setting: Setting = {}): RequestListener {
    const { actor = (ctx) => ctx.get('x-user'), isGuarded = true, upstream } = setting;
    const app = new Koa();
    app.on('error', (error: unknown) => seen.push(error));
    app.use(authorization(authorizer, { actor }));
    if (upstream !== undefined) app.use(upstream);
    if (isGuarded) app.use(authorize());
    const router = new Router();
    const requirement =
      setting.actor === undefined ? authorize('read', () => 'note') : skipAuthorization('a test');
    router.all('/notes/:id', requirement, async (ctx) => {
      await answer(ctx as Context);
    });
    app.use(router.routes());
    const listener = app.callback();
    return (req, res) => void listener(req, res);
  }

  const ask = (app: RequestListener, user = 'bob') => request(app).get('/notes/1').set('x-user', user);

  const calls: Record<string, (ctx: Context) => Promise<unknown>> = {
    "authorize('delete', …)": ({ state: { authz } }) => authz.authorize('delete', 'note'),
    "authorizeField('read', …, 'text')": ({ state: { authz } }) =>
      authz.authorizeField('read', 'note', 'text'),
    'authorizeRequest()': ({ state: { authz } }) => authz.authorizeRequest('request'),
    "load('delete', …)": ({ state: { authz } }) => authz.load('delete', () => 'note'),
    "can('delete', …)": ({ state: { authz } }) => authz.can('delete', 'note'),
    'actions(…)': ({ state: { authz } }) => authz.actions('note'),
    "fields('read', …)": ({ state: { authz } }) => authz.fields('read', 'note'),
    "pick('read', …)": ({ state: { authz } }) => authz.pick('read', 'note'),
  };

  describe.each([true, false])('with a response guard: %s', (isGuarded) => {
    describe.each<[string, (ctx: Context) => void]>([
      ['ctx.body', (ctx) => void (ctx.body = 'deleted')],
      [
        'ctx.res',
        (ctx) => {
          ctx.respond = false;
          ctx.res.statusCode = 200;
          ctx.res.end('deleted');
        },
      ],
    ])('and a response by %s', (_how, answer) => {
      it.each(Object.entries(calls))(
        'block the response, and the error names them: %s',
        async (call, check) => {
          const app = appOf(
            (ctx) => {
              void check(ctx);
              answer(ctx);
            },
            { isGuarded },
          );
          const { status, text } = await ask(app);
          expect([status, text]).toEqual([500, 'Internal Server Error']);
          expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK', data: { check: call } }]);
          expect((seen[0] as Error).message).toMatch(
            /\(.*pending-checks\.test\.ts:\d+\) was called and not awaited, and GET \/notes\/:id .* answered 200/,
          );
        },
      );

      it.each(Object.entries(calls))(
        'block a response that starts after they have settled: %s',
        async (call, check) => {
          const app = appOf(
            async (ctx) => {
              void check(ctx);
              await pause();
              answer(ctx);
            },
            { isGuarded },
          );
          for (const user of ['alice', 'bob']) {
            seen.splice(0);
            expect((await ask(app, user)).status).toBe(500);
            expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK', data: { check: call } }]);
          }
        },
      );

      it.each(Object.entries(calls))(
        'do not end the process when the actor hook fails: %s',
        async (_call, check) => {
          const down = new Error('the session store is down');
          const app = appOf(
            async (ctx) => {
              void check(ctx);
              await pause();
              answer(ctx);
            },
            { isGuarded, actor: () => Promise.reject(down) },
          );
          expect((await ask(app)).status).toBe(500);
          expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK', cause: down }]);
        },
      );
    });
  });

  it.each<[string, (ctx: Context) => Promise<unknown>]>([
    ['await', async ({ state: { authz } }) => await authz.authorize('delete', 'note')],
    [
      'Promise.all',
      ({ state: { authz } }) => Promise.all([authz.can('read', 'note'), authz.authorize('delete', 'note')]),
    ],
    ['then', ({ state: { authz } }) => authz.authorize('delete', 'note').then(() => 'deleted')],
  ])('do not include checks that the handler awaits: %s', async (_how, wait) => {
    const app = appOf(async (ctx) => {
      await wait(ctx);
      ctx.body = 'deleted';
    });
    expect((await ask(app, 'alice')).status).toBe(200);
    expect((await ask(app, 'bob')).status).toBe(403);
    expect(seen).toMatchObject([{ name: 'ForbiddenError' }]);
  });

  const chains: Record<string, (check: Promise<unknown>) => Promise<unknown>> = {
    'one call of then': (check) => check.then(() => 'deleted'),
    'two calls of then': (check) => check.then(() => 1).then(() => 2),
    finally: (check) => check.finally(() => {}),
    'finally and then': (check) => check.finally(pause as () => void).then(() => 1),
  };

  it.each(Object.entries(chains))(
    'block the response when their chain is not awaited: %s',
    async (_how, chain) => {
      const app = appOf(async (ctx) => {
        void chain(ctx.state.authz.authorize('delete', 'note'));
        await pause();
        ctx.status = 204;
      });
      for (const user of ['alice', 'bob']) {
        seen.splice(0);
        expect((await ask(app, user)).status).toBe(500);
        expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }]);
      }
    },
  );

  it.each(Object.entries(chains))(
    'do not block the response when their chain is awaited: %s',
    async (_how, chain) => {
      const app = appOf(async (ctx) => {
        await chain(ctx.state.authz.authorize('delete', 'note'));
        ctx.body = 'deleted';
      });
      expect((await ask(app, 'alice')).status).toBe(200);
      expect((await ask(app, 'bob')).status).toBe(403);
    },
  );

  it('block the response when an async function that contains them is not awaited', async () => {
    const helper = async ({ state: { authz } }: Context): Promise<void> => {
      await authz.authorize('delete', 'note');
    };
    const app = appOf(async (ctx) => {
      void helper(ctx);
      await pause();
      ctx.status = 204;
    });
    expect((await ask(app, 'alice')).status).toBe(204);
    expect((await ask(app)).status).toBe(500);
    expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK', cause: { status: 403 } }]);
    expect(unhandled.splice(0)).toMatchObject([{ status: 403 }]); // this test is another listener
  });

  it('block a response that starts while the loser of a race is pending', async () => {
    const app = appOf(async (ctx) => {
      const slow = pause(20).then(() => 'note');
      await Promise.race([ctx.state.authz.authorize('delete', slow), pause(1)]);
      ctx.body = 'deleted';
    });
    expect((await ask(app, 'alice')).status).toBe(500);
    expect((seen[0] as Error).message).toMatch(/was still pending when GET \/notes\/:id .* answered 200/);
    await pause(25);
  });

  it('report their failure when it comes after the response', async () => {
    const app = appOf((ctx) => {
      ctx.res.once('close', () => void ctx.state.authz.authorize('delete', 'note'));
      ctx.body = 'deleted';
    });
    expect((await ask(app)).status).toBe(200);
    await pause(10);
    expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_LOST_FAILURE', cause: { status: 403 } }]);
  });

  it('abort a response that has started', async () => {
    const app = appOf(async (ctx) => {
      ctx.respond = false;
      ctx.res.statusCode = 200;
      ctx.res.write('some rows');
      await pause();
      void ctx.state.authz.authorize('read', 'note');
      ctx.res.end('SECRET');
    });
    await expect(ask(app)).rejects.toThrow(/aborted|hang up/);
    expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }]);
  });

  describe('a refusal', () => {
    const refused = (ctx: Context) => ctx.state.authz.authorize('delete', 'note');

    it.each([
      ['between the guards', true],
      ['without a response guard', false],
    ])('blocks middleware that responds with 200, %s', async (_where, isGuarded) => {
      const upstream: Middleware = async (ctx, next) => {
        await next().catch(() => void (ctx.body = { ok: false }));
      };
      const { status, text } = await ask(appOf(refused, { upstream, isGuarded }));
      expect([status, text]).toEqual([500, 'Internal Server Error']);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_REFUSED_ROUTE', data: { status: 200 } }]);
    });

    it('allows a page that skips authorization as the response', async () => {
      const upstream: Middleware = async (ctx, next) => {
        await next().catch(() => {
          ctx.state.authz.skip('to the login page');
          ctx.redirect('/login');
        });
      };
      expect((await ask(appOf(refused, { upstream })).redirects(0)).status).toBe(302);
    });

    it('blocks a success of a handler that catches it, unless a later check passes', async () => {
      const caught = appOf(async (ctx) => {
        await refused(ctx).catch(() => {});
        ctx.body = 'deleted';
      });
      expect((await ask(caught)).status).toBe(500);
      seen.splice(0);
      const again = appOf(async (ctx) => {
        await refused(ctx).catch(() => {});
        await ctx.state.authz.authorize('read', 'note');
        ctx.body = 'read';
      });
      expect((await ask(again)).text).toBe('read');
    });
  });
});
