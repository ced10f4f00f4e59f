import {
  AuthorizationConfigError,
  listedRoute,
  requirementOf,
  skippedBy,
  type ListedRoute,
  type ListRoutesOptions,
  type RouteHandlers,
  type RouteRequirement,
} from '@nanook/http';
import type { Application, Router } from 'express';
import { METHODS } from 'node:http';
import { isApp, isMountedApp, isRouter, mountedApp, routerOf } from '../internals/express-internals.js';
import type { Layer, Route, RouterInternals } from '../internals/express-internals.js';
import { mountAt, pathsOf, routeAt } from '../internals/layer-path.js';
import { routeHandlers } from '../internals/route-handlers.js';
import { checkRoutes } from './check-requirements.js';
import { mountedHandlers } from './mounted-handlers.js';
import { checkSkips } from './protect.js';
import { covers, type RouterLevelRequirement } from './router-level-requirement.js';

/** Options of `listRoutes` for Express. */
export interface ListExpressRoutesOptions extends ListRoutesOptions {
  /**
   * Whether handlers that `use` mounts at a path are listed, too, and `express.static` also without a path. Their method is `USE`. Default:
   * `false`.
   */
  readonly mounts?: boolean;
}

/**
 * Lists the routes of an application or a router, including those of nested routers and applications, in the order in which Express
 * matches them. Each entry has the requirements of the route and its handler. Middleware without a path is not listed.
 *
 * @param options `check: false` lists routes with requirements that no rule of the policy can allow, too; `mounts: true` also lists handlers
 *   that `app.use(path, handler)` mounts
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNSEEN_APP` for an application that was mounted before the call of `protect`;
 *   `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that counts for the whole application; `NANOOK_HTTP_UNGRANTABLE` for requirements that no
 *   rule of the policy can allow
 * @example
 * console.log(routeTable(listRoutes(app)));
 */
export function listRoutes(
  routes: Router | Application,
  { check = true, mounts = false }: ListExpressRoutesOptions = {},
): readonly ListedRoute[] {
  const internals: unknown = routes;
  const place: Place = { base: '', inherited: [], outer: [], mounts };
  if (!isApp(internals)) return listRouter(internals as RouterInternals, place);
  checkSkips(internals, routerOf(internals).stack);
  if (check) checkRoutes(routerOf(internals));
  return listRouter(routerOf(internals), place);
}

/** The place of a router in an application. */
interface Place {
  /** The path at which the router is mounted. */
  readonly base: string;
  /** The requirements that a request passes before it. */
  readonly inherited: readonly RouteRequirement[];
  /** The routers that contain it. */
  readonly outer: readonly RouterInternals[];
  /** Whether mounted handlers are listed. */
  readonly mounts: boolean;
}

function listRouter(
  router: RouterInternals,
  { base, inherited, outer, mounts }: Place,
): readonly ListedRoute[] {
  if (outer.includes(router)) return []; // it is mounted in itself
  const listed: ListedRoute[] = [];
  const routerLevel: RouterLevelRequirement[] = [];
  for (const layer of router.stack) {
    const nested = nestedIn(layer);
    const requirement = requirementOf(layer.handle);
    const handlers = layer.route === undefined ? [] : handlersByMethod(layer.route);
    for (const path of pathsOf(layer)) {
      const covering = routerLevel.filter((each) => covers(each, path));
      const passed = [...inherited, ...covering.map((each) => each.requirement)];
      for (const { router: inner, requirements } of nested)
        listed.push(
          ...listRouter(inner, {
            base: mountAt(base, path),
            inherited: [...passed, ...requirements],
            outer: [...outer, router],
            mounts,
          }),
        );
      for (const { method, requirements, handler } of handlers)
        if (handler !== undefined)
          listed.push(listedRoute(method, routeAt(base, path), [...passed, ...requirements], handler));
      for (const { handler, requirements, name, mayPassOn } of mounts ? mountedHandlers(layer, path) : []) {
        const mountPath = mountAt(base, path) || '/';
        const entry = listedRoute('USE', mountPath, [...passed, ...requirements], handler);
        const shown = name === undefined ? entry : { ...entry, handler: name, location: undefined };
        listed.push({ ...shown, mayPassOn });
      }
      if (requirement !== undefined) routerLevel.push({ requirement, path });
    }
  }
  return listed;
}

interface NestedRouter {
  readonly router: RouterInternals;
  /** The skip with which the router is called, if there is one. */
  readonly requirements: readonly RouteRequirement[];
}

function nestedIn(layer: Layer): readonly NestedRouter[] {
  const skipped = skippedBy(layer.handle);
  const requirements: readonly RouteRequirement[] =
    skipped === undefined ? [] : [{ kind: 'skip', reason: skipped.reason }];
  const routers = skipped?.middleware.map(routerBehind) ?? [routerOfLayer(layer)];
  return routers.flatMap((router) => (router === undefined ? [] : [{ router, requirements }]));
}

function routerOfLayer(layer: Layer): RouterInternals | undefined {
  const app = mountedApp(layer);
  if (app === undefined && isMountedApp(layer))
    throw new AuthorizationConfigError('NANOOK_HTTP_UNSEEN_APP', {});
  return routerBehind(app ?? layer.handle);
}

function routerBehind(handler: unknown): RouterInternals | undefined {
  if (isApp(handler)) return routerOf(handler);
  return isRouter(handler) ? handler : undefined;
}

interface MethodHandlers extends RouteHandlers {
  /** The method in capitals. */
  readonly method: string;
}

function handlersByMethod(route: Route): readonly MethodHandlers[] {
  const methods = [...new Set(route.stack.map(({ method }) => method ?? 'all'))];
  const all = methods.map((method) => ({ method: method.toUpperCase(), ...routeHandlers(route, method) }));
  const [first] = all;
  // `app.all` adds the same handlers for every method.
  const isSameForAll =
    first !== undefined &&
    all.length >= METHODS.length &&
    all.every(
      ({ handler, requirements }) =>
        handler === first.handler &&
        requirements.length === first.requirements.length &&
        requirements.every((requirement, i) => requirement === first.requirements[i]),
    );
  return isSameForAll ? [{ ...first, method: 'ALL' }] : all;
}
