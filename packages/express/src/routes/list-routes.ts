import {
  AuthorizationConfigError,
  listedRoute,
  requirementOf,
  skippedBy,
  type ListedRoute,
  type RouteRequirement,
} from '@nanook/http';
import type { Application, Router } from 'express';
import { METHODS } from 'node:http';
import { checkRoutes } from './check-requirements.js';
import { routeHandlers, type RouteHandlers } from '../internals/route-handlers.js';
import { holdsFor, type RouterLevelRequirement } from './router-level-requirement.js';
import { isApp, isMountedApp, isRouter, mountedApp, routerOf } from '../internals/express-internals.js';
import type { Layer, Route, RouterInternals } from '../internals/express-internals.js';
import { mountAt, pathsOf, routeAt } from '../internals/layer-path.js';
import { checkSkips } from './protect.js';

/**
 * Lists the routes of an app or a router, and of the routers and apps within, in the order in which Express looks at them: what each
 * demands, and which function answers it. Middleware that answers by itself is no route.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNSEEN_APP` for an app that was mounted on one that `protect` had not seen yet;
 * `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that would open the application; `NANOOK_HTTP_UNGRANTABLE` for actions and types that
 * the policy does not know
 */
export function listRoutes(routes: Router | Application): readonly ListedRoute[] {
  const inside: unknown = routes;
  if (!isApp(inside)) return walk(inside as RouterInternals, '', [], []);
  checkSkips(inside, routerOf(inside).stack);
  checkRoutes(routerOf(inside));
  return walk(routerOf(inside), '', [], []);
}

function walk(
  router: RouterInternals,
  base: string,
  inherited: readonly RouteRequirement[],
  above: readonly RouterInternals[],
): readonly ListedRoute[] {
  if (above.includes(router)) return []; // mounted within itself, at any depth
  const listed: ListedRoute[] = [];
  const gates: RouterLevelRequirement[] = [];
  for (const layer of router.stack) {
    const nested = nestedIn(layer);
    const requirement = requirementOf(layer.handle);
    const chains = layer.route === undefined ? [] : handlersByMethod(layer.route);
    for (const path of pathsOf(layer)) {
      const passed = [
        ...inherited,
        ...gates.filter((gate) => holdsFor(gate, path)).map((gate) => gate.requirement),
      ];
      for (const { router: within, requirements } of nested)
        listed.push(...walk(within, mountAt(base, path), [...passed, ...requirements], [...above, router]));
      for (const { method, requirements, handler } of chains)
        if (handler !== undefined)
          listed.push(listedRoute(method, routeAt(base, path), [...passed, ...requirements], handler));
      if (requirement !== undefined) gates.push({ requirement, path });
    }
  }
  return listed;
}

interface Nested {
  readonly router: RouterInternals;
  /** The skip under which it is called, if there is one. */
  readonly requirements: readonly RouteRequirement[];
}

function nestedIn(layer: Layer): readonly Nested[] {
  const skipped = skippedBy(layer.handle);
  const requirements: readonly RouteRequirement[] =
    skipped === undefined ? [] : [{ kind: 'skip', reason: skipped.reason }];
  const within = skipped?.middleware.map(routerBehind) ?? [routerOfLayer(layer)];
  return within.flatMap((router) => (router === undefined ? [] : [{ router, requirements }]));
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
  /** In capitals. */
  readonly method: string;
}

function handlersByMethod(route: Route): readonly MethodHandlers[] {
  const methods = [...new Set(route.stack.map(({ method }) => method ?? 'all'))];
  const chains = methods.map((method) => ({ method: method.toUpperCase(), ...routeHandlers(route, method) }));
  const [first] = chains;
  // `app.all` writes the same for each method that there is.
  const isAll =
    first !== undefined &&
    chains.length >= METHODS.length &&
    chains.every(
      ({ handler, requirements }) =>
        handler === first.handler &&
        requirements.length === first.requirements.length &&
        requirements.every((requirement, i) => requirement === first.requirements[i]),
    );
  return isAll ? [{ ...first, method: 'ALL' }] : chains;
}
