import { listIssues, type Database } from '@nanook/example-gitclub';
import { Hono } from 'hono';

// Forgotten on purpose: no check runs here. `protect` would refuse the application.
export const carelessRoutes = (db: Database): Hono =>
  // The response guard blocks the response.
  new Hono().get('/issues', async (c) => c.json(await listIssues(db, 'anvil')));
