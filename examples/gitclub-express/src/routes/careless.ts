import { deleteRepository, listIssues, type Database } from '@nanook/example-gitclub';
import { Router } from 'express';

/** Forgotten on purpose: no check runs here. */
export function carelessRoutes(db: Database): Router {
  const router = Router();

  // Not a route, so `protect` does not see it; the response guard blocks its response.
  router.use('/issues', async (_req, res) => {
    res.json(await listIssues(db, 'anvil'));
  });

  // A route without a requirement: `protect` does not run it.
  router.delete('/anvil', async (_req, res) => {
    await deleteRepository(db, 'anvil');
    res.status(204).end();
  });

  return router;
}
