import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { typed } from '@nanook/core';
import { identify, type GitClub } from '@nanook/example-gitclub';
import { authorization, authorizationErrors, skipAuthorization } from '@nanook/hono';
import { Hono } from 'hono';
import { routePath } from 'hono/route';
import { adminRoutes } from './routes/admin.ts';
import { carelessRoutes } from './routes/careless.ts';
import { issueRoutes } from './routes/issues.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { profileRoutes } from './routes/profiles.ts';
import { repositoryRoutes } from './routes/repositories.ts';

export function createApp({ db, authorizer, onError }: GitClub): Hono {
  const app = new Hono();
  app.onError(authorizationErrors({ challenge: 'Bearer', onError }));

  app.use(
    authorization(authorizer, {
      actor: (c) => identify(db, c.req.header('authorization')),
      // The path of the route, because a client can write one path in several ways.
      request: (c) => typed('Request', { method: c.req.method, path: routePath(c, -1) }),
      onError,
    }),
  );

  app.get('/health', skipAuthorization('a health probe does not sign in'), (c) => c.json({ status: 'up' }));
  app.route('/organizations', organizationRoutes(db));
  app.route('/repositories', repositoryRoutes(db));
  app.route('/issues', issueRoutes(db));
  app.route('/profiles', profileRoutes(db));
  app.route('/admin', adminRoutes(db));
  app.route('/careless', carelessRoutes(db));

  return app; // `protect(app)` would refuse it, because of the route in careless.ts
}

/** Creates the application as a listener of `node:http`, for the demo and its tests. */
export const createListener = (club: GitClub): RequestListener => getRequestListener(createApp(club).fetch);
