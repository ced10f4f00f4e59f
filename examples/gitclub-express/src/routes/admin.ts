import { listUsers, type Database } from '@nanook/example-gitclub';
import { authorize } from '@nanook/express';
import { Router } from 'express';

export function adminRoutes(db: Database): Router {
  const router = Router();

  router.get('/users', authorize('list', 'User'), async (_req, res) => {
    res.json(await listUsers(db));
  });

  return router;
}
