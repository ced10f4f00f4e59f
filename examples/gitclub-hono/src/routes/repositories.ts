import {
  createIssue,
  deleteRepository,
  findRepository,
  readPage,
  type Database,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/hono';
import { Hono, type Context, type Env } from 'hono';

export function repositoryRoutes(db: Database): Hono {
  const app = new Hono();
  const load = (c: Context<Env, '/:id'>) => findRepository(db, c.req.param('id'));

  app.get('/', authorize('list', 'Repository'), async (c) =>
    c.json(await readPage(c.var.authz, 'Repository', c.req.query(), { orderBy: { name: 'desc' } })),
  );

  // With the actions that the actor may perform, for the buttons of a page.
  app.get('/:id', authorize('read', load), async (c) => {
    const { authz } = c.var;
    return c.json({ ...authz.resource, actions: [...(await authz.actions(authz.resource))] });
  });

  app.delete('/:id', authorize('delete', load), async (c) => {
    await deleteRepository(db, c.var.authz.resource.id);
    return c.body(null, 204);
  });

  app.get('/:id/issues', authorize('list_issues', load), async (c) => {
    const { authz } = c.var;
    const options = { where: { repositoryId: authz.resource.id }, orderBy: { id: 'desc' } } as const;
    return c.json(await readPage(authz, 'Issue', c.req.query(), options));
  });

  app.post('/:id/issues', authorize('create_issue', load), async (c) => {
    const { id } = (await c.var.authz.actor()) as User;
    const { title } = await c.req.json<{ title: string }>();
    return c.json(await createIssue(db, c.var.authz.resource.id, id, title), 201);
  });

  return app;
}
