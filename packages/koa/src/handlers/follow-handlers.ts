import type { ExtendableContext, Next } from 'koa';
import { callHandler, type Place } from './handler-scopes.js';
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

/** The number of layers of a router whose handlers run in a scope of their own. */
const followed = new WeakMap<Router, number>();

/** Runs each handler of a router in a scope of its own. It has to be done before the router gets the request. */
export function followRouter(router: Router): void {
  watchOrigins(router);
  if (followed.get(router) === router.stack.length) return;
  followed.set(router, router.stack.length);
  router.stack.forEach((layer, i) => {
    const stack = layer.stack as Handler[];
    stack.forEach((handler, j) => {
      stack[j] = inScope(handler, { container: router, layer, position: [i, j] });
    });
  });
}

/** The same for the routers that an application uses. */
export function followRouters({ middleware }: App): void {
  for (const handler of middleware)
    for (const router of [routerOf(handler), ...skippedRouters(handler)])
      if (router !== undefined) followRouter(router);
}

/** The same for the middleware of an application, as long as Koa has not composed it. */
export function followApp(app: App): void {
  const middleware = app.middleware as Handler[];
  middleware.forEach((handler, i) => {
    if (originalOf(handler) === handler)
      middleware[i] = inScope(handler, { container: app, position: [i, 0] });
  });
}

function inScope(handler: Handler, place: Place): Handler {
  const original = originalOf(handler) as (ctx: ExtendableContext, next: Next) => unknown;
  const scoped = (ctx: ExtendableContext, next: Next) => callHandler(ctx, place, original, next);
  // Routers and Koa look for what they have put there: `router`, `param`; so does this package for its requirements.
  Object.defineProperties(scoped, Object.getOwnPropertyDescriptors(original));
  rememberOriginal(scoped, original);
  return scoped;
}
