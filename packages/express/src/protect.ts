import { AuthorizationFault, decides } from '@nanook/http';
import type { Application, Request, Router } from 'express';
import { chainBeyondPreflight, handlerLocation, methodIn } from './chain.js';
import { isApp, isMountedApp, isRouter, mountedApp, rememberApp, routerOf } from './inside.js';
import type { AppInside, Layer, Route, RouterInside } from './inside.js';
import { coverRoute, isSettled } from './net.js';
import { routeOf } from './request.js';

const protectedAlready = new WeakSet<object>();

/**
 * Refuses, before any of its handlers runs, a route that carries no rule: neither `authorize(action, …)` nor
 * `skipAuthorization(reason)` before its last handler, and nothing decided before it by its routers. Routes may be added before and
 * after, and routers within are protected, too. Apps are mounted after.
 *
 * What a handler in front of the rule answers is withheld, as under the net of `authorize()`.
 *
 * @returns what was given
 * @throws {AuthorizationFault} `NANOOK_HTTP_UNSEEN_APP` for an app that was mounted before
 */
export function protect<Routes extends Router | Application>(routes: Routes): Routes {
  const inside: unknown = routes;
  if (isApp(inside)) protectApp(inside);
  else protectRouter(inside as RouterInside);
  return routes;
}

function protectApp(app: AppInside): void {
  if (protectedAlready.has(app)) return;
  const { stack } = routerOf(app);
  checkApps(stack);
  protectedAlready.add(app);
  protectRouter(routerOf(app));
  const { use } = app;
  app.use = function (...args) {
    const apps = args.flat(Infinity).filter(isApp);
    apps.forEach(protectApp);
    const known = stack.length;
    const added = Reflect.apply(use, app, args);
    // Here it is still known which is which: Express hides each in a closure.
    const mounted = stack.slice(known).filter(isMountedApp);
    mounted.forEach((layer, i) => rememberApp(layer, apps[i]!));
    return added;
  };
}

/** Looks after the stack rather than the router: whoever wraps a router hands on the same stack. */
function protectRouter({ stack }: RouterInside): void {
  if (protectedAlready.has(stack)) return;
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
    throw new AuthorizationFault('NANOOK_HTTP_UNSEEN_APP', {});
}

function protectLayer(layer: Layer): void {
  const { route, handle } = layer;
  if (route !== undefined) protectRoute(layer, route);
  else if (isApp(handle)) protectApp(handle);
  else if (isRouter(handle)) protectRouter(handle);
}

function protectRoute(layer: Layer, route: Route): void {
  const { handle } = layer;
  layer.handle = (req, res, next) => {
    if (isSettled(req)) {
      handle(req, res, next);
      return;
    }
    if (!carriesRule(route, req)) {
      next(
        new AuthorizationFault('NANOOK_HTTP_UNPROTECTED_ROUTE', {
          method: req.method,
          route: routeOf(req),
          handler: handlerLocation(req),
        }),
      );
      return;
    }
    let isLeft = false;
    coverRoute(req, res, next, () => isLeft);
    handle(req, res, (reason?: unknown) => {
      isLeft = true;
      next(reason);
    });
  };
}

function carriesRule(route: Route, req: Request): boolean {
  const chain = chainBeyondPreflight(route, methodIn(route, req.method));
  return chain === undefined || chain.rules.some(decides);
}
