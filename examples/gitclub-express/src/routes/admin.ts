import { authorize } from '@nanook/express';
import { Router } from 'express';
import type { Database } from '../domain/database.ts';
import { listUsers } from '../domain/users.ts';

export function adminRoutes(db: Database): Router {
  const router = Router();

  router.get('/users', authorize('list', 'User'), async (_req, res) => {
    res.json(await listUsers(db));
  });

  return router;
}
