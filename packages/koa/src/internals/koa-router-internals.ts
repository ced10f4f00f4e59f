import {
  haveDecision,
  locationOf,
  requirementOf,
  skippedBy,
  splitHandlers,
  type RouteHandlers,
  type RouteRequirement,
} from '@nanook/http';

// The internal structures of Koa and @koa/router that this package uses. It does not depend on @koa/router, because Koa works without it.

/** A router of `@koa/router`. */
export interface Router {
  readonly stack: readonly Layer[];
}

/**
 * An entry of a router: a route, or middleware, which has no methods. When a router is mounted in another one, its layers are copied into
 * the stack of the other.
 */
export interface Layer {
  /** The methods in capitals; `HEAD` comes before `GET`. */
  readonly methods: readonly string[];
  /** The path with the prefixes of its routers. */
  readonly path: string | RegExp;
  /** The handlers in their order; the last one responds. */
  readonly stack: readonly Handler[];
  readonly opts: { readonly end?: boolean | undefined };
  match(path: string): boolean;
}

/** An application of Koa. */
export interface App {
  readonly middleware: readonly Handler[];
  callback: (...args: never[]) => (...args: never[]) => unknown;
}

export type Handler = (...args: never[]) => unknown;

export const isRoute = ({ methods }: Layer): boolean => methods.length > 0;

export const isApp = (value: object): value is App =>
  Array.isArray((value as { readonly middleware?: unknown }).middleware);

/** Returns whether a value is a router of `@koa/router` or `koa-router`, of any copy. */
export const isRouter = (value: unknown): value is Router =>
  typeof value === 'object' && value !== null && 'register' in value && 'use' in value && 'routes' in value;

/** Returns the router of the middleware `router.routes()`. */
export const routerOf = (middleware: Handler): Router | undefined =>
  (middleware as { readonly router?: Router }).router;

/** Returns the routers that middleware calls without authorization. */
export const skippedRouters = (middleware: Handler): readonly Router[] =>
  skippedBy(middleware)?.middleware.flatMap((each) => routerOf(each) ?? []) ?? none;

const none: readonly Router[] = [];

const originals = new WeakMap<Handler, Handler>();

/** Stores the handler that a wrapper calls. */
export const rememberOriginal = (wrapper: Handler, original: Handler): unknown =>
  originals.set(wrapper, original);

/** Returns the handler as the application wrote it. */
export const originalOf = (handler: Handler): Handler => originals.get(handler) ?? handler;

/** The handlers of layers as the application wrote them. */
const written = new WeakMap<Layer, readonly Handler[]>();

/** Replaces the handlers of a layer by wrappers. The layers of several paths share an array of handlers, so each layer gets its own. */
export function setHandlers(layer: Layer, handlers: readonly Handler[]): void {
  (layer as { stack: readonly Handler[] }).stack = [...handlers];
  written.set(layer, handlers.map(originalOf));
}

/** Returns the handlers of a layer as the application wrote them, also where a library has replaced them, such as one for tracing. */
export function writtenIn(layer: Layer): readonly Handler[] {
  const known = written.get(layer);
  if (known?.length === layer.stack.length)
    layer.stack.forEach((handler, i) => {
      if (originalOf(handler) !== known[i]) rememberOriginal(handler, known[i]!);
    });
  return layer.stack.map(originalOf);
}

/** Returns the requirements among handlers. */
export const requirementsOf = (handlers: readonly Handler[]): readonly RouteRequirement[] =>
  handlers.map(requirementOf).filter((requirement) => requirement !== undefined);

/** The handlers that `protect` has inserted before those of a route. */
export const routeGuards = new WeakSet<Handler>();

/** Returns the requirements and the handler of a route. */
export const routeHandlers = (route: Layer): RouteHandlers => splitHandlers(handlersOf(route));

/** Describes the functions before the handler of a route that are not requirements, `name (file:line)`. */
export function functionsBefore(route: Layer): readonly string[] {
  const handlers = handlersOf(route).filter((handler) => requirementOf(handler) === undefined);
  return handlers.slice(0, -1).map((handler) => {
    const location = locationOf(handler);
    return `${handler.name || 'the function'}${location === undefined ? '' : ` (${location})`}`;
  });
}

/** Returns whether a requirement of a route decides before its handler. */
export function isProtected(route: Layer): boolean {
  const found = checked.get(route);
  if (found !== undefined && isUnchanged(route, found.handlers)) return found.isProtected;
  const isRouteProtected = haveDecision(handlersOf(route));
  checked.set(route, { handlers: [...route.stack], isProtected: isRouteProtected });
  return isRouteProtected;
}

/** The result about a route. Each request needs it, and it changes only when a handler is added or replaced. */
const checked = new WeakMap<
  Layer,
  { readonly handlers: readonly Handler[]; readonly isProtected: boolean }
>();

const isUnchanged = ({ stack }: Layer, handlers: readonly Handler[]): boolean =>
  stack.length === handlers.length && stack.every((handler, i) => handler === handlers[i]);

const handlersOf = (route: Layer): readonly Handler[] =>
  writtenIn(route).filter((handler) => !routeGuards.has(handler) && !('param' in handler));

/** Returns whether a route was written with `options(…)`, for preflight requests only. */
export const isPreflight = ({ methods }: Layer): boolean => methods.every((method) => method === 'OPTIONS');
