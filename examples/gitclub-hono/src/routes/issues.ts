import { closeIssue, findIssue, type Database } from '@nanook/example-gitclub';
import { authorize } from '@nanook/hono';
import { Hono, type Context, type Env } from 'hono';

export function issueRoutes(db: Database): Hono {
  const app = new Hono();
  const load = (c: Context<Env, '/:id'>) => findIssue(db, Number(c.req.param('id')));

  app.get('/:id', authorize('read', load), (c) => c.json(c.var.authz.resource));

  app.post('/:id/close', authorize('close', load), async (c) =>
    c.json(await closeIssue(db, c.var.authz.resource.id)),
  );

  return app;
}
