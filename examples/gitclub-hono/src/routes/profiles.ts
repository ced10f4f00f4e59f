import { findProfile, updateProfile, type Database, type Profile } from '@nanook/example-gitclub';
import { authorize } from '@nanook/hono';
import { Hono, type Context, type Env } from 'hono';
import { HTTPException } from 'hono/http-exception';

export function profileRoutes(db: Database): Hono {
  const app = new Hono();
  const load = (c: Context<Env, '/:id'>) => findProfile(db, c.req.param('id'));

  // Checks the profile first, and then its fields.
  app.get('/:id', authorize('read', load), async (c) => {
    const { authz } = c.var;
    return c.json(await authz.pick('read', authz.resource));
  });

  app.patch('/:id', authorize('update', load), async (c) => {
    const { authz } = c.var;
    const profile = authz.resource;
    const changes = await c.req.json<Partial<Profile>>();
    const fields = Object.keys(changes);
    for (const field of fields) await authz.authorizeField('update', profile, field);
    if (fields.length === 0) throw new HTTPException(400, { message: 'Nothing to change' });
    await updateProfile(db, profile.id, changes);
    return c.json(await authz.pick('read', await findProfile(db, profile.id)));
  });

  return app;
}
