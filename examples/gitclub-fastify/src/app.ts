import type { RequestListener } from 'node:http';
import { typed } from '@nanook/core';
import { identify, type GitClub } from '@nanook/example-gitclub';
import { authorization, authorizationErrors, skipAuthorization } from '@nanook/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { adminRoutes } from './routes/admin.ts';
import { carelessRoutes } from './routes/careless.ts';
import { issueRoutes } from './routes/issues.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { profileRoutes } from './routes/profiles.ts';
import { repositoryRoutes } from './routes/repositories.ts';

export async function createApp({ db, authorizer, onError }: GitClub): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify();
  app.setErrorHandler(authorizationErrors({ challenge: 'Bearer', onError }));

  await app.register(
    authorization(authorizer, {
      actor: (request) => identify(db, request.headers.authorization),
      // The path of the route, because a client can write one path in several ways.
      request: ({ method, routeOptions }) => typed('Request', { method, path: routeOptions.url ?? '' }),
      protect: false, // so that the application starts with the routes in careless.ts
    }),
  );

  app.get('/health', { preHandler: skipAuthorization('a health probe does not sign in') }, () => ({
    status: 'up',
  }));
  app.register(organizationRoutes(db), { prefix: '/organizations' });
  app.register(repositoryRoutes(db), { prefix: '/repositories' });
  app.register(issueRoutes(db), { prefix: '/issues' });
  app.register(profileRoutes(db), { prefix: '/profiles' });
  app.register(adminRoutes(db), { prefix: '/admin' });
  app.register(carelessRoutes(db), { prefix: '/careless' });

  await app.ready();
  return app;
}

/** Creates the application as a listener of `node:http`, for the demo and its tests. */
export async function createListener(club: GitClub): Promise<RequestListener> {
  const app = await createApp(club);
  return (request, response) => app.routing(request, response);
}
