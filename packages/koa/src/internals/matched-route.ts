import { locationOf } from '@nanook/http';
import type { ExtendableContext } from 'koa';
import { routeHandlers, isPreflight, isRoute, type Layer } from './koa-router-internals.js';

/** What @koa/router notes of a request. */
interface Matched extends ExtendableContext {
  /** Whatever matches the path. */
  readonly matched?: readonly Layer[];
  /** The path of the layer that was reached. */
  readonly _matchedRoute?: string | RegExp;
}

/** The route as it was written, with the prefixes of its routers; where no router has found one, the path. Never the query. */
export function routeOf(ctx: ExtendableContext): string {
  const { _matchedRoute: route = ctx.path } = ctx as Matched;
  return String(route);
}

/** Where the handler of the route that was reached was written. */
export function handlerLocation(ctx: ExtendableContext): string | undefined {
  const { _matchedRoute: path } = ctx as Matched;
  const route = routesFor(ctx).findLast((layer) => layer.path === path);
  const handler = route && routeHandlers(route).handler;
  return handler && locationOf(handler);
}

/** Whether only what was written for preflights answers this one. */
export function isPreflightHandled(ctx: ExtendableContext): boolean {
  const routes = routesFor(ctx);
  return routes.length > 0 && routes.every(isPreflight);
}

const routesFor = (ctx: ExtendableContext): readonly Layer[] =>
  ((ctx as Matched).matched ?? []).filter((layer) => isRoute(layer) && layer.methods.includes(ctx.method));
