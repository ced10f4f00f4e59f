import Router from '@koa/router';
import {
  createIssue,
  deleteRepository,
  findRepository,
  readPage,
  type Database,
  type Repository,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/koa';

export function repositoryRoutes(db: Database): Router {
  const router = new Router({ prefix: '/repositories' });
  const load = (ctx: { params: { id: string } }) => findRepository(db, ctx.params.id);

  router.get('/', authorize('list', 'Repository'), async (ctx) => {
    ctx.body = await readPage(ctx.state.authz, 'Repository', ctx.query, { orderBy: { name: 'desc' } });
  });

  // With the actions that the actor may perform, for the buttons of a page.
  router.get('/:id', authorize('read', load), async (ctx) => {
    const repository = ctx.state.authz.resource as Repository;
    ctx.body = { ...repository, actions: [...(await ctx.state.authz.actions(repository))] };
  });

  router.delete('/:id', authorize('delete', load), async (ctx) => {
    await deleteRepository(db, (ctx.state.authz.resource as Repository).id);
    ctx.status = 204;
  });

  router.get('/:id/issues', authorize('list_issues', load), async (ctx) => {
    const { id: repositoryId } = ctx.state.authz.resource as Repository;
    const options = { where: { repositoryId }, orderBy: { id: 'desc' } } as const;
    ctx.body = await readPage(ctx.state.authz, 'Issue', ctx.query, options);
  });

  router.post('/:id/issues', authorize('create_issue', load), async (ctx) => {
    const { id: repositoryId } = ctx.state.authz.resource as Repository;
    const { id } = (await ctx.state.authz.actor()) as User;
    const { title } = ctx.request.body as { title: string };
    ctx.body = await createIssue(db, repositoryId, id, title);
    ctx.status = 201;
  });

  return router;
}
