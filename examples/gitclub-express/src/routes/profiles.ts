import { findProfile, updateProfile, type Database, type Profile } from '@nanook/example-gitclub';
import { authorize } from '@nanook/express';
import { Router } from 'express';

export function profileRoutes(db: Database): Router {
  const router = Router();
  const load = (req: { params: { id: string } }) => findProfile(db, req.params.id);

  // Checks the profile first, and then its fields.
  router.get('/:id', authorize('read', load), async (req, res) => {
    res.json(await req.authz.pick('read', req.authz.resource));
  });

  router.patch('/:id', authorize('update', load), async (req, res) => {
    const profile = req.authz.resource as Profile;
    const changes = (req.body ?? {}) as Partial<Profile>;
    const fields = Object.keys(changes);
    for (const field of fields) await req.authz.authorizeField('update', profile, field);
    if (fields.length === 0) return void res.status(400).json({ title: 'Nothing to change' });
    await updateProfile(db, profile.id, changes);
    res.json(await req.authz.pick('read', await findProfile(db, profile.id)));
  });

  return router;
}
