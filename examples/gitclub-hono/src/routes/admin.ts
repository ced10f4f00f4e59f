import { listUsers, type Database } from '@nanook/example-gitclub';
import { authorize } from '@nanook/hono';
import { Hono } from 'hono';

export const adminRoutes = (db: Database): Hono =>
  new Hono().get('/users', authorize('list', 'User'), async (c) => c.json(await listUsers(db)));
