import { typed } from '@nanook/core';
import { findIssue, findOrganization, findRepository, identify, type GitClub } from '@nanook/example-gitclub';
import {
  authorization,
  authorizationErrors,
  authorize,
  permissions,
  protect,
  skipAuthorization,
} from '@nanook/express';
import express, { type Express } from 'express';
import { adminRoutes } from './routes/admin.ts';
import { carelessRoutes } from './routes/careless.ts';
import { issueRoutes } from './routes/issues.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { profileRoutes } from './routes/profiles.ts';
import { repositoryRoutes } from './routes/repositories.ts';

export function createApp({ db, authorizer, onError }: GitClub): Express {
  const app = express();
  // The policy compares paths exactly, so the routes must do the same.
  app.enable('case sensitive routing');
  protect(app); // routes without a requirement do not run from here on
  app.use(express.json());

  app.use(
    authorization(authorizer, {
      actor: (req) => identify(db, req.headers.authorization),
      request: (req) => typed('Request', { method: req.method, path: req.path }),
    }),
  );
  app.get('/health', skipAuthorization('a health probe does not sign in'), (_req, res) => {
    res.json({ status: 'up' });
  });
  app.use(authorize()); // checks the request itself, and starts the response guard

  // For a page, which shows only the controls that its user may use.
  app.post(
    '/permissions',
    permissions({
      resources: {
        Organization: (id) => findOrganization(db, id),
        Repository: (id) => findRepository(db, id),
        Issue: { key: 'integer', find: (id) => findIssue(db, id) },
      },
    }),
  );
  app.use('/organizations', organizationRoutes(db));
  app.use('/repositories', repositoryRoutes(db));
  app.use('/issues', issueRoutes(db));
  app.use('/profiles', profileRoutes(db));
  app.use('/admin', adminRoutes(db));
  app.use('/careless', carelessRoutes(db));

  app.use(authorizationErrors({ challenge: 'Bearer', onError }));
  return app;
}
