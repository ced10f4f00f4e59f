import { findProfile, updateProfile, type Database, type Profile } from '@nanook/example-gitclub';
import { authorize } from '@nanook/fastify';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';

export const profileRoutes =
  (db: Database): FastifyPluginAsync =>
  async (app) => {
    const load = (request: FastifyRequest<{ Params: { id: string } }>) => findProfile(db, request.params.id);

    // Checks the profile first, and then its fields.
    app.get('/:id', { preHandler: authorize('read', load) }, ({ authz }) =>
      authz.pick('read', authz.resourceOf(load)),
    );

    app.patch('/:id', { preHandler: authorize('update', load) }, async ({ authz, body }) => {
      const profile = authz.resourceOf(load);
      const changes = (body ?? {}) as Partial<Profile>;
      const fields = Object.keys(changes);
      for (const field of fields) await authz.authorizeField('update', profile, field);
      if (fields.length === 0) throw Object.assign(new Error('Nothing to change'), { statusCode: 400 });
      await updateProfile(db, profile.id, changes);
      return authz.pick('read', await findProfile(db, profile.id));
    });
  };
