import {
  createIssue,
  deleteRepository,
  findRepository,
  readPage,
  type Database,
  type Repository,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/express';
import { Router } from 'express';

export function repositoryRoutes(db: Database): Router {
  const router = Router();
  const load = (req: { params: { id: string } }) => findRepository(db, req.params.id);

  router.get('/', authorize('list', 'Repository'), async (req, res) => {
    res.json(await readPage(req.authz, 'Repository', req.query, { orderBy: { name: 'desc' } }));
  });

  // With the actions that the actor may perform, for the buttons of a page.
  router.get('/:id', authorize('read', load), async (req, res) => {
    const repository = req.authz.resource as Repository;
    res.json({ ...repository, actions: [...(await req.authz.actions(repository))] });
  });

  router.delete('/:id', authorize('delete', load), async (req, res) => {
    await deleteRepository(db, req.params.id);
    res.status(204).end();
  });

  router.get('/:id/issues', authorize('list_issues', load), async (req, res) => {
    const where = { repositoryId: req.params.id };
    res.json(await readPage(req.authz, 'Issue', req.query, { where, orderBy: { id: 'desc' } }));
  });

  router.post('/:id/issues', authorize('create_issue', load), async (req, res) => {
    const { id } = (await req.authz.actor()) as User;
    const { title } = req.body as { title: string };
    res.status(201).json(await createIssue(db, req.params.id, id, title));
  });

  return router;
}
