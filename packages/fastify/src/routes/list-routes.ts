import { AuthorizationConfigError, type ListRoutesOptions, type ListedRoute } from '@nanook/http';
import type { FastifyInstance } from 'fastify';
import { protectedRoutesOf } from './protected-routes.js';
import { registration } from './registration.js';

/**
 * Lists the routes of an application with their requirements, in the order in which they were added. Call it after `await app.ready()`:
 * before, plugins can still add routes and hooks. It lists the routes that the plugin `authorization` protects.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION` without the plugin; `NANOOK_HTTP_UNGRANTABLE` when no rule of the policy
 *   can allow a requirement, unless `check` is `false`
 * @example
 * await app.ready();
 * console.log(routeTable(listRoutes(app)));
 */
export function listRoutes(app: FastifyInstance, { check = true }: ListRoutesOptions = {}): ListedRoute[] {
  const all = protectedRoutesOf(app);
  if (all.length === 0)
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', {
      caller: 'listRoutes',
      statement: registration,
    });
  return all.flatMap((routes) => {
    routes.findRequirements();
    if (check) routes.checkGrants();
    return routes.list();
  });
}
