import { Authorizer } from '@nanook/core';
import EsmRouter from '@koa/router';
import Koa, { type Context, type Middleware, type Next } from 'koa';
import compose from 'koa-compose';
import mount from 'koa-mount';
import Router7 from 'koa-router';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import request from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

// No application of this process has called `protect` before the first half of these tests.

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing') as never;
const skip = () => skipAuthorization('public') as never;
const show = (ctx: Pick<Context, 'body'>) => void (ctx.body = 'shown');
const goOn = (_ctx: unknown, next: Next) => next();

const { default: CommonRouter } = createRequire(import.meta.url)('@koa/router') as {
  default: typeof EsmRouter;
};

const routers: [string, () => EsmRouter][] = [
  ['the ES module of @koa/router', () => new EsmRouter()],
  ['the CommonJS module of @koa/router', () => new CommonRouter()],
  ['koa-router 7', () => new Router7() as unknown as EsmRouter],
];

const ask = async (path: string, fill: (app: Koa) => unknown) => {
  const app = new Koa();
  app.use(authorizationErrors({ onError: () => {} }));
  app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
  fill(app);
  const handle = app.callback();
  const { status, text } = await request(createServer((req, res) => void handle(req, res))).get(path);
  return status === 200 ? text : status;
};

const callProtect = () => {
  protect(new Koa()).use(protect(new EsmRouter()).routes());
};

describe.each([
  ['before the first call of protect', () => {}],
  ['after the first call of protect', callProtect],
])('%s', (_when, prepare) => {
  beforeAll(prepare);

  describe.each(routers)('%s', (_name, newRouter) => {
    const pages = () => newRouter().get('/:any', skip(), goOn).routes() as Middleware;
    const admin = () => newRouter().get('/users', show).routes() as Middleware;

    it('counts the requirement that a plain router uses', async () => {
      const router = newRouter().use(read()).get('/in', show);
      expect(await ask('/in', (app) => app.use(router.routes()))).toBe('shown');
      expect(await ask('/in', (app) => app.use((ctx, next) => router.routes()(ctx as never, next)))).toBe(
        'shown',
      );
    });

    it('counts the requirement that a nested router uses, and not outside of it', async () => {
      const inner = newRouter().use(read()).get('/in', show);
      const outer = newRouter().use(inner.routes()).get('/out', show);
      expect(await ask('/in', (app) => app.use(outer.routes()))).toBe('shown');
      expect(await ask('/out', (app) => app.use(outer.routes()))).toBe(500);
    });

    it.each<[string, (app: Koa) => unknown]>([
      ['the application uses', (app) => app.use(pages()).use(admin())],
      ['a function composes', (app) => app.use(compose([pages(), admin()]))],
      [
        'functions call',
        (app) => app.use((ctx, next) => pages()(ctx, next)).use((ctx, next) => admin()(ctx, next)),
      ],
      ['a mounted application uses', (app) => app.use(mount(new Koa().use(pages()))).use(admin())],
    ])('does not open a later router with a skip, where %s the routers', async (_how, place) => {
      expect(await ask('/users', place)).toBe(500);
    });

    it.each<[string, (app: Koa, routes: Middleware) => unknown]>([
      ['the application uses', (app, routes) => app.use(routes)],
      ['a function composes', (app, routes) => app.use(compose([routes]))],
      ['a function calls', (app, routes) => app.use((ctx, next) => routes(ctx, next))],
      ['a mounted application uses', (app, routes) => app.use(mount(new Koa().use(routes)))],
    ])('does not open a later route with a skip, where %s the router', async (_how, place) => {
      const router = newRouter().get('/:any', skip(), goOn).get('/users', show);
      expect(await ask('/users', (app) => place(app, router.routes() as Middleware))).toBe(500);
    });
  });
});
