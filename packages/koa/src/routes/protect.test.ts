import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Next } from 'koa';
import { createServer } from 'node:http';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const readThing = () => authorize('read', () => 'thing');
const skip = skipAuthorization('a test');
const goOn = (_ctx: Context, next: Next) => next();

describe.each(testedVersions(majors))('protect in %s', (_major, Koa) => {
  const run = vi.fn<(ctx: Context) => void>((ctx) => {
    ctx.body = 'ran';
  });
  const faults: unknown[] = [];
  afterEach(() => {
    run.mockClear();
    faults.splice(0);
  });

  type App = Koa3;
  const newApp = (): App => {
    const app = new Koa();
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault) }));
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    return app;
  };
  /** Creates an application with one router, which is protected before it has routes. */
  const appOf = (
    routes: (router: Router) => void,
    options?: ConstructorParameters<typeof Router>[0],
  ): App => {
    const router = protect(new Router(options));
    routes(router);
    const app = newApp();
    app.use(router.routes());
    return app;
  };
  const ask = (app: App, method: 'get' | 'post' | 'head' | 'options', path: string) => {
    const answer = app.callback();
    return request(createServer((req, res) => void answer(req, res)))[method](path);
  };

  async function expectRefused(
    app: App,
    method: 'get' | 'post' | 'head' | 'options',
    path: string,
    route = path,
  ) {
    run.mockClear();
    faults.splice(0);
    expect((await ask(app, method, path)).status).toBe(500);
    expect(run).not.toHaveBeenCalled();
    expect(faults).toMatchObject([
      { code: 'NANOOK_HTTP_UNPROTECTED_ROUTE', data: { method: method.toUpperCase(), route } },
    ]);
    expect((faults[0] as Error).message).toContain(`${method.toUpperCase()} ${route}`);
    return faults[0] as Error;
  }

  async function expectRun(app: App, method: 'get' | 'post' | 'head' | 'options', path: string) {
    run.mockClear();
    expect((await ask(app, method, path)).status).toBe(200);
    expect(run).toHaveBeenCalledTimes(1);
  }

  it('refuses unprotected routes, added before and after', async () => {
    const router = new Router();
    router.get('/before', run);
    router.get('/before/protected', readThing(), run);
    expect(protect(router)).toBe(router);
    router.get('/after', run);
    router.get('named', '/after/named', run);
    router.get('/after/protected', readThing(), run);
    router.get('/after/skipped', skip, run);
    const app = newApp();
    app.use(router.routes());
    for (const path of ['/before', '/after', '/after/named']) await expectRefused(app, 'get', path);
    for (const path of ['/before/protected', '/after/protected', '/after/skipped'])
      await expectRun(app, 'get', path);
  });

  it('names the missing middleware when a protected route has its requirement', async () => {
    const router = protect(new Router());
    router.get('/read', run, readThing(), run).get('/skip', skip, run);
    const app: App = new Koa();
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault) })).use(router.routes());
    for (const [path, call] of [
      ['/read', "authorize('read', …)"],
      ['/skip', "skipAuthorization('a test')"],
    ] as const) {
      run.mockClear();
      faults.splice(0);
      expect((await ask(app, 'get', path)).status).toBe(500);
      expect(run).not.toHaveBeenCalled();
      expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_NO_AUTHORIZATION', data: { caller: call } }]);
    }
  });

  it('does not start an application whose routes come before the authorization', () => {
    const routesFirst = (add: (router: Router) => unknown) => {
      const router = new Router();
      add(router);
      return protect(new Koa().use(router.routes()).use(authorization(authorizer)));
    };
    expect(() => routesFirst((router) => router.get('/skip', skip, run)).callback()).toThrow(
      "`skipAuthorization('a test')` needs the authorization of the request; write `app.use(authorization(authorizer, …))` before it",
    );
    expect(() => routesFirst((router) => router.get('/read', readThing(), run)).callback()).toThrow(
      "`authorize('read', …)` needs",
    );
    expect(() => routesFirst((router) => router.get('/none', run)).callback()).not.toThrow();
    const own = (router: Router) => router.use(authorization(authorizer)).get('/skip', skip, run);
    expect(() => routesFirst(own).callback()).not.toThrow();
  });

  it('checks each route with its methods and all of its paths', async () => {
    const app = appOf((router) => {
      router.get('/things', readThing(), run).post('/things', run);
      router.all('/all', run).all('/all/protected', readThing(), run);
      router.get(['/one', '/two'], run).get(['/three', '/four'], readThing(), run);
      router.register('/registered', ['get', 'post'], [run]);
      router.get(/^\/expression$/, run);
    });
    await expectRun(app, 'get', '/things');
    await expectRun(app, 'head', '/things');
    await expectRefused(app, 'post', '/things');
    for (const method of ['get', 'post', 'head', 'options'] as const) {
      await expectRefused(app, method, '/all');
      await expectRun(app, method, '/all/protected');
    }
    for (const path of ['/one', '/two', '/registered']) await expectRefused(app, 'get', path);
    for (const path of ['/three', '/four']) await expectRun(app, 'get', path);
    await expectRefused(app, 'get', '/expression', String(/^\/expression$/));
  });

  it('ignores a requirement after the handler', async () => {
    const app = appOf((router) => {
      router.get('/late', run, readThing());
      router.get('/list', goOn, readThing(), run);
      router.get('/router/late', run);
      router.use(readThing());
      router.get('/router/protected', run);
    });
    await expectRefused(app, 'get', '/late');
    await expectRun(app, 'get', '/list');
    await expectRefused(app, 'get', '/router/late');
    await expectRun(app, 'get', '/router/protected');
  });

  it.each(['before', 'after'])('protects routers that were mounted %s', async (when) => {
    const inner = new Router({ prefix: '/inner' });
    inner.get('/:id', run);
    inner.get('/:id/protected', readThing(), run);
    const middle = new Router();
    middle.use('/middle', inner.routes(), inner.allowedMethods());
    const outer = new Router({ prefix: '/outer' });
    outer.get('/own', run);
    if (when === 'after') protect(outer);
    outer.use(goOn);
    outer.use(middle.routes());
    if (when === 'before') protect(outer);
    const app = newApp();
    app.use(outer.routes()).use(inner.routes());
    await expectRefused(app, 'get', '/outer/middle/inner/7', '/outer/middle/inner/:id');
    await expectRun(app, 'get', '/outer/middle/inner/7/protected');
    await expectRefused(app, 'get', '/outer/own');
    await expectRun(app, 'get', '/inner/7'); // it is also mounted in a router that is not protected
  });

  it('protects a router and the routers in which it is mounted', async () => {
    const inner = protect(new Router());
    inner.get('/in', run);
    const outer = new Router();
    outer.use('/a', inner.routes());
    outer.get('/out', run);
    const app = newApp();
    app.use(outer.routes()).use(inner.routes());
    await expectRefused(app, 'get', '/a/in');
    await expectRefused(app, 'get', '/in');
    await expectRun(app, 'get', '/out');
  });

  it('supports a prefix and parameters that are added later', async () => {
    const app = appOf((router) => {
      router.get('/:id', run);
      router.get('/:id/protected', readThing(), run);
      router.get('/:id/requirement', readThing());
      router.prefix('/api');
      router.param('id', (_id, _ctx, next) => next());
    });
    await expectRefused(app, 'get', '/api/7', '/api/:id');
    await expectRun(app, 'get', '/api/7/protected');
    expect((await ask(app, 'get', '/api/7/requirement')).status).toBe(404); // it has a requirement, but no handler responds
  });

  it('accepts the requirement of a router for its routes', async () => {
    const inner = new Router();
    inner.use(readThing());
    inner.get('/in', run);
    const app = appOf((router) => {
      router.use('/protected', inner.routes());
      router.use('/partly', readThing());
      router.get('/partly/in', run);
      router.get('/out', run);
    });
    await expectRun(app, 'get', '/protected/in');
    await expectRun(app, 'get', '/partly/in');
    await expectRefused(app, 'get', '/out');
  });

  it('accepts a decision before the router', async () => {
    const router = protect(new Router());
    router.get('/in', run);
    const app = newApp();
    app.use(readThing()).use(router.routes());
    await expectRun(app, 'get', '/in');
  });

  it('ignores middleware that an exclusive router omits', async () => {
    const app = appOf(
      (router) => {
        router.use(readThing());
        router.get('/in', run);
      },
      { exclusive: true },
    );
    await expectRefused(app, 'get', '/in');
  });

  it('does not accept allow_request as a requirement', async () => {
    const app = appOf((router) => router.get('/', authorize(), run));
    await expectRefused(app, 'get', '/');
  });

  it('does not change a route for preflight requests', async () => {
    const app = appOf((router) => router.options('/things', run).get('/things', run));
    await expectRun(app, 'options', '/things');
    await expectRefused(app, 'get', '/things');
  });

  it('refuses routes without authorization()', async () => {
    const router = protect(new Router());
    router.get('/', run);
    const app = new Koa();
    app.on('error', (fault) => faults.push(fault));
    app.use(router.routes());
    await expectRefused(app, 'get', '/');
  });

  it('names the location of the handler of an unprotected route', async () => {
    const app = appOf((router) => {
      router.get('/here', (ctx) => {
        ctx.body = 'ran';
      });
    });
    const { message } = await expectRefused(app, 'get', '/here');
    expect(message).toMatch(/GET \/here \(.*protect\.test\.ts:\d+\) has no requirement/);
  });

  it('shows where the requirement of a route goes whose handler makes the check', async () => {
    const app = appOf((router) => {
      router.put('/notes/:id', async (ctx) => {
        await ctx.state.authz.authorize('update', 'thing');
        ctx.body = 'ran';
      });
    });
    await request(app.callback()).put('/notes/1').expect(500);
    expect((faults.at(-1) as Error).message).toContain(
      "has no requirement, so its handler was not run. Write a requirement before the handler: .put('/notes/:id', " +
        "authorize('update', loadResource), handler); or skipAuthorization('reason') in its place. A check inside the handler does not count",
    );
  });

  it('blocks a response before the requirement, and no response of middleware upstream', async () => {
    const router = protect(new Router());
    router.get('/early', (ctx) => void (ctx.body = 'SECRET'), readThing(), run);
    router.get('/raw', (ctx) => void ctx.res.writeHead(200).end('SECRET'), readThing(), run);
    router.get(
      '/refused',
      authorize('read', () => 'other'),
      run,
    );
    router.get('/passed', goOn, readThing(), run);
    const app = newApp();
    app.use(async (ctx, next) => {
      await next().catch((error: { status: number }) => {
        if (error.status !== 404) throw error;
        ctx.state.authz.skip('to the login page');
        ctx.redirect('/login');
      });
    });
    app.use(router.routes());
    for (const path of ['/early', '/raw']) {
      faults.splice(0);
      const { status, text } = await ask(app, 'get', path);
      expect([status, text.includes('SECRET')]).toEqual([500, false]);
      expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { route: path } }]);
    }
    expect(run).not.toHaveBeenCalled();
    expect((await ask(app, 'get', '/refused')).status).toBe(302);
    await expectRun(app, 'get', '/passed');
  });

  it('does not block middleware after a route that contains only requirements', async () => {
    const router = new Router().get('/page', readThing()).get('/raw', readThing(), goOn);
    router.get('/early', (ctx) => void (ctx.body = 'SECRET'), readThing(), run);
    for (const isWhole of [true, false]) {
      const app = newApp();
      protect(isWhole ? app : router);
      app.use(router.routes());
      app.use((ctx) => (ctx.path === '/raw' ? void ctx.res.writeHead(200).end() : run(ctx)));
      await expectRun(app, 'get', '/page');
      expect((await ask(app, 'get', '/raw')).status).toBe(200);
      expect((await ask(app, 'get', '/early')).status).toBe(500);
    }
  });

  it('ignores a decision that comes too late for an earlier route', async () => {
    const app = appOf((router) => {
      router.get('/chain', goOn);
      router.get('/chain', readThing(), run);
    });
    await expectRefused(app, 'get', '/chain');
  });

  it('protects the routers that an application uses, before and after', async () => {
    const before = new Router().get('/before', run);
    const after = new Router().get('/after', run).get('/protected', readThing(), run);
    const app = newApp();
    app.use(before.routes());
    protect(protect(app));
    app.use(after.routes());
    before.get('/before/later', run);
    for (const path of ['/before', '/after', '/before/later']) await expectRefused(app, 'get', path);
    await expectRun(app, 'get', '/protected');
  });

  it('does not change allowedMethods()', async () => {
    const router = protect(new Router());
    router.get('/things', readThing(), run);
    const app = newApp();
    app.use(router.routes()).use(router.allowedMethods());
    const answer = await ask(app, 'options', '/things');
    expect([answer.status, answer.headers['allow']]).toEqual([200, 'HEAD, GET']);
    expect((await ask(app, 'post', '/things')).status).toBe(405);
  });
});
