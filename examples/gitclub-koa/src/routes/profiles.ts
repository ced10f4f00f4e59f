import Router from '@koa/router';
import { findProfile, updateProfile, type Database, type Profile } from '@nanook/example-gitclub';
import { authorize } from '@nanook/koa';

export function profileRoutes(db: Database): Router {
  const router = new Router({ prefix: '/profiles' });
  const load = (ctx: { params: { id: string } }) => findProfile(db, ctx.params.id);

  // Checks the profile first, and then its fields.
  router.get('/:id', authorize('read', load), async (ctx) => {
    ctx.body = await ctx.state.authz.pick('read', ctx.state.authz.resource);
  });

  router.patch('/:id', authorize('update', load), async (ctx) => {
    const profile = ctx.state.authz.resource as Profile;
    const changes = (ctx.request.body ?? {}) as Partial<Profile>;
    const fields = Object.keys(changes);
    for (const field of fields) await ctx.state.authz.authorizeField('update', profile, field);
    if (fields.length === 0) ctx.throw(400, 'Nothing to change');
    await updateProfile(db, profile.id, changes);
    ctx.body = await ctx.state.authz.pick('read', await findProfile(db, profile.id));
  });

  return router;
}
