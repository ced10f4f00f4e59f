import { closeIssue, findIssue, type Database, type Issue } from '@nanook/example-gitclub';
import { authorize } from '@nanook/express';
import { Router } from 'express';

export function issueRoutes(db: Database): Router {
  const router = Router();
  const load = (req: { params: { id: string } }) => findIssue(db, Number(req.params.id));

  router.get('/:id', authorize('read', load), (req, res) => {
    res.json(req.authz.resource);
  });

  router.post('/:id/close', authorize('close', load), async (req, res) => {
    res.json(await closeIssue(db, (req.authz.resource as Issue).id));
  });

  return router;
}
