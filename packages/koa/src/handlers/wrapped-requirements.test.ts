import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Middleware, type Next } from 'koa';
import compose from 'koa-compose';
import { createServer } from 'node:http';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCopy } from '../../../../tools/package-copy.js';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  isProtected,
  listRoutes,
  protect,
  skipAuthorization,
} from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// Libraries for tracing replace the functions of applications and of layers, and keep nothing of them, as the instrumentation of
// OpenTelemetry for Koa does.

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing');
const show = (ctx: Context) => void (ctx.body = 'shown');

type Handler = (ctx: Context, next: Next) => unknown;
type Use = (this: Koa3, middleware: Handler) => Koa3;

const trace =
  (handler: Handler): Handler =>
  async (ctx, next) => {
    await Promise.resolve();
    return handler(ctx, next);
  };

describe.each(testedVersions(majors))('a traced requirement in %s', (_major, Koa) => {
  const prototype = Koa.prototype as unknown as { use: Use };
  const { use } = prototype;
  beforeEach(() => {
    prototype.use = function (middleware) {
      const { router } = middleware as { router?: { stack: { stack: Handler[] }[] } };
      if (router === undefined) return use.call(this, trace(middleware));
      for (const { stack } of router.stack) stack.forEach((handler, i) => (stack[i] = trace(handler)));
      return use.call(this, middleware);
    };
  });
  afterEach(() => {
    prototype.use = use;
  });

  const ask = async (app: Koa3, path: string) => {
    const handle = app.callback();
    const { status, text } = await request(createServer((req, res) => void handle(req, res))).get(path);
    return status === 200 ? text : status;
  };
  const newApp = () => {
    const app = new Koa();
    app.use(authorizationErrors({ onError: () => {} }));
    return app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
  };

  it.each(['before', 'after'])(
    'works and is listed in routes and routers, with protect %s the routes',
    async (when) => {
      const app = newApp();
      if (when === 'before') protect(app);
      const inner = new Router().use(read() as never).get('/inner', show);
      const router = new Router()
        .get('/read', read(), show)
        .get('/skip', skipAuthorization('public'), show)
        .get('/none', show)
        .use(inner.routes());
      app.use(router.routes());
      if (when === 'after') protect(app);
      expect(await Promise.all(['/read', '/skip', '/inner', '/none'].map((path) => ask(app, path)))).toEqual([
        'shown',
        'shown',
        'shown',
        500,
      ]);
      expect(listRoutes(app).map((route) => [route.path, route.handler, isProtected(route)])).toEqual([
        ['/read', 'show', true],
        ['/skip', 'show', true],
        ['/none', 'show', false],
        ['/inner', 'show', true],
      ]);
    },
  );

  it('counts for later middleware where the application uses it', async () => {
    const app = newApp();
    app.use(read()).use(show as Middleware);
    expect(await ask(app, '/')).toBe('shown');
  });

  it('has its wrapper named by the error where the application itself passes the wrapper', async () => {
    const faults: Error[] = [];
    const app = new Koa();
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault as Error) }));
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    const requirement = read() as Handler;
    const traced: Handler = (ctx, next) => requirement(ctx, next);
    protect(app).use(new Router().get('/read', traced, show).routes());
    expect(await ask(app, '/read')).toBe(500);
    expect(faults[0]!.message).toMatch(
      /If traced \(.*wrapped-requirements\.test\.ts:\d+\) before the handler wraps a requirement/,
    );
  });

  it('opens nothing where its replacement does not call it', async () => {
    const router = new Router().get('/read', read(), show);
    const app = protect(newApp());
    app.use(router.routes());
    const { stack } = router.stack[0] as unknown as { stack: Handler[] };
    stack[1] = (_ctx, next) => next();
    expect(await ask(app, '/read')).toBe(500);
  });
});

it('counts a check for nothing in a composed function that a library for tracing has wrapped', async () => {
  const Koa = loadCopy('koa', import.meta.url) as typeof Koa3;
  const prototype = Koa.prototype as unknown as { use: Use };
  const { use } = prototype;
  // Such a library starts before the application, so its wrapper is below that of this package.
  prototype.use = function (middleware) {
    return use.call(this, trace(middleware));
  };
  const faults: Error[] = [];
  const app = protect(new Koa());
  app.use(authorizationErrors({ onError: (fault) => faults.push(fault as Error) }));
  app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
  const check = async ({ state }: Context, next: Next) => {
    await state.authz.authorize('read', 'thing');
    await next();
  };
  app.use(compose<Context>([check, show]) as Middleware);
  const handle = app.callback();
  const { status } = await request(createServer((req, res) => void handle(req, res))).get('/');
  expect(status).toBe(500);
  expect(faults[0]!.message).toMatch(/composed middleware \(.*wrapped-requirements\.test\.ts:\d+\)/);
});
