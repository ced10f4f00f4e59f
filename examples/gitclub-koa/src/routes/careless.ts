import Router from '@koa/router';
import { deleteRepository, listIssues, type Database } from '@nanook/example-gitclub';
import type { Middleware } from 'koa';

// Written in a hurry: nobody is asked whether the actor may.

/** No route, so `protect` does not see it; the safety net withholds what it answers. */
export const carelessListing =
  (db: Database): Middleware =>
  async (ctx, next) => {
    if (ctx.path !== '/careless/issues') return next();
    ctx.body = await listIssues(db, 'anvil');
  };

export function carelessRoutes(db: Database): Router {
  const router = new Router({ prefix: '/careless' });

  // A route without a rule: `protect` does not let it run.
  router.delete('/anvil', async (ctx) => {
    await deleteRepository(db, 'anvil');
    ctx.status = 204;
  });

  return router;
}
