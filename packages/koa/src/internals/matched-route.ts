import { locationOf } from '@nanook/http';
import type { ExtendableContext } from 'koa';
import { isPreflight, isRoute, routeHandlers, type Layer } from './koa-router-internals.js';

/** The properties that `@koa/router` sets on the context of a request. */
interface Matched extends ExtendableContext {
  /** All layers that match the path. */
  readonly matched?: readonly Layer[];
  /** The path of the current layer. */
  readonly _matchedRoute?: string | RegExp;
}

/** Returns the route as the application wrote it, with the prefixes of its routers; outside a route, the path without the query. */
export function routeOf(ctx: ExtendableContext): string {
  const { _matchedRoute: route = ctx.path } = ctx as Matched;
  return String(route);
}

/** Returns the location of the handler of the current route, `file:line`. */
export function handlerLocation(ctx: ExtendableContext): string | undefined {
  const { _matchedRoute: path } = ctx as Matched;
  const route = routesFor(ctx).findLast((layer) => layer.path === path);
  const handler = route && routeHandlers(route).handler;
  return handler && locationOf(handler);
}

/** Returns whether all routes that handle this `OPTIONS` request were written for preflight requests only. */
export function isPreflightHandled(ctx: ExtendableContext): boolean {
  const routes = routesFor(ctx);
  return routes.length > 0 && routes.every(isPreflight);
}

const routesFor = (ctx: ExtendableContext): readonly Layer[] =>
  ((ctx as Matched).matched ?? []).filter((layer) => isRoute(layer) && layer.methods.includes(ctx.method));
