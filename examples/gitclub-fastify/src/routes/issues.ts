import { closeIssue, findIssue, type Database } from '@nanook/example-gitclub';
import { authorize } from '@nanook/fastify';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';

export const issueRoutes =
  (db: Database): FastifyPluginAsync =>
  async (app) => {
    const load = (request: FastifyRequest<{ Params: { id: string } }>) =>
      findIssue(db, Number(request.params.id));

    app.get('/:id', { preHandler: authorize('read', load) }, (request) => request.authz.resource);

    app.post('/:id/close', { preHandler: authorize('close', load) }, (request) =>
      closeIssue(db, request.authz.resourceOf(load).id),
    );
  };
