import Router from '@koa/router';
import { closeIssue, findIssue, type Database, type Issue } from '@nanook/example-gitclub';
import { authorize } from '@nanook/koa';

export function issueRoutes(db: Database): Router {
  const router = new Router({ prefix: '/issues' });
  const load = (ctx: { params: { id: string } }) => findIssue(db, Number(ctx.params.id));

  router.get('/:id', authorize('read', load), (ctx) => {
    ctx.body = ctx.state.authz.resource;
  });

  router.post('/:id/close', authorize('close', load), async (ctx) => {
    ctx.body = await closeIssue(db, (ctx.state.authz.resource as Issue).id);
  });

  return router;
}
