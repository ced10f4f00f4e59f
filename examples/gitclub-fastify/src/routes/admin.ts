import { listUsers, type Database } from '@nanook/example-gitclub';
import { authorize } from '@nanook/fastify';
import type { FastifyPluginAsync } from 'fastify';

export const adminRoutes =
  (db: Database): FastifyPluginAsync =>
  async (app) => {
    app.get('/users', { preHandler: authorize('list', 'User') }, () => listUsers(db));
  };
