import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import { typed } from '@nanook/core';
import { identify, type GitClub } from '@nanook/example-gitclub';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '@nanook/koa';
import Koa from 'koa';
import { adminRoutes } from './routes/admin.ts';
import { carelessListing, carelessRoutes } from './routes/careless.ts';
import { issueRoutes } from './routes/issues.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { profileRoutes } from './routes/profiles.ts';
import { repositoryRoutes } from './routes/repositories.ts';

export function createApp({ db, authorizer, onError }: GitClub): Koa {
  const app = new Koa();
  protect(app); // routes without a requirement do not run from here on
  app.use(authorizationErrors({ challenge: 'Bearer', onError }));
  app.use(bodyParser());

  app.use(
    authorization(authorizer, {
      actor: (ctx) => identify(db, ctx.headers.authorization),
      request: (ctx) => typed('Request', { method: ctx.method, path: ctx.path }),
    }),
  );
  const health = new Router().get('/health', skipAuthorization('a health probe does not sign in'), (ctx) => {
    ctx.body = { status: 'up' };
  });
  app.use(health.routes());
  app.use(authorize()); // checks the request itself, and starts the response guard

  const routers = [
    organizationRoutes(db),
    repositoryRoutes(db),
    issueRoutes(db),
    profileRoutes(db),
    adminRoutes(db),
    carelessRoutes(db),
  ];
  for (const router of routers) app.use(router.routes());
  app.use(carelessListing(db));

  return app;
}
