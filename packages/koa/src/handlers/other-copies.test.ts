import type EsmRouter from '@koa/router';
import { Authorizer } from '@nanook/core';
import InstalledKoa, { type Context, type Middleware, type Next } from 'koa';
import { createServer } from 'node:http';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { loadCopy } from '../../../../tools/package-copy.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

// A process can have a copy of a package that is not the one which this package resolves. Each test asks the applications of such a copy one
// after another: the result must not depend on the applications before it.

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing') as never;
const show = (ctx: Pick<Context, 'body'>) => void (ctx.body = 'shown');
const skipAndGoOn = (ctx: Context, next: Next) => {
  ctx.state.authz.skip('a public page');
  return next();
};
const checkAndGoOn = async (ctx: Context, next: Next) => {
  await ctx.state.authz.authorize('read', 'thing');
  await next();
};

const faults: { readonly code: string; readonly message: string }[] = [];
afterEach(() => faults.splice(0));

const ask = async (path: string, fill: (app: InstalledKoa) => unknown, app = new InstalledKoa()) => {
  app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
  app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
  fill(app);
  const handle = app.callback();
  const { status, text } = await request(createServer((req, res) => void handle(req, res))).get(path);
  return status === 200 ? text : status;
};

const classOf = <Class>(name: string): Class => {
  const loaded = loadCopy(name, import.meta.url) as { readonly default?: Class };
  return loaded.default ?? (loaded as Class);
};

describe.each(['@koa/router', 'koa-router'])('a router of another copy of %s', (name) => {
  type Use = (app: InstalledKoa, router: EsmRouter) => unknown;
  const directly: Use = (app, router) => app.use(router.routes() as Middleware);
  const inFunction: Use = (app, router) => app.use((ctx, next) => router.routes()(ctx as never, next));

  const openers: [string, Use, (router: EsmRouter) => EsmRouter, string][] = [
    [
      'with a route that skips and calls next',
      directly,
      (router) => router.get('/:any', skipAndGoOn as never).get('/in', show),
      'belong to another router or route',
    ],
    [
      'with such a route, where a function calls it',
      inFunction,
      (router) => router.get('/:any', skipAndGoOn as never).get('/in', show),
      'a router that is not followed',
    ],
    [
      'with middleware that checks, where a function calls it',
      inFunction,
      (router) => router.use(checkAndGoOn as never).get('/in', show),
      'a router that is not followed',
    ],
    [
      'that uses a requirement',
      directly,
      (router) => router.use(read()).get('/in', show),
      'call `protect` with it when you create it',
    ],
  ];
  it.each(openers)('%s is blocked, also after another router', async (_how, use, fill, reason) => {
    const Router = classOf<typeof EsmRouter>(name);
    for (const prepare of [() => {}, () => {}, () => protect(new Router())]) {
      prepare();
      expect(await ask('/in', (app) => use(app, fill(new Router())))).toBe(500);
      expect(faults.splice(0)).toMatchObject([
        { code: 'NANOOK_HTTP_UNDECIDED_ROUTE', message: expect.stringContaining(reason) as string },
      ]);
    }
  });

  it('counts the requirement of a route', async () => {
    const Router = classOf<typeof EsmRouter>(name);
    const fill = () => new Router().get('/in', read(), show);
    for (let i = 0; i < 2; i += 1) expect(await ask('/in', (app) => directly(app, fill()))).toBe('shown');
  });

  it.each<[string, Use]>([
    ['directly', directly],
    ['in a function', inFunction],
  ])('counts what it uses if `protect` receives it first, and it is called %s', async (_how, use) => {
    const Router = classOf<typeof EsmRouter>(name);
    const created = () => protect(new Router());
    const ruled = created().use(read()).get('/in', show);
    expect(await ask('/in', (app) => use(app, ruled))).toBe('shown');
    const passing = created().get(
      '/:any',
      skipAuthorization('public') as never,
      ((_ctx: Context, next: Next) => next()) as never,
    );
    expect(await ask('/in', (app) => use(app, passing.get('/in', show)))).toBe(500);
    const nested = () => created().use(created().use(read()).get('/in', show).routes()).get('/out', show);
    expect(await ask('/in', (app) => use(app, nested()))).toBe('shown');
    expect(await ask('/out', (app) => use(app, nested()))).toBe(500);
  });
});

describe.each(['koa', 'koa2'])('an application of another copy of %s', (name) => {
  it.each<[string, (app: InstalledKoa) => unknown]>([
    ['middleware that checks and calls next', (app) => app.use(checkAndGoOn).use(show)],
    ['middleware that skips and calls next', (app) => app.use(skipAndGoOn).use(show)],
    [
      'middleware that skips and responds',
      (app) => app.use((ctx) => void skipAndGoOn(ctx, () => Promise.resolve(show(ctx)))),
    ],
    ['a requirement', (app) => app.use(read()).use(show)],
  ])('with %s is blocked, also after another application', async (_how, fill) => {
    const Koa = classOf<typeof InstalledKoa>(name);
    for (const prepare of [() => {}, () => {}, () => protect(new Koa())]) {
      prepare();
      expect(await ask('/', fill, new Koa())).toBe(500);
      expect(faults.splice(0)).toMatchObject([
        {
          message: expect.stringContaining(
            'call `protect` with an application of another copy of Koa',
          ) as string,
        },
      ]);
    }
  });

  it('counts what it uses if `protect` receives it first', async () => {
    const Koa = classOf<typeof InstalledKoa>(name);
    for (let i = 0; i < 2; i += 1) {
      expect(await ask('/', (app) => app.use(read()).use(show), protect(new Koa()))).toBe('shown');
      expect(await ask('/', (app) => app.use(checkAndGoOn).use(show), protect(new Koa()))).toBe(500);
    }
  });
});
