import Router from '@koa/router';
import { listUsers, type Database } from '@nanook/example-gitclub';
import { authorize } from '@nanook/koa';

export function adminRoutes(db: Database): Router {
  // The policy compares paths exactly, so the routes must do the same.
  const router = new Router({ prefix: '/admin', sensitive: true });

  router.get('/users', authorize('list', 'User'), async (ctx) => {
    ctx.body = await listUsers(db);
  });

  return router;
}
