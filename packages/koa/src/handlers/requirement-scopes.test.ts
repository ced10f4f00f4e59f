import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Middleware } from 'koa';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  listRoutes,
  protect,
  skipAuthorization,
} from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing');
const skip = () => skipAuthorization('public pages');
const newRouter = () => protect(new Router());
const answer =
  (text: string): Middleware =>
  (ctx) =>
    void (ctx.body = text);
const goOn: Middleware = (_ctx, next) => next();
const remove = answer('deleted');

/** Composes middleware as `koa-mount` and `koa-compose` do, so that a mounted application is not visible. */
const hide =
  (...middleware: Middleware[]): Middleware =>
  (ctx, next) => {
    const call = (i: number): Promise<void> =>
      Promise.resolve(
        i === middleware.length ? next() : (middleware[i]!(ctx, () => call(i + 1)) as Promise<void>),
      );
    return call(0);
  };

/** Serves a file as `koa-static` does. */
const serve: Middleware = async (ctx, next) => {
  if (ctx.path === '/logo.txt') ctx.body = 'a logo';
  else await next();
};

describe.each(testedVersions(majors))('a requirement in %s', (_major, Koa) => {
  const faults: { readonly code: string; readonly message: string }[] = [];
  afterEach(() => faults.splice(0));

  const appOf = (fill: (app: Koa3) => void, isProtecting = true) => {
    const app = new Koa();
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
    if (isProtecting) protect(app);
    app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
    fill(app);
    return app;
  };
  const ask = async (app: Koa3, path: string, method: 'get' | 'delete' = 'get') => {
    const handle = app.callback();
    const { status, text } = await request(createServer((req, res) => void handle(req, res)))[method](path);
    return status === 200 ? text : status;
  };

  const openers: [string, (app: Koa3) => void][] = [
    ['a router with a skip', (app) => app.use(newRouter().use(skip()).get('/about', goOn).routes())],
    [
      'a router with a skip that has the route, too',
      (app) => app.use(newRouter().use(skip()).all(/.*/, goOn).routes()),
    ],
    ['a router with an authorization', (app) => app.use(newRouter().use(read()).all(/.*/, goOn).routes())],
    ['static files', (app) => app.use(skipAuthorization('assets', serve))],
    [
      'static files that run after the other middleware',
      (app) => app.use(skipAuthorization('assets', async (_ctx, next) => next())),
    ],
    [
      'a catch-all route that skips and calls next',
      (app) => app.use(newRouter().all(/.*/, skip(), goOn).routes()),
    ],
    ['a catch-all route of requirements', (app) => app.use(newRouter().all(/.*/, skip()).routes())],
    ['an application within that skips', (app) => app.use(hide(skip(), goOn))],
    ['an application within that authorizes', (app) => app.use(hide(read()))],
    [
      'an application within that is protected',
      (app) => app.use(hide(...(protect(new Koa().use(read())).middleware as Middleware[]))),
    ],
    [
      'a skip by a handler of the application',
      (app) => app.use((ctx, next) => (ctx.state.authz.skip('x'), next())),
    ],
    [
      'a router called by a function',
      (app) => {
        const routes = newRouter().use(skip()).all(/.*/, goOn).routes();
        app.use((ctx, next) => routes(ctx as never, next));
      },
    ],
  ];
  describe.each([
    ['protect', true],
    ['the response guard alone', false],
  ])('under %s', (_name, isProtecting) => {
    it.each(openers)('does not open a later route: %s', async (_opener, open) => {
      const app = appOf((routes) => {
        open(routes);
        routes.use(new Router().delete('/users/:id', remove).routes());
      }, isProtecting);
      expect(await ask(app, '/users/1', 'delete')).toBe(500);
      expect(faults).toMatchObject([
        { code: isProtecting ? 'NANOOK_HTTP_UNPROTECTED_ROUTE' : 'NANOOK_HTTP_UNDECIDED_ROUTE' },
      ]);
    });

    it('does not open a later route of the outer router', async () => {
      const pages = newRouter().use(skip()).get('/about', answer('about'));
      const router = newRouter().use(pages.routes()).delete('/users/:id', remove).get('/about/more', remove);
      const app = appOf((routes) => routes.use(router.routes()), isProtecting);
      expect(await ask(app, '/about')).toBe('about');
      expect(await ask(app, '/users/1', 'delete')).toBe(500);
      expect(await ask(app, '/about/more')).toBe(500);
    });

    it.each<[string, (app: Koa3, router: Router) => void]>([
      ['the application', (app) => app.use(read())],
      ['the router', (_app, router) => router.use(skip())],
      ['the router, below a path', (_app, router) => router.use('/a', read())],
      [
        'a wrapper in the router',
        (_app, router) => {
          const requirement = read();
          router.use((ctx, next) => requirement(ctx, next));
        },
      ],
    ])('counts for the routes of its router: %s', async (_where, require) => {
      const app = appOf((routes) => {
        const router = newRouter();
        require(routes, router);
        router.use('/a', new Router().get('/in', answer('in')).routes());
        routes.use(router.routes());
      }, isProtecting);
      expect(await ask(app, '/a/in')).toBe('in');
    });

    it('counts in a route whose handler made the decision', async () => {
      const require: Middleware = async (ctx, next) => {
        await ctx.state.authz.authorize('read', 'thing');
        await next();
      };
      const app = appOf((routes) => {
        routes.use(
          new Router().get('/in', skip(), require, answer('in')).get('/by', require, answer('by')).routes(),
        );
      }, isProtecting);
      expect([await ask(app, '/in'), await ask(app, '/by')]).toEqual(['in', isProtecting ? 500 : 'by']);
    });

    it('skips authorization only for responses of the middleware that it wraps', async () => {
      const docs = newRouter().get('/docs', answer('docs'));
      const app = appOf((routes) => {
        routes.use(skipAuthorization('assets', serve));
        routes.use(skipAuthorization('docs', docs.routes() as never));
        routes.use(
          new Router()
            .get('/page', answer('a page'))
            .get('/file', skipAuthorization('file', answer('a file')))
            .routes(),
        );
      }, isProtecting);
      expect(await ask(app, '/logo.txt')).toBe('a logo');
      expect(await ask(app, '/docs')).toBe('docs');
      expect(await ask(app, '/file')).toBe('a file');
      expect(await ask(app, '/page')).toBe(500);
      expect(
        listRoutes(app).map(({ path, requirements }) => [
          path,
          requirements.filter(({ kind }) => kind === 'skip').length,
        ]),
      ).toEqual([
        ['/docs', 1],
        ['/page', 0],
        ['/file', 1],
      ]);
    });

    it('lets middleware upstream change a response, but not create one', async () => {
      const app = appOf((routes) => {
        routes.use(async (ctx, next) => {
          await next();
          ctx.body = { data: ctx.body };
        });
        routes.use(new Router().get('/in', skip(), answer('in')).get('/pass', skip(), goOn).routes());
      }, isProtecting);
      expect(await ask(app, '/in')).toBe('{"data":"in"}');
      expect(await ask(app, '/pass')).toBe(500);
    });

    it('does not count for an earlier response of a handler without a decision', async () => {
      const app = appOf((routes) => {
        routes.use(
          skipAuthorization('compression', async (ctx, next) => {
            await next();
            ctx.body = `${ctx.body as string}, compressed`;
          }),
        );
        routes.use((ctx) => void (ctx.body = 'SECRET'));
      }, isProtecting);
      expect(await ask(app, '/in')).toBe(500);
    });

    it('names the decisions that do not count', async () => {
      const app = appOf((routes) => {
        routes.use(hide(read()));
        routes.use(new Router().get('/page', answer('a page')).routes());
      }, isProtecting);
      expect(await ask(app, '/page')).toBe(500);
      expect(faults[0]!.message).toContain('read loader()');
      expect(faults[0]!.message).toContain('belong to another router or route');
    });
  });

  it.each<[string, (app: Koa3) => void]>([
    [
      'a skip by code of a composition',
      (app) => app.use(hide((ctx, next) => (ctx.state.authz.skip('x'), next()))),
    ],
    [
      'an authorization by code of a composition',
      (app) =>
        app.use(hide((ctx, next) => ctx.state.authz.authorize('read', 'thing').then(next) as Promise<void>)),
    ],
    [
      'an application that is mounted',
      (app) => app.use(hide(...(new Koa().use(read()).middleware as Middleware[]))),
    ],
  ])('does not open later middleware of an application without protect: %s', async (_opener, open) => {
    const app = appOf((routes) => {
      open(routes);
      routes.use(answer('SECRET'));
    }, false);
    expect(await ask(app, '/')).toBe(500);
  });

  it('counts where the application uses it, and not in composed middleware', async () => {
    const requirement = read();
    const app = appOf((routes) => {
      routes
        .use(hide(requirement))
        .use((ctx, next) => (ctx.path === '/early' ? answer('SECRET')(ctx, next) : next()));
      routes.use(requirement).use(answer('in'));
    }, false);
    expect([await ask(app, '/early'), await ask(app, '/')]).toEqual([500, 'in']);
  });

  it('counts in a mounted application that uses it, without protect', async () => {
    const inner = new Koa()
      .use(read())
      .use((ctx, next) => (ctx.path === '/in' ? answer('in')(ctx, next) : next()));
    const app = appOf((routes) => {
      routes.use(hide(...(inner.middleware as Middleware[]))).use(answer('SECRET'));
    }, false);
    expect([await ask(app, '/in'), await ask(app, '/')]).toEqual(['in', 500]);
  });

  it('counts for the path of a handler that bypasses Koa and writes late', async () => {
    const late = async (ctx: Context, next: () => Promise<void>) => {
      void pause(3).then(() => ctx.res.headersSent || ctx.res.writeHead(200).end('SECRET'));
      await next();
    };
    const app = appOf((routes) => {
      routes.use(late as Middleware);
      routes.use(
        new Router()
          .get('/page', skip(), async (ctx) => {
            await pause(20);
            ctx.body = 'a page';
          })
          .routes(),
      );
    });
    expect(await ask(app, '/page')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
  });

  it('throws for a skip of the application itself, at the start and in a request', async () => {
    const fault = expect.objectContaining({ code: 'NANOOK_HTTP_SKIPPED_APPLICATION' }) as unknown;
    expect(() => protect(new Koa()).use(skip())).toThrow(fault);
    // Koa has no path for `app.use`.
    expect(() => protect(new Koa()).use(skip())).toThrow(/router\.use\(skipAuthorization\(/);
    expect(() => protect(new Koa().use(skip()))).toThrow(fault);
    expect(() => listRoutes(new Koa().use(skip()))).toThrow(fault);
    const app = appOf((routes) => routes.use(skip()).use(answer('in')), false);
    expect(await ask(app, '/in')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_SKIPPED_APPLICATION' }]);
  });
});
