import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa, { type Context, type Next } from 'koa';
import { createServer } from 'node:http';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { authorization, authorizationErrors, authorize, protect } from '../index.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing');
const show = (ctx: Context) => void (ctx.body = 'shown');
const goOn = (_ctx: Context, next: Next) => next();

type Parameter = (id: string, ctx: Context, next: Next) => unknown;
const decides: Parameter = async (_id, ctx, next) => {
  await ctx.state.authz.authorize('read', 'thing');
  await next();
};
const skips: Parameter = (_id, ctx, next) => {
  ctx.state.authz.skip('the parameter');
  return next();
};
const responds: Parameter = (_id, ctx) => void (ctx.body = 'secret');

type Routes = (router: Router) => unknown;

describe.each(['before the routes', 'after the routes', 'after the first request'])(
  'a function for a parameter that is added %s',
  (order) => {
    const faults: string[] = [];
    beforeEach(() => faults.splice(0));

    /** Returns a function that asks an application for `/1`. */
    async function serve(router: Router, routes: Routes, parameter: Parameter, fill: (app: Koa) => void) {
      const addParameter = () => router.param('id', parameter as never);
      if (order === 'before the routes') addParameter();
      routes(router);
      if (order === 'after the routes') addParameter();
      const app = new Koa();
      app.use(authorizationErrors({ onError: (fault) => faults.push((fault as { code: string }).code) }));
      app.use(authorization(authorizer, { actor: () => 'alice' }));
      fill(app);
      const handle = app.callback();
      const ask = async () => {
        const { status, text } = await request(createServer((req, res) => void handle(req, res))).get('/1');
        return status === 200 ? text : status;
      };
      if (order === 'after the first request') {
        await ask();
        faults.splice(0);
        addParameter();
      }
      return ask;
    }

    it('decides for the handlers of its route', async () => {
      const router = new Router();
      const routes: Routes = () => router.get('/:id', show);
      const ask = await serve(router, routes, decides, (app) => app.use(authorize()).use(router.routes()));
      expect(await ask()).toBe('shown');
    });

    it('decides for no other route of its router', async () => {
      const router = new Router();
      const routes: Routes = () => router.get('/:id', goOn).get('/:other', show);
      const ask = await serve(router, routes, skips, (app) => app.use(authorize()).use(router.routes()));
      expect(await ask()).toBe(500);
      expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
    });

    it('decides for no handler after its router', async () => {
      const router = new Router();
      const routes: Routes = () => router.get('/:id', goOn);
      const fill = (app: Koa) => app.use(authorize()).use(router.routes()).use(show);
      const ask = await serve(router, routes, skips, fill);
      expect(await ask()).toBe(500);
      expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
    });

    it('cannot respond before the requirement of a protected route', async () => {
      const router = protect(new Router());
      const routes: Routes = () => router.get('/:id', read(), show);
      const ask = await serve(router, routes, responds, (app) => app.use(router.routes()));
      expect(await ask()).toBe(500);
      expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
    });

    it('does not run for a protected route without a requirement', async () => {
      const router = protect(new Router());
      const routes: Routes = () => router.get('/:id', show);
      const ask = await serve(router, routes, responds, (app) => app.use(router.routes()));
      expect(await ask()).toBe(500);
      expect(faults).toEqual(['NANOOK_HTTP_UNPROTECTED_ROUTE']);
    });

    it('cannot respond before the requirement of a nested route', async () => {
      const router = protect(new Router());
      const routes: Routes = () => router.use('/:id', new Router().get('/', read(), show).routes() as never);
      const ask = await serve(router, routes, responds, (app) => app.use(router.routes()));
      expect(await ask()).toBe(500);
      expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
    });
  },
);
