import type { Authorizer } from '@nanook/core';
import { authorization, authorizationErrors, authorize, protect } from '@nanook/express';
import express from 'express';
import { findNote, findUser } from './model.ts';

export function expressApp(authorizer: Authorizer) {
  const app = express();
  // shown: start
  protect(app);
  app.use(authorization(authorizer, {
    actor: (req) => findUser(req.get('x-user')),
  }));

  app.get('/notes/:id',
    authorize('read', (req) => findNote(req.params['id'])),
    (req, res) => { res.json(req.authz.resource); });
  // shown: end
  app.use(authorizationErrors());
  return app;
}
