import {
  createOrganization,
  createRepository,
  findOrganization,
  readPage,
  type Database,
  type Organization,
  type User,
} from '@nanook/example-gitclub';
import { authorize } from '@nanook/express';
import { Router } from 'express';

export function organizationRoutes(db: Database): Router {
  const router = Router();
  const load = (req: { params: { id: string } }) => findOrganization(db, req.params.id);

  // There is no organization yet, so the type is the resource.
  router.post('/', authorize('create', 'Organization'), async (req, res) => {
    const { id } = (await req.authz.actor()) as User;
    const { id: organizationId, name } = req.body as Organization;
    res.status(201).json(await createOrganization(db, id, organizationId, name));
  });

  router.get('/:id', authorize('read', load), (req, res) => {
    res.json(req.authz.resource);
  });

  router.get('/:id/repositories', authorize('list_repositories', load), async (req, res) => {
    const where = { organizationId: req.params.id };
    res.json(await readPage(req.authz, 'Repository', req.query, { where }));
  });

  router.post('/:id/repositories', authorize('create_repository', load), async (req, res) => {
    const { id, name } = req.body as { id: string; name: string };
    res.status(201).json(await createRepository(db, req.params.id, id, name));
  });

  return router;
}
