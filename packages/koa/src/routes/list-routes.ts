import {
  listedRoute,
  skippedBy,
  type ListedRoute,
  type ListRoutesOptions,
  type RouteRequirement,
} from '@nanook/http';
import { METHODS } from 'node:http';
import {
  isApp,
  isRoute,
  requirementsOf,
  routeHandlers,
  routerOf,
  skippedRouters,
  writtenIn,
  type App,
  type Handler,
  type Layer,
  type Router,
} from '../internals/koa-router-internals.js';
import { followRouter } from '../handlers/watch-routers.js';
import { originsIn } from '../internals/layer-origins.js';
import { checkRoutes } from './check-requirements.js';
import { checkSkips } from './check-skips.js';
import { mountedHandlers } from './mounted-handlers.js';

/** Options of {@link listRoutes}. */
export interface ListKoaRoutesOptions extends ListRoutesOptions {
  /**
   * Whether functions that `app.use` and `router.use` add, and that may answer requests themselves, are listed, too. Their method is `USE`.
   * Default: `false`.
   */
  readonly mounts?: boolean;
}

/** A route, or a function that `use` adds. */
export interface ListedKoaRoute extends ListedRoute {
  /** Only for the method `USE`: `false` if the function has no parameter `next`, so that it answers each request that reaches it. */
  readonly mayPassOn?: boolean;
}

/**
 * Lists the routes of a router of `@koa/router`, or of the routers that an application uses. Each entry has the requirements that a request
 * passes, including those of the application and its routers, and the handler.
 *
 * It finds only routers that the application uses with `router.routes()`. It does not find routes of middleware that matches paths itself,
 * of an application that `koa-mount` wraps, or of a router in composed middleware. A requirement of a router is listed for the later routes
 * whose path it covers.
 *
 * @param options `check: false` lists routes with requirements that no rule of the policy can allow, too; `mounts: true` also lists functions
 *   that `use` adds
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that counts for the whole application;
 *   `NANOOK_HTTP_UNGRANTABLE` for requirements that no rule of the policy can allow
 * @example
 * console.log(routeTable(listRoutes(app)));
 */
export const listRoutes = (
  routes: Router | App,
  { check = true, mounts = false }: ListKoaRoutesOptions = {},
): readonly ListedKoaRoute[] =>
  isApp(routes) ? routesOfApp(routes, check, mounts) : routesOfRouter(routes, [], mounts);

function routesOfApp(app: App, check: boolean, mounts: boolean): readonly ListedKoaRoute[] {
  if (check) checkRoutes(app);
  checkSkips(app);
  const { middleware } = app;
  return middleware.flatMap((each, i) => {
    const before = requirementsOf(middleware.slice(0, i));
    const router = routerOf(each);
    if (router !== undefined) return routesOfRouter(router, before, mounts);
    const skip: RouteRequirement = { kind: 'skip', reason: skippedBy(each)?.reason ?? '' };
    return [
      ...(mounts ? mountsIn(each, '/', before) : []),
      ...skippedRouters(each).flatMap((skipped) => routesOfRouter(skipped, [...before, skip], mounts)),
    ];
  });
}

/** Lists the functions in middleware that may answer requests. */
const mountsIn = (
  middleware: Handler,
  path: string,
  before: readonly RouteRequirement[],
): readonly ListedKoaRoute[] =>
  mountedHandlers(middleware).map(({ handler, requirements, mayPassOn }) => ({
    ...listedRoute('USE', path, [...before, ...requirements], handler),
    mayPassOn,
  }));

function routesOfRouter(
  router: Router,
  before: readonly RouteRequirement[],
  mounts: boolean,
): readonly ListedKoaRoute[] {
  followRouter(router);
  // An exclusive router runs only the last matching layer.
  const isExclusive = (router as { readonly exclusive?: boolean }).exclusive === true;
  return router.stack.flatMap((route, i) => {
    const passed = isExclusive
      ? []
      : router.stack.slice(0, i).filter((layer) => covers(router, layer, route));
    const inherited = [...before, ...passed.flatMap((layer) => requirementsOf(writtenIn(layer)))];
    if (!isRoute(route))
      return mounts
        ? writtenIn(route).flatMap((each) => mountsIn(each, String(route.path) || '/', inherited))
        : [];
    const { requirements, handler } = routeHandlers(route);
    // A layer that contains only requirements is not a route.
    if (handler === undefined) return [];
    return methodsOf(route).map((method) =>
      listedRoute(method, String(route.path), [...inherited, ...requirements], handler),
    );
  });
}

/**
 * Returns whether the requirements of a layer count for a later route: the router of the route, or one around it, uses the layer, and every
 * request for the route passes it. Where the paths do not show it, the result is `false`: a listing may call a protected route unprotected,
 * but never the other way round.
 */
function covers(router: Router, layer: Layer, route: Layer): boolean {
  if (isRoute(layer) || !isOfSameRouter(router, layer, route)) return false;
  if (String(layer.path) === String(route.path)) return true;
  if (layer.path instanceof RegExp) return false;
  const plain = plainPart(route.path);
  // The text of a parameter represents all its values. An optional part of the path does not.
  return (plain === route.path || layer.opts.end === false) && layer.match(plain);
}

function isOfSameRouter(router: Router, layer: Layer, route: Layer): boolean {
  const origins = originsIn(router);
  const { routers, isExact } = origins.get(layer)!;
  return isExact && origins.get(route)!.routers.includes(routers.at(-1)!);
}

/** Returns the segments of a path before the first one that is neither text nor a parameter. */
function plainPart(path: string | RegExp): string {
  if (path instanceof RegExp) return '/';
  const segments = path.split('/');
  const first = segments.findIndex((segment) => !/^:?[\w.~%-]*$/.test(segment));
  return (first === -1 ? path : segments.slice(0, first).join('/')) || '/';
}

/** Returns the methods to list; none for middleware. `HEAD` is not listed with `GET`, to which the router adds it. */
function methodsOf({ methods }: Layer): readonly string[] {
  if (METHODS.every((method) => methods.includes(method))) return ['ALL'];
  return methods.filter((method, i) => !(method === 'HEAD' && methods[i + 1] === 'GET'));
}
