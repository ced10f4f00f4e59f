import { describeValue } from '@nanook/core';
import { AuthorizationConfigError, checkHandlers, requirementOf, skippedBy } from '@nanook/http';
import type { Application, Router } from 'express';
import { checkRoutes } from './check-requirements.js';
import { followLayers } from '../handlers/follow-layers.js';
import { markProtected } from '../handlers/handler-scopes.js';
import {
  isApp,
  isMountedApp,
  isRouter,
  mountedApp,
  rememberApp,
  routerOf,
} from '../internals/express-internals.js';
import type { AppInternals, Layer, RouterInternals } from '../internals/express-internals.js';
import { isWholeApplication } from '../internals/layer-path.js';

const protectedAlready = new WeakSet<object>();

/**
 * Refuses, before any of its handlers runs, a route that carries no requirement: neither `authorize(action, …)` nor
 * `skipAuthorization(reason)` before its last handler, and nothing decided before it by its routers. A requirement of another router or route
 * does not count, even when the request has passed it. Routes may be added before and after, and routers within are protected, too.
 * Apps are mounted after.
 *
 * What a handler in front of the requirement answers is blocked, as under the net of `authorize()`.
 *
 * `app.listen` throws when the policy can never allow what a route demands, because an action or a type is misspelled.
 *
 * @returns what was given
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNSEEN_APP` for an app that was mounted before; `NANOOK_HTTP_SKIPPED_APPLICATION` for a
 * skip that would open the application; `NANOOK_HTTP_INVALID_OPTION` for what is neither an application nor a router
 */
export function protect<Routes extends Router | Application>(routes: Routes): Routes {
  const inside: unknown = routes;
  if (isApp(inside)) protectApp(inside, false);
  else if (isRouter(inside)) protectRouter(inside);
  else throw misused(inside);
  return routes;
}

const misused = (routes: unknown) =>
  new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
    option: 'routes',
    reason:
      `must be an application or a router of Express, got ${describeValue(routes)}; ` +
      `\`protect\` is no middleware: write protect(app), without app.use`,
  });

/** @param isMounted whether it is, or is about to be, a part of another app */
function protectApp(app: AppInternals, isMounted: boolean): void {
  if (!isMounted) checkSkips(app, routerOf(app).stack);
  if (protectedAlready.has(app)) return;
  const { stack } = routerOf(app);
  checkApps(stack);
  protectedAlready.add(app);
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
    // Here it is still known which is which: Express hides each in a closure.
    const mounted = stack.slice(known).filter(isMountedApp);
    mounted.forEach((layer, i) => rememberApp(layer, apps[i]!));
    return added;
  };
}

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION` */
export function checkSkips(app: AppInternals, layers: readonly Layer[]): void {
  for (const layer of layers) {
    const requirement = requirementOf(layer.handle);
    if (requirement?.kind === 'skip' && isWholeApplication(layer, app))
      throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason: requirement.reason });
  }
}

/** Looks after the stack rather than the router: whoever wraps a router hands on the same stack. */
function protectRouter(router: RouterInternals): void {
  const { stack } = router;
  if (protectedAlready.has(stack)) return;
  followLayers(router);
  checkApps(stack);
  protectedAlready.add(stack);
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

/** `app.use` gives an app away before it hides it in a closure; here it was too early for that. */
function checkApps(stack: readonly Layer[]): void {
  if (stack.some((layer) => isMountedApp(layer) && mountedApp(layer) === undefined))
    throw new AuthorizationConfigError('NANOOK_HTTP_UNSEEN_APP', {});
}

function protectLayer(layer: Layer): void {
  const { handle } = layer;
  checkHandlers([handle]);
  followLayers({ stack: [layer] });
  markProtected(layer);
  for (const handler of skippedBy(handle)?.middleware ?? [handle])
    if (isApp(handler)) protectApp(handler, true);
    else if (isRouter(handler)) protectRouter(handler);
}
