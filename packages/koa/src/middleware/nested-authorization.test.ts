import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import type Koa3 from 'koa';
import type { Context, Middleware } from 'koa';
import compose from 'koa-compose';
import mount from 'koa-mount';
import { createServer } from 'node:http';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const strict = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const open = await Authorizer.load({ policies: 'allow(_, "read", "thing");' });
const read = () => authorize('read', () => 'thing');
const openOne = (): Middleware => authorization(open, { actor: () => 'anyone' });
const answer: Middleware = (ctx) => void (ctx.body = 'a thing');
const mayRead = (ctx: Context): Promise<boolean> => ctx.state.authz.can('read', 'thing');
const goOn: Middleware = (_ctx, next) => next();
const routes = (router: Router) => router.routes() as unknown as Middleware;

describe.each(testedVersions(majors))('a second authorization(…) in %s', (_major, Koa) => {
  /** Sends a request of bob, whom only the second authorizer allows to read. */
  const ask = async (fill: (app: Koa3) => unknown, path: string) => {
    const app = new Koa().use(authorizationErrors());
    app.use(authorization(strict, { actor: () => 'bob' })).use(authorize());
    fill(app);
    const handle = app.callback();
    const server = createServer((req, res) => void handle(req, res));
    const { status, text } = await request(server).get(path);
    return status === 200 ? text : status;
  };

  it.each<[string, (...handlers: Middleware[]) => Middleware]>([
    [
      'a router',
      (...handlers) =>
        routes(
          new Router()
            .use(...handlers)
            .get('/inside', read(), answer)
            .get('/after', goOn),
        ),
    ],
    [
      'skipped middleware',
      (...handlers) => {
        const inner = new Koa();
        for (const handler of handlers) inner.use(handler);
        return skipAuthorization(
          'a test',
          mount(inner.use(routes(new Router().get('/inside', read(), answer)))),
        );
      },
    ],
    [
      'a mounted application',
      (...handlers) => {
        const inner = new Koa();
        for (const handler of handlers) inner.use(handler);
        return mount(inner.use(routes(new Router().get('/inside', read(), answer))));
      },
    ],
  ])('decides in %s that uses it, and not after it', async (_name, contain) => {
    const fill = (app: Koa3) => {
      const router = new Router().get('/after', read(), answer);
      app.use(contain(openOne(), goOn)).use(routes(router));
    };
    expect([await ask(fill, '/inside'), await ask(fill, '/after')]).toEqual(['a thing', 404]);
  });

  it('decides nothing after the composed middleware that contains it', async () => {
    const fill = (app: Koa3) =>
      app
        .use(compose([openOne(), goOn]))
        .use(read())
        .use(answer);
    expect(await ask(fill, '/')).toBe(404);
  });

  it('decides again in its application when the handlers after it have returned, and not outside', async () => {
    const results: boolean[] = [];
    const record: Middleware = async (ctx, next) => {
      results.push(await mayRead(ctx as Context));
      await next();
      results.push(await mayRead(ctx as Context));
    };
    const inner = new Koa().use(openOne()).use(record);
    await ask((app) => app.use(record).use(mount(inner)).use(record), '/');
    expect(results).toEqual([false, true, false, false, true, false]);
  });

  it('replaces the first one where the application uses it, directly or from a function with its own next', async () => {
    const used = (app: Koa3) => app.use(openOne()).use(read()).use(answer);
    const called = (app: Koa3) =>
      app
        .use((ctx, next) => openOne()(ctx, next))
        .use(read())
        .use(answer);
    expect([await ask(used, '/'), await ask(called, '/')]).toEqual(['a thing', 'a thing']);
  });
});
