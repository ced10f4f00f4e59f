import {
  createIssue,
  deleteRepository,
  findRepository,
  readPage,
  type Database,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/fastify';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';

export const repositoryRoutes =
  (db: Database): FastifyPluginAsync =>
  async (app) => {
    const load = (request: FastifyRequest<{ Params: { id: string } }>) =>
      findRepository(db, request.params.id);

    app.get('/', { preHandler: authorize('list', 'Repository') }, ({ authz, query }) =>
      readPage(authz, 'Repository', query as Record<string, unknown>, { orderBy: { name: 'desc' } }),
    );

    // With the actions that the actor may perform, for the buttons of a page.
    app.get('/:id', { preHandler: authorize('read', load) }, async ({ authz }) => {
      const repository = authz.resourceOf(load);
      return { ...repository, actions: [...(await authz.actions(repository))] };
    });

    app.delete('/:id', { preHandler: authorize('delete', load) }, async ({ authz }, reply) => {
      await deleteRepository(db, authz.resourceOf(load).id);
      return reply.code(204).send();
    });

    app.get('/:id/issues', { preHandler: authorize('list_issues', load) }, ({ authz, query }) => {
      const { id: repositoryId } = authz.resourceOf(load);
      return readPage(authz, 'Issue', query as Record<string, unknown>, {
        where: { repositoryId },
        orderBy: { id: 'desc' },
      });
    });

    app.post(
      '/:id/issues',
      { preHandler: authorize('create_issue', load) },
      async ({ authz, body }, reply) => {
        const { id: repositoryId } = authz.resourceOf(load);
        const { id } = (await authz.actor()) as User;
        reply.code(201);
        return createIssue(db, repositoryId, id, (body as { title: string }).title);
      },
    );
  };
