import type { Request, RequestHandler } from 'express';

// Internal structures that Express 4 and Express 5 share, and that their types omit.

/** A handler of a route. */
export interface RouteLayer {
  /** The method in lowercase; `undefined` for `route.all`. */
  readonly method: string | undefined;
  readonly handle: RequestHandler;
}
/** A route with its handlers. */
export interface Route {
  readonly path: unknown;
  readonly stack: readonly RouteLayer[];
  readonly methods: Readonly<Record<string, boolean | undefined>>;
}
/** An entry of a router: middleware, a nested router, or a route. */
export interface Layer {
  /** The name of the handler that was passed to Express. A library may replace the handler later. */
  readonly name: string;
  readonly route: Route | undefined;
  handle: RequestHandler;
  /** The path that was passed to `use` or to the route. Express 5 has it since its router 2.3. */
  readonly rawPath?: unknown;
  /** The pattern that Express 4 compiled from the path. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
  /** Whether the path is `/`, in Express 5. */
  readonly slash?: boolean;
}
/** A callback of `router.param`. */
export type ParameterCallback = (
  req: Request,
  res: unknown,
  next: (error?: unknown) => void,
  value: unknown,
  name: string,
) => unknown;
/** A router of Express. */
export interface RouterInternals {
  readonly stack: Layer[];
  readonly use?: (handler: () => void) => unknown;
  /** The callbacks of `router.param`, by parameter. */
  readonly params?: Readonly<Record<string, ParameterCallback[]>>;
}
/** An application of Express. */
export interface AppInternals {
  /** The application on which this one is mounted. */
  readonly parent?: unknown;
  readonly router?: RouterInternals;
  readonly _router?: RouterInternals;
  lazyrouter?: () => void;
  use: (...args: unknown[]) => unknown;
  listen: (...args: unknown[]) => unknown;
}

export const isRouter = (value: unknown): value is RouterInternals =>
  typeof value === 'function' && Array.isArray((value as { stack?: unknown }).stack);

export const isApp = (value: unknown): value is AppInternals =>
  typeof value === 'function' && 'handle' in value && 'set' in value;

/** Returns the router of an application. Express 4 creates it when it is first needed. */
export const routerOf = (app: AppInternals): RouterInternals => {
  if (app.lazyrouter === undefined) return app.router!; // Express 5
  app.lazyrouter();
  return app._router!;
};

type Call = (this: Layer, ...args: never[]) => unknown;

/** The methods that call a layer; Express 4 and Express 5 name them differently. */
export interface LayerPrototype {
  handle_request?: Call;
  handleRequest?: Call;
  handle_error?: Call;
  handleError?: Call;
}

/**
 * Returns the prototype of the layers of a router; each copy of Express has another one. If the router has no layer yet, the function adds
 * one and removes it again.
 *
 * @returns `undefined` for an empty stack without its router
 */
export function layerPrototypeOf(router: RouterInternals): LayerPrototype | undefined {
  const { stack, use } = router;
  if (stack.length > 0) return Object.getPrototypeOf(stack[0]) as LayerPrototype;
  if (use === undefined) return undefined;
  Reflect.apply(use, router, [() => {}]);
  return Object.getPrototypeOf(stack.pop()) as LayerPrototype;
}

/** The prototype of the routers of one copy of Express. */
export interface RouterPrototype {
  param: (this: RouterInternals, ...args: unknown[]) => unknown;
  handle: (this: RouterInternals, req: Request, ...args: unknown[]) => unknown;
}

/** Returns the prototype of a router; `undefined` for a stack without its router. */
export function routerPrototypeOf(router: RouterInternals): RouterPrototype | undefined {
  let each: object | null = router;
  while (each !== null && !(Object.hasOwn(each, 'param') && Object.hasOwn(each, 'handle')))
    each = Object.getPrototypeOf(each) as object | null;
  return (each as RouterPrototype | null) ?? undefined;
}

const written = new WeakMap<Layer, RequestHandler>();

/** Stores the handler of a layer as the application wrote it, because a library for tracing may replace it later. */
export function rememberHandler(layer: Layer): void {
  if (!written.has(layer)) written.set(layer, layer.handle);
}

/** Returns the handler of a layer as the application wrote it, if it is known; otherwise the handler that Express calls. */
export const writtenHandler = (layer: Layer): RequestHandler => written.get(layer) ?? layer.handle;

const appBehind = Symbol.for('@nanook/express/app');

/** Returns whether a layer mounts an application. Express wraps the application in a function of this name. */
export const isMountedApp = ({ name }: Layer): boolean => name === 'mounted_app';

/** Stores the application that a layer mounts, because Express keeps no reference from the layer to the application. */
export const rememberApp = (layer: Layer, app: AppInternals): unknown =>
  Object.defineProperty(layer, appBehind, { value: app });

/** Returns the application that a layer mounts, if it was stored with {@link rememberApp}. */
export const mountedApp = (layer: Layer): AppInternals | undefined =>
  (layer as { [appBehind]?: AppInternals })[appBehind];
