import type { ExtendableContext, Next } from 'koa';
import { callHandler, isOwn, type Place } from './handler-scopes.js';
import { watchOrigins } from '../internals/layer-origins.js';
import {
  originalOf,
  rememberOriginal,
  routerOf,
  skippedRouters,
  type App,
  type Handler,
  type Router,
} from '../internals/koa-router-internals.js';

/** The number of layers of a router whose handlers are wrapped. */
const followed = new WeakMap<Router, number>();

/** Runs each handler of a router in a separate scope. Call it before the router receives the request. */
export function followRouter(router: Router): void {
  if (followed.get(router) !== router.stack.length) followHandlers(router);
}

/** Runs each handler of a router in a separate scope, also after the handlers of a layer have changed. */
export function followHandlers(router: Router): void {
  watchOrigins(router);
  watchParameters(router);
  followed.set(router, router.stack.length);
  router.stack.forEach((layer, i) => {
    const stack = layer.stack as Handler[];
    stack.forEach((handler, j) => {
      stack[j] = inScope(handler, { container: router, layer, position: [i, j] });
    });
  });
}

type Method = (this: Router, ...args: unknown[]) => unknown;

const watched = new WeakSet<object>();

/** Follows the functions that `router.param` inserts, from now on, into the layers of a followed router. */
function watchParameters(router: Router): void {
  const prototype = Object.getPrototypeOf(router) as { param: Method };
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const { param } = prototype;
  prototype.param = function (...args) {
    const result = Reflect.apply(param, this, args);
    if (followed.has(this)) followHandlers(this);
    return result;
  };
}

/** Runs each handler of the routers of an application in a separate scope. */
export function followRouters({ middleware }: App): void {
  for (const handler of middleware) {
    const router = routerOf(handler);
    if (router !== undefined) followRouter(router);
    for (const skipped of skippedRouters(handler)) followRouter(skipped);
  }
}

/** Runs each middleware of an application in a separate scope. It has no effect after Koa has composed the middleware. */
export function followApp(app: App): void {
  const middleware = app.middleware as Handler[];
  middleware.forEach((handler, i) => {
    if (originalOf(handler) === handler)
      middleware[i] = inScope(handler, { container: app, position: [i, 0] });
  });
}

function inScope(handler: Handler, where: Omit<Place, 'isOwn'>): Handler {
  const original = originalOf(handler) as (ctx: ExtendableContext, next: Next) => unknown;
  const place: Place = { ...where, isOwn: isOwn(original) };
  const scoped = (ctx: ExtendableContext, next: Next) => callHandler(ctx, place, original, next);
  // Routers and Koa set properties of handlers, such as `router` and `param`. This package marks requirements in the same way.
  Object.defineProperties(scoped, Object.getOwnPropertyDescriptors(original));
  rememberOriginal(scoped, original);
  return scoped;
}
