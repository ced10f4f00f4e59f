import { locationOf, requirementOf, skippedBy, type RouteRequirement } from '@nanook/http';
import type { Request, RequestHandler } from 'express';
import type { Route, RouteLayer } from './express-internals.js';

/** What a request passes within one route. */
export interface RouteHandlers {
  /** In order, and only those before the handler: behind the one that gives the answer a requirement comes too late. */
  readonly requirements: readonly RouteRequirement[];
  /** The last one that is no requirement. Those before it are taken for middleware, whose business it is not to answer. */
  readonly handler: RequestHandler | undefined;
}

/** @param method in small letters, as the route has it; `all` for those that it does not name */
export const routeHandlers = (route: Route, method: string): RouteHandlers =>
  splitHandlers(layersFor(route, method));

/** The same without what was written for preflights; undefined when there is nothing else. */
export function handlersBeyondPreflight(route: Route, method: string): RouteHandlers | undefined {
  const layers = layersFor(route, method).filter((layer) => !isPreflight(route, layer));
  return layers.length === 0 ? undefined : splitHandlers(layers);
}

/** Whether only preflights are answered here: by whoever wrote `options(…)` for them. `app.all` writes it, too. */
const isPreflight = (route: Route, { method, handle }: RouteLayer): boolean =>
  method === 'options' && route.stack.every((other) => other.method === method || other.handle !== handle);

/** The route's name for what was asked: as long as there is no `head(…)`, `get(…)` answers it. */
export function methodIn(route: Route, asked: string): string {
  const method = asked.toLowerCase();
  return method === 'head' && !route.methods['head'] ? 'get' : method;
}

/** Where the handler of the route that was reached was written. */
export function handlerLocation(req: Request): string | undefined {
  const route = req.route as Route | undefined;
  const handler = route && routeHandlers(route, methodIn(route, req.method)).handler;
  return handler && locationOf(handler);
}

/** Whether the route that was reached answers this `OPTIONS` with what was written for it alone. */
export function isPreflightHandled(req: Request): boolean {
  const route = req.route as Route | undefined;
  return route !== undefined && handlersBeyondPreflight(route, 'options') === undefined;
}

const layersFor = (route: Route, method: string): readonly RouteLayer[] =>
  route.stack.filter((layer) => layer.method === undefined || layer.method === method);

function splitHandlers(layers: readonly RouteLayer[]): RouteHandlers {
  // Who takes four arguments answers errors.
  const handlers = layers.map(({ handle }) => handle).filter(({ length }) => length < 4);
  const last = handlers.findLastIndex((handler) => requirementOf(handler) === undefined);
  const before = last === -1 ? handlers : handlers.slice(0, last);
  const requirements = before.flatMap((handler) => requirementOf(handler) ?? []);
  const skipped = skippedBy(handlers[last]);
  if (skipped === undefined) return { requirements, handler: handlers[last] };
  const handler = skipped.middleware.at(-1) as RequestHandler | undefined;
  return { requirements: [...requirements, { kind: 'skip', reason: skipped.reason }], handler };
}
