import { ruleOf, type Rule } from '@nanook/http';

// What @koa/router is made of, as far as it concerns rules. It is no dependency: Koa does without.

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
  match(path: string): boolean;
}

export interface App {
  readonly middleware: readonly Handler[];
}

export type Handler = (...args: never[]) => unknown;

export const isRoute = ({ methods }: Layer): boolean => methods.length > 0;

export const isApp = (value: object): value is App =>
  Array.isArray((value as { readonly middleware?: unknown }).middleware);

/** The router behind `router.routes()`. */
export const routerOf = (middleware: Handler): Router | undefined =>
  (middleware as { readonly router?: Router }).router;

export const rulesOf = (handlers: readonly Handler[]): readonly Rule[] =>
  handlers.map(ruleOf).filter((rule) => rule !== undefined);

/** What `protect` puts before the handlers of a route. */
export const guards = new WeakSet<Handler>();

/** The rules that stand before the handler of a route: the last one gives the answer, and a rule behind it would come too late. */
export function rulesOfRoute({ stack }: Layer): readonly Rule[] {
  const handlers = stack.filter((handler) => !guards.has(handler) && !('param' in handler));
  return rulesOf(handlers.length === 1 ? handlers : handlers.slice(0, -1));
}
