import {
  createOrganization,
  createRepository,
  findOrganization,
  readPage,
  type Database,
  type Organization,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/hono';
import { Hono, type Context, type Env } from 'hono';

export function organizationRoutes(db: Database): Hono {
  const app = new Hono();
  const load = (c: Context<Env, '/:id'>) => findOrganization(db, c.req.param('id'));

  // There is no organization yet, so the type is the resource.
  app.post('/', authorize('create', 'Organization'), async (c) => {
    const { id } = (await c.var.authz.actor()) as User;
    const { id: organizationId, name } = await c.req.json<Organization>();
    return c.json(await createOrganization(db, id, organizationId, name), 201);
  });

  app.get('/:id', authorize('read', load), (c) => c.json(c.var.authz.resource));

  app.get('/:id/repositories', authorize('list_repositories', load), async (c) => {
    const { authz } = c.var;
    const options = { where: { organizationId: authz.resource.id } };
    return c.json(await readPage(authz, 'Repository', c.req.query(), options));
  });

  app.post('/:id/repositories', authorize('create_repository', load), async (c) => {
    const { id, name } = await c.req.json<{ id: string; name: string }>();
    return c.json(await createRepository(db, c.var.authz.resource.id, id, name), 201);
  });

  return app;
}
