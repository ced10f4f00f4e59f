import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Next } from 'koa';
import Router from 'koa-router';
import { createServer } from 'node:http';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, listRoutes, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// A router of koa-router 7 mounts the layers of a nested router themselves, not copies of them.

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = (): Router.IMiddleware => authorize('read', () => 'thing') as never;
const skip = (): Router.IMiddleware => skipAuthorization('public') as never;
const show = (ctx: Pick<Context, 'body'>) => void (ctx.body = 'shown');
const goOn = (_ctx: unknown, next: Next) => next();

describe.each(testedVersions(majors))('a router of koa-router 7 in %s', (_major, Koa) => {
  const appOf = (isProtecting: boolean, ...routers: Router[]) => {
    const app = new Koa();
    app.silent = true;
    if (isProtecting) protect(app);
    app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
    for (const router of routers) app.use(router.routes() as never);
    return app;
  };
  const ask = async (app: Koa3, path: string) => {
    const handle = app.callback();
    const { status, text } = await request(createServer((req, res) => void handle(req, res))).get(path);
    return status === 200 ? text : status;
  };

  describe.each([
    ['with protect', true],
    ['with the response guard alone', false],
  ])('%s', (_name, isProtecting) => {
    it('counts the requirement of a nested router for its own routes only', async () => {
      const inner = new Router().use(read()).get('/in', show);
      const outer = new Router().use(inner.routes()).get('/out', show);
      const app = appOf(isProtecting, outer);
      expect([await ask(app, '/in'), await ask(app, '/out')]).toEqual(['shown', 500]);
      const listed = listRoutes(app).map(({ path, requirements }) => [path, requirements.length]);
      expect(listed).toEqual([
        ['/in', 2],
        ['/out', 1],
      ]);
    });

    it('counts the requirement of a router for the routes of nested routers', async () => {
      const inner = new Router().get('/in', show);
      const outer = new Router().use(read()).use(inner.routes());
      expect(await ask(appOf(isProtecting, outer), '/in')).toBe('shown');
      expect(listRoutes(outer).map(({ requirements }) => requirements.length)).toEqual([1]);
    });

    it('counts nothing of a router that mounts the same layers', async () => {
      const inner = new Router().get('/in', show).get('/own', read(), show);
      const outer = new Router().use(read()).use(inner.routes()).get('/:any', goOn);
      expect(await ask(appOf(isProtecting, inner), '/in')).toBe(500);
      expect(await ask(appOf(isProtecting, inner, outer), '/own')).toBe('shown');
      expect(await ask(appOf(isProtecting, outer, inner), '/in')).toBe('shown');
      expect(listRoutes(inner).map(({ requirements }) => requirements.length)).toEqual([0, 1]);
    });

    it('does not open a later route with a skip', async () => {
      const router = new Router().get('/:any', skip(), goOn).get('/users', show);
      expect(await ask(appOf(isProtecting, router), '/users')).toBe(500);
    });
  });
});
