import { deleteRepository, listIssues, type Database } from '@nanook/example-gitclub';
import { Router } from 'express';

/** Written in a hurry: nobody is asked whether the actor may. */
export function carelessRoutes(db: Database): Router {
  const router = Router();

  // No route, so `protect` does not see it; the safety net withholds what it answers.
  router.use('/issues', async (_req, res) => {
    res.json(await listIssues(db, 'anvil'));
  });

  // A route without a rule: `protect` does not let it run.
  router.delete('/anvil', async (_req, res) => {
    await deleteRepository(db, 'anvil');
    res.status(204).end();
  });

  return router;
}
