import { haveDecision, locationOf, requirementOf, splitHandlers, type RouteHandlers } from '@nanook/http';
import type { Request, RequestHandler } from 'express';
import type { Route, RouteLayer } from './express-internals.js';

/**
 * Returns the requirements and the handler of a route.
 *
 * @param method the method in lowercase, as the route stores it; `all` for the methods that the route does not name
 */
export const routeHandlers = (route: Route, method: string): RouteHandlers =>
  splitHandlers(handlesOf(layersFor(route, method)));

/** Returns whether a requirement of a route decides before its handler, or all handlers are for preflight requests. */
export function isProtected(route: Route, method: string): boolean {
  const found = checked.get(route);
  if (found?.method === method && isUnchanged(route, found.handles)) return found.isProtected;
  const layers = layersBeyondPreflight(route, method);
  const isRouteProtected = layers.length === 0 || haveDecision(handlesOf(layers));
  const handles = route.stack.map(({ handle }) => handle);
  checked.set(route, { method, handles, isProtected: isRouteProtected });
  return isRouteProtected;
}

/** The last result about a route. Each request needs it, and it changes only when a handler is added or replaced. */
interface CheckedRoute {
  readonly method: string;
  readonly handles: readonly RequestHandler[];
  readonly isProtected: boolean;
}

const checked = new WeakMap<Route, CheckedRoute>();

const isUnchanged = ({ stack }: Route, handles: readonly RequestHandler[]): boolean =>
  stack.length === handles.length && stack.every(({ handle }, i) => handle === handles[i]);

const layersBeyondPreflight = (route: Route, method: string): readonly RouteLayer[] =>
  layersFor(route, method).filter((layer) => !isPreflight(route, layer));

/** Returns whether a layer was added with `options(…)`, for preflight requests only. `app.all` adds layers for `options`, too. */
const isPreflight = (route: Route, { method, handle }: RouteLayer): boolean =>
  method === 'options' && route.stack.every((other) => other.method === method || other.handle !== handle);

/** Returns the method under which a route stores its handlers: without `head(…)`, `get(…)` handles `HEAD`. */
export function methodIn(route: Route, requested: string): string {
  const method = requested.toLowerCase();
  return method === 'head' && !route.methods['head'] ? 'get' : method;
}

/** Describes the functions before the handler of a route that are not requirements, `name (file:line)`. */
export function functionsBefore(route: Route, method: string): readonly string[] {
  const handlers = handlesOf(layersFor(route, method)).filter((each) => requirementOf(each) === undefined);
  return handlers.slice(0, -1).map((each) => {
    const location = locationOf(each);
    return `${each.name || 'the function'}${location === undefined ? '' : ` (${location})`}`;
  });
}

/** Returns the location of the handler of the current route, `file:line`. */
export function handlerLocation(req: Request): string | undefined {
  const route = req.route as Route | undefined;
  const handler = route && routeHandlers(route, methodIn(route, req.method)).handler;
  return handler && locationOf(handler);
}

/** Returns whether the current route handles `OPTIONS` only with handlers for preflight requests. */
export function isPreflightHandled(req: Request): boolean {
  const route = req.route as Route | undefined;
  return route !== undefined && layersBeyondPreflight(route, 'options').length === 0;
}

const layersFor = (route: Route, method: string): readonly RouteLayer[] =>
  route.stack.filter((layer) => layer.method === undefined || layer.method === method);

/** Error handlers, which have four parameters, are not part of the route's handlers. */
const handlesOf = (layers: readonly RouteLayer[]): readonly RequestHandler[] =>
  layers.map(({ handle }) => handle).filter(({ length }) => length < 4);
