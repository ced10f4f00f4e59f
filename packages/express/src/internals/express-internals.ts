import type { RequestHandler } from 'express';

// What Express 4 and 5 have in common inside, and their types leave out.

export interface RouteLayer {
  /** In small letters; undefined for `route.all`. */
  readonly method: string | undefined;
  readonly handle: RequestHandler;
}
export interface Route {
  readonly path: unknown;
  readonly stack: readonly RouteLayer[];
  readonly methods: Readonly<Record<string, boolean | undefined>>;
}
export interface Layer {
  readonly route: Route | undefined;
  handle: RequestHandler;
  /** What was given to `use` or a route. Express 5, since its router 2.3. */
  readonly rawPath?: unknown;
  /** What was made of it. Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
  /** Whether it was `/`. Express 5. */
  readonly slash?: boolean;
}
export interface RouterInternals {
  readonly stack: Layer[];
  readonly use?: (handler: () => void) => unknown;
}
export interface AppInternals {
  /** The app that this one is mounted on. */
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

export const routerOf = (app: AppInternals): RouterInternals => {
  if (app.lazyrouter === undefined) return app.router!; // Express 5
  app.lazyrouter();
  return app._router!;
};

type Call = (this: Layer, ...args: never[]) => unknown;

/** The methods that call a layer, in the words of Express 4 and of Express 5. */
export interface LayerPrototype {
  handle_request?: Call;
  handleRequest?: Call;
  handle_error?: Call;
  handleError?: Call;
}

/** Finds the methods of layers, which each copy of Express has for itself; `undefined` for an empty stack without its router. */
export function layerPrototypeOf(router: RouterInternals): LayerPrototype | undefined {
  const { stack, use } = router;
  if (stack.length > 0) return Object.getPrototypeOf(stack[0]) as LayerPrototype;
  if (use === undefined) return undefined;
  Reflect.apply(use, router, [() => {}]);
  return Object.getPrototypeOf(stack.pop()) as LayerPrototype;
}

const appBehind = Symbol.for('@nanook/express/app');

/** Express mounts an app in a closure of this name, and keeps no way from it to the app. */
export const isMountedApp = ({ handle }: Layer): boolean => handle.name === 'mounted_app';

/** Remembers which app a layer stands for, for {@link mountedApp}. */
export const rememberApp = (layer: Layer, app: AppInternals): unknown =>
  Object.defineProperty(layer, appBehind, { value: app });

export const mountedApp = (layer: Layer): AppInternals | undefined =>
  (layer as { [appBehind]?: AppInternals })[appBehind];
