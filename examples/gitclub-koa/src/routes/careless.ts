import Router from '@koa/router';
import { deleteRepository, listIssues, type Database } from '@nanook/example-gitclub';
import type { Middleware } from 'koa';

// Forgotten on purpose: no check runs here.

/** Not a route, so `protect` does not see it; the response guard blocks its response. */
export const carelessListing =
  (db: Database): Middleware =>
  async (ctx, next) => {
    if (ctx.path !== '/careless/issues') return next();
    ctx.body = await listIssues(db, 'anvil');
  };

export function carelessRoutes(db: Database): Router {
  const router = new Router({ prefix: '/careless' });

  // A route without a requirement: `protect` does not run it.
  router.delete('/anvil', async (ctx) => {
    await deleteRepository(db, 'anvil');
    ctx.status = 204;
  });

  return router;
}
