import { Authorizer } from '@nanook/core';
import express5, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

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

describe.each(testedVersions(majors))('checks that are not awaited, in %s', (_major, express) => {
  const seen: unknown[] = [];
  const reported: unknown[] = [];
  beforeEach(() => [seen, reported, unhandled].forEach((list) => list.splice(0)));
  afterEach(async () => {
    await pause(5);
    if (unhandled.length > 0) throw new Error('a rejection was not handled', { cause: unhandled[0] });
    if (seen.length + reported.length > 1) throw new Error('an error was reported twice');
  });

  const errors: ErrorRequestHandler = (error, _req, res, next) => {
    seen.push(error);
    if (res.headersSent) next(error);
    else res.status((error as { status?: number }).status ?? 500).json({ error: 'from the application' });
  };

  interface Setting {
    readonly actor?: (req: Request) => unknown;
    readonly isGuarded?: boolean;
  }

  function appOf(answer: (req: Request, res: Response) => unknown, setting: Setting = {}) {
    const { actor = (req) => req.get('x-user'), isGuarded = true } = setting;
    const app = express();
    app.set('env', 'test');
    app.use(authorization(authorizer, { actor, onError: (fault) => reported.push(fault) }));
    if (isGuarded) app.use(authorize());
    const handler: RequestHandler = (req, res, next) => {
      Promise.resolve(answer(req, res)).catch(next);
    };
    app.all(
      '/notes/:id',
      authorize('read', () => 'note'),
      handler,
    );
    app.use(errors);
    return app;
  }

  const ask = (app: ReturnType<typeof appOf>, user = 'bob') =>
    request(app).get('/notes/1').set('x-user', user);

  const calls: Record<string, (req: Request) => Promise<unknown>> = {
    "authorize('delete', …)": ({ authz }) => authz.authorize('delete', 'note'),
    "authorizeField('read', …, 'text')": ({ authz }) => authz.authorizeField('read', 'note', 'text'),
    'authorizeRequest()': ({ authz }) => authz.authorizeRequest('request'),
    "load('delete', …)": ({ authz }) => authz.load('delete', () => 'note'),
    "can('delete', …)": ({ authz }) => authz.can('delete', 'note'),
    'actions(…)': ({ authz }) => authz.actions('note'),
    "fields('read', …)": ({ authz }) => authz.fields('read', 'note'),
    "pick('read', …)": ({ authz }) => authz.pick('read', 'note'),
  };

  describe.each([true, false])('with a response guard: %s', (isGuarded) => {
    it.each(Object.entries(calls))(
      'block the response, and the error names them: %s',
      async (call, check) => {
        const app = appOf(
          (req, res) => {
            void check(req);
            res.json('deleted');
          },
          { isGuarded },
        );
        const { status, text } = await ask(app);
        expect([status, text]).toEqual([500, '{"error":"from the application"}']);
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
          async (req, res) => {
            void check(req);
            await pause();
            res.status(204).end();
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
        const app = express();
        app.use(
          authorization(authorizer, {
            actor: () => Promise.reject(down),
            onError: (fault) => reported.push(fault),
          }),
        );
        if (isGuarded) app.use(authorize());
        app.get('/', skipAuthorization('a test'), (req, res) => {
          void check(req);
          setTimeout(() => res.json('deleted'), 3);
        });
        app.use(errors);
        expect((await request(app).get('/')).status).toBe(500);
        expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK', cause: down }]);
      },
    );
  });

  it.each<[string, (req: Request) => Promise<unknown>]>([
    ['await', async ({ authz }) => await authz.authorize('delete', 'note')],
    ['return', async ({ authz }) => authz.authorize('delete', 'note')],
    [
      'Promise.all',
      ({ authz }) => Promise.all([authz.can('read', 'note'), authz.authorize('delete', 'note')]),
    ],
    ['then', ({ authz }) => authz.authorize('delete', 'note').then(() => 'deleted')],
    ['finally', ({ authz }) => authz.authorize('delete', 'note').finally(() => {})],
    ['a check of a check', ({ authz }) => authz.authorize('read', authz.authorize('delete', 'note'))],
    [
      'await, later',
      async ({ authz }) => {
        const check = authz.authorize('delete', 'note');
        await pause();
        return check;
      },
    ],
  ])('do not include checks that the handler awaits: %s', async (how, wait) => {
    const app = appOf(async (req, res) => {
      await wait(req);
      res.json('deleted');
    });
    expect((await ask(app, 'alice')).status).toBe(200);
    expect((await ask(app, 'bob')).status).toBe(403);
    expect([seen.length, reported]).toEqual([1, []]);
  });

  const chains: Record<string, (check: Promise<unknown>) => Promise<unknown>> = {
    'one call of then': (check) => check.then(() => 'deleted'),
    'then without a function': (check) => check.then(null, undefined),
    'two calls of then': (check) => check.then(() => 1).then(() => 2),
    finally: (check) => check.finally(() => {}),
    'finally that waits': (check) => check.finally(pause as () => void),
    'finally without a function': (check) => check.finally(),
    'then and finally': (check) => check.then(() => 1).finally(() => {}),
    'finally and then': (check) => check.finally(() => {}).then(() => 1),
  };

  it.each(Object.keys(chains))('block the response when their chain is not awaited: %s', async (how) => {
    const app = appOf(async ({ authz }, res) => {
      void chains[how]!(authz.authorize('delete', 'note'));
      await pause();
      res.status(204).end();
    });
    for (const user of ['alice', 'bob']) {
      seen.splice(0);
      expect((await ask(app, user)).status).toBe(500);
      expect(seen).toMatchObject([
        { code: 'NANOOK_HTTP_UNAWAITED_CHECK', data: { check: "authorize('delete', …)", isAwaited: false } },
      ]);
    }
    const pending = appOf(({ authz }, res) => {
      void chains[how]!(authz.authorize('delete', 'note'));
      res.status(204).end();
    });
    seen.splice(0);
    expect((await ask(pending)).status).toBe(500);
  });

  it.each(Object.keys(chains))('do not block the response when their chain is awaited: %s', async (how) => {
    const waits: ((chain: Promise<unknown>) => Promise<unknown>)[] = [
      async (chain) => await chain,
      async (chain) => chain,
      (chain) => Promise.all([chain, pause()]),
      (chain) => Promise.all([chain.then(() => {}), chain.finally(() => {})]),
    ];
    for (const wait of waits) {
      const app = appOf(async ({ authz }, res) => {
        await wait(chains[how]!(authz.authorize('delete', 'note')));
        res.json('deleted');
      });
      seen.splice(0);
      expect((await ask(app, 'alice')).status).toBe(200);
      expect((await ask(app, 'bob')).status).toBe(403);
      expect([seen.length, reported]).toEqual([1, []]);
    }
  });

  it.each(Object.keys(chains))(
    'do not block the response when their chain handles rejections: %s',
    async (how) => {
      for (const isCaught of [true, false]) {
        const app = appOf(({ authz }, res) => {
          const chain = chains[how]!(authz.authorize('delete', 'note'));
          const refuse = (reason: unknown) => void res.status((reason as { status: number }).status).end();
          const answer = () => void res.json('deleted');
          if (isCaught) chain.then(answer).catch(refuse);
          else chain.then(answer, refuse);
        });
        expect((await ask(app, 'alice')).status).toBe(200);
        expect((await ask(app, 'bob')).status).toBe(403);
        expect([seen, reported]).toEqual([[], []]);
      }
    },
  );

  it('respond with an error when only their chain would respond', async () => {
    const app = appOf(({ authz }, res) => {
      void authz.authorize('delete', 'note').then(() => res.json('deleted'));
    });
    expect((await ask(app)).status).toBe(500);
    expect(seen).toMatchObject([
      { code: 'NANOOK_HTTP_UNAWAITED_CHECK', data: { status: undefined }, cause: { status: 403 } },
    ]);
  });

  it('count as awaited when one of several chains is awaited', async () => {
    const app = appOf(async ({ authz }, res) => {
      const check = authz.authorize('delete', 'note');
      void check.then(() => 'for the log');
      await check.catch(() => pause());
      res.status(403).end();
    });
    expect((await ask(app)).status).toBe(403);
    expect([seen, reported]).toEqual([[], []]);
  });

  it('report the failure of another check that their chain returns', async () => {
    const app = appOf(async ({ authz }, res) => {
      void authz.authorize('read', 'note').then(() => authz.authorize('delete', 'note'));
      res.status(422).end();
    });
    expect((await ask(app)).status).toBe(422);
    await pause(10);
    expect(reported).toMatchObject([
      { code: 'NANOOK_HTTP_LOST_FAILURE', data: { check: "authorize('delete', …)" } },
    ]);
  });

  it('do not handle errors of the callbacks in a chain', async () => {
    const broken = new Error('the database is down');
    const app = appOf(async ({ authz }, res) => {
      void authz.authorize('read', 'note').then(() => Promise.reject(broken));
      void authz.can('read', 'note').finally(() => {
        throw broken;
      });
      await pause();
      res.status(422).end();
    });
    await ask(app);
    await pause();
    expect(unhandled.splice(0)).toEqual([broken, broken]);
  });

  describe('in an async function that is not awaited', () => {
    const helper = async ({ authz }: Request): Promise<void> => {
      await authz.authorize('delete', 'note');
    };
    afterEach(() => void unhandled.splice(0)); // the listener prevents the default of Node, which ends the process

    it.each([true, false])(
      'block the response after they failed, with a response guard: %s',
      async (isGuarded) => {
        const app = appOf(
          async (req, res) => {
            void helper(req);
            await pause();
            res.status(204).end();
          },
          { isGuarded },
        );
        expect((await ask(app)).status).toBe(500);
        expect(seen).toMatchObject([
          { code: 'NANOOK_HTTP_UNAWAITED_CHECK', data: { status: undefined }, cause: { status: 403 } },
        ]);
        expect((await ask(app, 'alice')).status).toBe(204);
        expect((unhandled.splice(0) as Error[]).map(({ name }) => name)).toEqual(['ForbiddenError']);
      },
    );

    it('respond with an error when no other code responds', async () => {
      const app = appOf((req, res) => {
        void helper(req).then(() => res.json('deleted'));
      });
      expect((await ask(app)).status).toBe(500);
      expect((seen[0] as Error).message).toMatch(/GET \/notes\/:id .* does not get its failure/);
      unhandled.splice(0);
    });

    it('report their failure after the response', async () => {
      const app = appOf((req, res) => {
        res.once('close', () => void helper(req));
        res.json('read');
      });
      expect((await ask(app)).status).toBe(200);
      await pause(10);
      expect(reported).toMatchObject([{ code: 'NANOOK_HTTP_LOST_FAILURE', cause: { status: 403 } }]);
      unhandled.splice(0);
    });
  });

  it('block a response that starts while the loser of a race is pending', async () => {
    const slow = (): Promise<string> => pause(20).then(() => 'note');
    const app = appOf(async ({ authz }, res) => {
      await Promise.race([authz.authorize('delete', slow()), pause(1)]);
      res.json('deleted');
    });
    expect((await ask(app, 'alice')).status).toBe(500);
    expect((seen[0] as Error).message).toMatch(/was still pending when GET \/notes\/:id .* answered 200/);
    await pause(25);
  });

  it('do not block error responses of the application', async () => {
    const app = appOf((req, res) => {
      void req.authz.authorize('delete', 'note');
      res.status(422).json({ error: 'no title' });
    });
    const { status, body } = await ask(app);
    expect([status, body]).toEqual([422, { error: 'no title' }]);
  });

  it('report their failure when it comes after the response', async () => {
    const app = appOf(({ authz }, res) => {
      res.once('close', () => void authz.authorize('delete', 'note'));
      res.json('deleted');
    });
    expect((await ask(app)).status).toBe(200);
    await pause(10);
    expect(reported).toMatchObject([
      {
        code: 'NANOOK_HTTP_LOST_FAILURE',
        data: { check: "authorize('delete', …)", at: expect.stringMatching(/pending-checks\.test\.ts:\d+$/) },
        cause: { status: 403 },
      },
    ]);
  });

  it('report their failure when the response is another error', async () => {
    const app = appOf(({ authz }, res) => {
      void authz.authorize('delete', 'note');
      res.status(400).end();
    });
    expect((await ask(app)).status).toBe(400);
    await pause(10);
    expect(reported).toMatchObject([{ code: 'NANOOK_HTTP_LOST_FAILURE' }]);
  });

  it.each<[string, (req: Request, res: Response) => Promise<unknown>]>([
    ['a handler', ({ authz }) => authz.authorize('delete', 'note')],
    [
      'an async handler',
      async ({ authz }, res) => {
        await authz.authorize('delete', 'note');
        res.json('deleted');
      },
    ],
  ])('count as awaited for %s that returns the promise', async (_how, handler) => {
    const app = express();
    app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
    const router = express.Router();
    router.get(
      '/',
      authorize('read', () => 'note'),
      handler as RequestHandler,
    );
    app.use('/notes', router);
    app.use(errors);
    expect((await request(app).get('/notes').set('x-user', 'bob')).status).toBe(403);
    expect(seen).toMatchObject([{ status: 403 }]);
  });

  describe('while a response is sent', () => {
    it('abort the response before it ends', async () => {
      const app = appOf(async ({ authz }, res) => {
        res.write('some rows');
        await pause();
        void authz.authorize('read', 'note');
        res.end('SECRET');
      });
      await expect(ask(app)).rejects.toThrow(/aborted|hang up/);
      expect(reported).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }]);
    });

    it('abort the response after they have failed', async () => {
      let isEnded = false;
      const app = appOf(async ({ authz }, res) => {
        res.write('some rows');
        void authz.authorize('delete', 'note');
        await pause();
        res.write('SECRET');
        isEnded = res.writableEnded || res.destroyed;
      });
      await expect(ask(app)).rejects.toThrow(/aborted|hang up/);
      expect(isEnded).toBe(true);
      expect(reported).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK', cause: { status: 403 } }]);
    });

    it('do not abort the response when each is awaited', async () => {
      const app = appOf(async ({ authz }, res) => {
        res.write('[');
        const beat = setInterval(() => res.write(' '), 1);
        for (const user of ['a', 'b']) {
          if (
            await authz.can(
              'delete',
              pause(4).then(() => 'note'),
            )
          )
            res.write(user);
          else res.write('-');
        }
        clearInterval(beat);
        res.end(']');
      });
      expect((await ask(app)).text.replaceAll(' ', '')).toBe('[--]');
      expect(reported).toEqual([]);
    });
  });

  describe('a refusal', () => {
    const hide: ErrorRequestHandler = (_error, _req, res, _next) => void res.json({ ok: false });

    function hiding(answer: (req: Request, res: Response) => unknown, handler: ErrorRequestHandler = hide) {
      const app = express();
      app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
      app.get(
        '/notes/:id',
        authorize('read', () => 'note'),
        (req, res, next) => {
          Promise.resolve(answer(req, res)).catch(next);
        },
      );
      app.use(handler, errors);
      return app;
    }

    it('blocks an error handler that responds with 200', async () => {
      const app = hiding(({ authz }) => authz.authorize('delete', 'note'));
      expect((await ask(app)).status).toBe(500);
      expect(seen).toMatchObject([
        { code: 'NANOOK_HTTP_REFUSED_ROUTE', data: { status: 200 }, cause: { status: 403 } },
      ]);
    });

    it('allows a page that skips authorization as the response', async () => {
      const app = hiding(
        ({ authz }) => authz.authorize('delete', 'note'),
        (_error, req, res, _next) => {
          req.authz.skip('to the login page');
          res.redirect('/login');
        },
      );
      expect((await ask(app).redirects(0)).status).toBe(302);
    });

    it('blocks a success of a handler that catches it, unless a later check passes', async () => {
      const caught = hiding(async ({ authz }, res) => {
        await authz.authorize('delete', 'note').catch(() => {});
        res.json('deleted');
      });
      expect((await ask(caught)).status).toBe(500);
      const again = hiding(async ({ authz }, res) => {
        await authz.authorize('delete', 'note').catch(() => {});
        await authz.authorize('read', 'note');
        res.json('read');
      });
      expect((await ask(again)).body).toBe('read');
    });

    it('blocks a success after a check that started before the refusal has passed', async () => {
      const app = hiding(async ({ authz }, res) => {
        await Promise.allSettled([
          authz.authorize(
            'read',
            pause().then(() => 'note'),
          ),
          authz.authorize('delete', 'note'),
        ]);
        res.json('deleted');
      });
      expect((await ask(app)).status).toBe(500);
    });
  });
});
