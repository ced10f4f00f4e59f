import { listIssues, type Database } from '@nanook/example-gitclub';
import type { FastifyPluginAsync } from 'fastify';

// Forgotten on purpose: no check runs here. Without `protect: false`, the application would not start.
export const carelessRoutes =
  (db: Database): FastifyPluginAsync =>
  async (app) => {
    app.get('/issues', () => listIssues(db, 'anvil')); // the response guard blocks the response
  };
