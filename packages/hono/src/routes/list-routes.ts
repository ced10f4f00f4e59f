import { checkRequirements, listedRoute, type ListedRoute, type ListRoutesOptions } from '@nanook/http';
import { routesOf, type HonoApp, type AppRoute } from './app-routes.js';

/**
 * Lists the routes of an application with their requirements, in the order in which they were added. Call it after the last route was
 * added. Middleware is not listed.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE` when no rule of the policy can allow a requirement, unless `check` is `false`
 * @example
 * console.log(routeTable(listRoutes(app)));
 */
export function listRoutes(app: HonoApp, { check = true }: ListRoutesOptions = {}): ListedRoute[] {
  const routes = routesOf(app);
  if (check) checkGrants(routes);
  return routes.map(listed);
}

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_UNGRANTABLE` */
export const checkGrants = (routes: readonly AppRoute[]): void =>
  checkRequirements(
    routes.flatMap(({ requirements, authorizers }) =>
      authorizers.flatMap((authorizer) => requirements.map((requirement) => ({ requirement, authorizer }))),
    ),
  );

/** Returns the entry of a route for a list. */
export const listed = ({ method, path, requirements, handler }: AppRoute): ListedRoute =>
  listedRoute(method, path, requirements, handler);
