import Router from '@koa/router';
import {
  createOrganization,
  createRepository,
  findOrganization,
  readPage,
  type Database,
  type Organization,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/koa';

export function organizationRoutes(db: Database): Router {
  const router = new Router({ prefix: '/organizations' });
  const load = (ctx: { params: { id: string } }) => findOrganization(db, ctx.params.id);

  // There is no organization yet, so the type is the resource.
  router.post('/', authorize('create', 'Organization'), async (ctx) => {
    const { id } = (await ctx.state.authz.actor()) as User;
    const { id: organizationId, name } = ctx.request.body as Organization;
    ctx.body = await createOrganization(db, id, organizationId, name);
    ctx.status = 201;
  });

  router.get('/:id', authorize('read', load), (ctx) => {
    ctx.body = ctx.state.authz.resource;
  });

  router.get('/:id/repositories', authorize('list_repositories', load), async (ctx) => {
    const { id: organizationId } = ctx.state.authz.resource as Organization;
    ctx.body = await readPage(ctx.state.authz, 'Repository', ctx.query, { where: { organizationId } });
  });

  router.post('/:id/repositories', authorize('create_repository', load), async (ctx) => {
    const { id: organizationId } = ctx.state.authz.resource as Organization;
    const { id, name } = ctx.request.body as { id: string; name: string };
    ctx.body = await createRepository(db, organizationId, id, name);
    ctx.status = 201;
  });

  return router;
}
