import Router from '@koa/router';
import type { Authorizer } from '@nanook/core';
import { authorization, authorizationErrors, authorize, protect } from '@nanook/koa';
import Koa from 'koa';
import { findNote, findUser } from './model.ts';

export function koaApp(authorizer: Authorizer) {
  const app = new Koa();
  app.use(authorizationErrors());
  // shown: start
  app.use(authorization(authorizer, {
    actor: (ctx) => findUser(ctx.get('x-user')),
  }));

  const router = protect(new Router());
  router.get('/notes/:id',
    authorize('read', (ctx) => findNote(ctx.params['id'])),
    (ctx) => { ctx.body = ctx.state.authz.resource; });
  // shown: end
  app.use(router.routes());
  return app;
}
