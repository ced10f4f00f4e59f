import { requirementOf, skippedBy, type RouteRequirement } from '@nanook/http';

// What @koa/router is made of, as far as it concerns requirements. It is no dependency: Koa does without.

export interface Router {
  readonly stack: readonly Layer[];
}

/** A route, or what a router `use`s: middleware has no methods. Routers within are copied into the stack when they are mounted. */
export interface Layer {
  /** `HEAD` goes before a `GET`. */
  readonly methods: readonly string[];
  /** With the prefixes of its routers. */
  readonly path: string | RegExp;
  /** Those that run, in this order; the last one is the handler. */
  readonly stack: readonly Handler[];
  readonly opts: { readonly end?: boolean };
  match(path: string): boolean;
}

export interface App {
  readonly middleware: readonly Handler[];
  callback: (...args: never[]) => (...args: never[]) => unknown;
}

export type Handler = (...args: never[]) => unknown;

export const isRoute = ({ methods }: Layer): boolean => methods.length > 0;

export const isApp = (value: object): value is App =>
  Array.isArray((value as { readonly middleware?: unknown }).middleware);

/** The router behind `router.routes()`. */
export const routerOf = (middleware: Handler): Router | undefined =>
  (middleware as { readonly router?: Router }).router;

/** The routers that are called by middleware under a skip. */
export const skippedRouters = (middleware: Handler): readonly Router[] =>
  (skippedBy(middleware)?.middleware ?? []).flatMap((each) => routerOf(each) ?? []);

const originals = new WeakMap<Handler, Handler>();

/** Remembers the handler that another one calls in its scope. */
export const rememberOriginal = (scoped: Handler, original: Handler): unknown =>
  originals.set(scoped, original);

/** The handler as the application wrote it. */
export const originalOf = (handler: Handler): Handler => originals.get(handler) ?? handler;

export const requirementsOf = (handlers: readonly Handler[]): readonly RouteRequirement[] =>
  handlers.map(requirementOf).filter((requirement) => requirement !== undefined);

/** What `protect` puts before the handlers of a route. */
export const guards = new WeakSet<Handler>();

/** What a request passes within one route. */
export interface RouteHandlers {
  /** Only those before the handler: behind the one that gives the answer a requirement comes too late. */
  readonly requirements: readonly RouteRequirement[];
  /** The last one that is no requirement. Those before it are taken for middleware, whose business it is not to answer. */
  readonly handler: Handler | undefined;
}

export function routeHandlers({ stack }: Layer): RouteHandlers {
  const handlers = stack.map(originalOf).filter((handler) => !guards.has(handler) && !('param' in handler));
  const last = handlers.findLastIndex((handler) => requirementOf(handler) === undefined);
  const requirements = requirementsOf(last === -1 ? handlers : handlers.slice(0, last));
  const skipped = skippedBy(handlers[last]);
  if (skipped === undefined) return { requirements, handler: handlers[last] };
  return {
    requirements: [...requirements, { kind: 'skip', reason: skipped.reason }],
    handler: skipped.middleware.at(-1),
  };
}

/** Written with `options(…)`: a preflight asks for nothing. */
export const isPreflight = ({ methods }: Layer): boolean => methods.every((method) => method === 'OPTIONS');
