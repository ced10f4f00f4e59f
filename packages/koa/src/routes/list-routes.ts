import { listedRoute, skippedBy, type ListedRoute, type RouteRequirement } from '@nanook/http';
import { METHODS } from 'node:http';
import { checkRoutes } from './check-requirements.js';
import { originsOf, watchOrigins } from '../internals/layer-origins.js';
import {
  isApp,
  isRoute,
  routerOf,
  requirementsOf,
  routeHandlers,
  skippedRouters,
} from '../internals/koa-router-internals.js';
import type { App, Layer, Router } from '../internals/koa-router-internals.js';
import { checkSkips } from './check-skips.js';

/**
 * The routes of a router of `@koa/router`, or of the routers that an app uses, each with the requirements that a request passes on its
 * way: those of the app and of its routers included.
 *
 * What an app uses apart from `router.routes()` has no routes that could be seen: middleware that looks at the path itself, another
 * app that `koa-mount` wraps, routers in a composed middleware. A requirement of a router counts where it stands before the route, and
 * the paths tell that it covers it.
 */
export const listRoutes = (routes: Router | App): readonly ListedRoute[] =>
  isApp(routes) ? routesOfApp(routes) : routesOfRouter(routes, []);

function routesOfApp(app: App): readonly ListedRoute[] {
  checkRoutes(app);
  checkSkips(app);
  const { middleware } = app;
  return middleware.flatMap((each, i) => {
    const before = requirementsOf(middleware.slice(0, i));
    const router = routerOf(each);
    if (router !== undefined) return routesOfRouter(router, before);
    const skip: RouteRequirement = { kind: 'skip', reason: skippedBy(each)?.reason ?? '' };
    return skippedRouters(each).flatMap((skipped) => routesOfRouter(skipped, [...before, skip]));
  });
}

function routesOfRouter(router: Router, before: readonly RouteRequirement[]): readonly ListedRoute[] {
  watchOrigins(router);
  // Of an exclusive router only the last layer runs that matches.
  const isExclusive = (router as { readonly exclusive?: boolean }).exclusive === true;
  return router.stack.flatMap((route, i) => {
    const { requirements, handler } = routeHandlers(route);
    // Rules alone are no route: they stand before others.
    if (handler === undefined) return [];
    return methodsOf(route).map((method) => {
      const passed = isExclusive ? [] : router.stack.slice(0, i).filter((layer) => covers(layer, route));
      const all = [...before, ...passed.flatMap(({ stack }) => requirementsOf(stack)), ...requirements];
      return listedRoute(method, String(route.path), all, handler);
    });
  });
}

/**
 * Whether the requirements of a layer count for a route after it: its router, or one around that, uses it, and every request for the route
 * passes it. Where that cannot be told, they do not: better a protected route that is listed as one without a requirement than the other way
 * round.
 */
function covers(layer: Layer, route: Layer): boolean {
  if (isRoute(layer) || !isOfSameRouter(layer, route)) return false;
  if (String(layer.path) === String(route.path)) return true;
  if (layer.path instanceof RegExp) return false;
  const plain = plainPart(route.path);
  // A parameter as it is written stands for whatever it takes. What may be left out does not.
  return (plain === route.path || layer.opts.end === false) && layer.match(plain);
}

function isOfSameRouter(layer: Layer, route: Layer): boolean {
  const { routers, isExact } = originsOf(layer);
  return isExact && (routers.length === 1 || originsOf(route).routers.includes(routers.at(-1)!));
}

/** The segments before the first that is neither text nor a parameter. */
function plainPart(path: string | RegExp): string {
  if (path instanceof RegExp) return '/';
  const segments = path.split('/');
  const first = segments.findIndex((segment) => !/^:?[\w.~%-]*$/.test(segment));
  return (first === -1 ? path : segments.slice(0, first).join('/')) || '/';
}

/** None for middleware. `HEAD` comes with a `GET` by itself. */
function methodsOf({ methods }: Layer): readonly string[] {
  if (METHODS.every((method) => methods.includes(method))) return ['ALL'];
  return methods.filter((method, i) => !(method === 'HEAD' && methods[i + 1] === 'GET'));
}
