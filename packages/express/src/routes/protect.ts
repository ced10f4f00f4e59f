import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError, checkHandlers, requirementOf, skippedBy } from '@nanook/http';
import type { Application, Router } from 'express';
import { followLayers } from '../handlers/follow-layers.js';
import { markProtected } from '../handlers/call-layer.js';
import { skippedApplication } from '../handlers/skipped-application.js';
import {
  isApp,
  isMountedApp,
  isRouter,
  mountedApp,
  rememberApp,
  rememberHandler,
  routerOf,
} from '../internals/express-internals.js';
import type { AppInternals, Layer, RouterInternals } from '../internals/express-internals.js';
import { isWholeApplication } from '../internals/layer-path.js';
import { checkRoutes } from './check-requirements.js';

/** The applications, and the stacks of routers, that are protected already. */
const protectedObjects = new WeakSet<object>();

/**
 * Protects an application or a router: an unprotected route fails before any of its handlers runs. A route is protected by
 * `authorize(action, …)` or `skipAuthorization(reason)` before its last handler, or by a decision of the routers around it. A requirement of
 * another router or route does not count, even if the request has passed it.
 *
 * Routes may be added before and after the call. Nested routers are protected, too. Mount applications after the call.
 *
 * If a handler of the route responds before the requirement, the response is blocked. Only `authorize()` also blocks responses of
 * middleware and of callbacks of `router.param`, which Express calls before the route. `app.listen` throws when no rule of the policy can
 * allow a requirement, because an action or a type is misspelled, and when a requirement comes before `authorization`.
 *
 * @returns its argument
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNSEEN_APP` for an application that was mounted before;
 *   `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that counts for the whole application; `NANOOK_HTTP_INVALID_OPTION` for a value that is
 *   neither an application nor a router
 * @example
 * const app = protect(express());
 */
export function protect<Routes extends Router | Application>(routes: Routes): Routes {
  const internals: unknown = routes;
  if (isApp(internals)) protectApp(internals, false);
  else if (isRouter(internals)) protectRouter(internals);
  else
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'routes',
      reason:
        `must be an application or a router of Express, got ${describeValue(internals)}; ` +
        `\`protect\` is not middleware: write protect(app), without app.use`,
    });
  return routes;
}

/** Returns whether a router, or a router in it, is protected. */
export function usesProtect({ stack }: RouterInternals, outer: readonly object[] = []): boolean {
  if (protectedObjects.has(stack)) return true;
  return stack.some(
    ({ handle }) => isRouter(handle) && !outer.includes(stack) && usesProtect(handle, [...outer, stack]),
  );
}

/** @param isMounted whether the application is mounted on another one, or will be */
function protectApp(app: AppInternals, isMounted: boolean): void {
  if (!isMounted) checkSkips(app, routerOf(app).stack);
  if (protectedObjects.has(app)) return;
  const { stack } = routerOf(app);
  checkMountedApps(stack);
  protectedObjects.add(app);
  protectRouter(routerOf(app));
  const { use, listen } = app;
  if (!isMounted)
    app.listen = function (...args) {
      checkRoutes(routerOf(app));
      return Reflect.apply(listen, app, args);
    };
  app.use = function (...args) {
    const apps = args.flat(Infinity).filter(isApp);
    for (const each of apps) protectApp(each, true);
    const known = stack.length;
    const added = Reflect.apply(use, app, args);
    if (!isMounted) checkSkips(app, stack.slice(known));
    // Express hides each application in a function. Only here is it known which layer mounts which application.
    const mounted = stack.slice(known).filter(isMountedApp);
    mounted.forEach((layer, i) => rememberApp(layer, apps[i]!));
    return added;
  };
}

/**
 * Checks that no skip counts for the whole application.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`
 */
export function checkSkips(app: AppInternals, layers: readonly Layer[]): void {
  for (const layer of layers) {
    const requirement = requirementOf(layer.handle);
    if (requirement?.kind === 'skip' && isWholeApplication(layer, app))
      throw skippedApplication(requirement.reason);
  }
}

/** Protects the stack of a router. A function that wraps a router passes on the same stack. */
function protectRouter(router: RouterInternals): void {
  const { stack } = router;
  if (protectedObjects.has(stack)) return;
  followLayers(router);
  checkMountedApps(stack);
  protectedObjects.add(stack);
  stack.forEach(protectLayer);
  const { push } = stack;
  Object.defineProperty(stack, 'push', {
    value(...layers: Layer[]) {
      layers.forEach(protectLayer);
      return Reflect.apply(push, stack, layers);
    },
    configurable: true,
    writable: true,
  });
}

/** Throws for an application that was mounted before the wrapped `app.use` could remember it. */
function checkMountedApps(stack: readonly Layer[]): void {
  if (stack.some((layer) => isMountedApp(layer) && mountedApp(layer) === undefined))
    throw new AuthorizationConfigError('NANOOK_HTTP_UNSEEN_APP', {});
}

function protectLayer(layer: Layer): void {
  const { handle } = layer;
  rememberHandler(layer);
  checkHandlers([handle]);
  followLayers({ stack: [layer] });
  markProtected(layer);
  for (const handler of skippedBy(handle)?.middleware ?? [handle])
    if (isApp(handler)) protectApp(handler, true);
    else if (isRouter(handler)) protectRouter(handler);
}
