import {
  createOrganization,
  createRepository,
  findOrganization,
  readPage,
  type Database,
  type Organization,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/fastify';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';

export const organizationRoutes =
  (db: Database): FastifyPluginAsync =>
  async (app) => {
    const load = (request: FastifyRequest<{ Params: { id: string } }>) =>
      findOrganization(db, request.params.id);

    // There is no organization yet, so the type is the resource.
    app.post('/', { preHandler: authorize('create', 'Organization') }, async (request, reply) => {
      const { id } = (await request.authz.actor()) as User;
      const { id: organizationId, name } = request.body as Organization;
      reply.code(201);
      return createOrganization(db, id, organizationId, name);
    });

    app.get('/:id', { preHandler: authorize('read', load) }, (request) => request.authz.resource);

    app.get('/:id/repositories', { preHandler: authorize('list_repositories', load) }, (request) => {
      const { id: organizationId } = request.authz.resourceOf(load);
      return readPage(request.authz, 'Repository', request.query as Record<string, unknown>, {
        where: { organizationId },
      });
    });

    app.post(
      '/:id/repositories',
      { preHandler: authorize('create_repository', load) },
      async (request, reply) => {
        const { id: organizationId } = request.authz.resourceOf(load);
        const { id, name } = request.body as { id: string; name: string };
        reply.code(201);
        return createRepository(db, organizationId, id, name);
      },
    );
  };
