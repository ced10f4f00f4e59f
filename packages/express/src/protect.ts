import { AuthorizationFault, decides, ruleOf } from '@nanook/http';
import type { Application, Request, RequestHandler, Router } from 'express';
import { routeOf } from './request.js';

// What Express 4 and 5 have in common, and their types leave out.
interface RouteLayer {
  /** Undefined for `route.all`. */
  readonly method: string | undefined;
  readonly handle: unknown;
}
interface Route {
  readonly stack: readonly RouteLayer[];
  readonly methods: Readonly<Record<string, boolean | undefined>>;
}
interface Layer {
  readonly route: Route | undefined;
  handle: RequestHandler;
}
interface RouterInside {
  readonly stack: Layer[];
  route: (path: unknown) => Route;
  use: (...args: unknown[]) => unknown;
}
interface AppInside {
  readonly router?: RouterInside;
  readonly _router?: RouterInside;
  lazyrouter?: () => void;
  use: (...args: unknown[]) => unknown;
}

const protectedAlready = new WeakSet<object>();

/**
 * Refuses, before any of its handlers runs, a route that carries no rule: neither `authorize(action, …)` nor
 * `skipAuthorization(reason)` among its handlers, and nothing decided before it by its routers. Routes may be added before and
 * after, and routers within are protected, too. Apps are mounted after.
 *
 * @returns what was given
 * @throws {AuthorizationFault} `NANOOK_HTTP_UNSEEN_APP` for an app that was mounted before
 */
export function protect<Routes extends Router | Application>(routes: Routes): Routes {
  const inside: unknown = routes;
  if (isApp(inside)) protectApp(inside);
  else protectRouter(inside as RouterInside);
  return routes;
}

function protectApp(app: AppInside): void {
  if (protectedAlready.has(app)) return;
  protectedAlready.add(app);
  protectRouter(routerOf(app));
  const { use } = app;
  app.use = function (...args) {
    for (const handler of args.flat(Infinity)) if (isApp(handler)) protectApp(handler);
    return Reflect.apply(use, app, args);
  };
}

function protectRouter(router: RouterInside): void {
  if (protectedAlready.has(router)) return;
  protectedAlready.add(router);
  router.stack.forEach(protectLayer);
  // `app.use` gives an app away before it hides it in a closure; here it was too early for that.
  if (router.stack.some(({ handle }) => handle.name === 'mounted_app'))
    throw new AuthorizationFault('NANOOK_HTTP_UNSEEN_APP', {});
  for (const method of ['route', 'use'] as const) {
    const add = router[method] as (...args: unknown[]) => unknown;
    router[method] = (...args: unknown[]): never => {
      const known = router.stack.length;
      const added = Reflect.apply(add, router, args);
      router.stack.slice(known).forEach(protectLayer);
      return added as never;
    };
  }
}

function protectLayer(layer: Layer): void {
  const { route, handle } = layer;
  if (route !== undefined) {
    layer.handle = (req, res, next) => {
      if (carriesRule(route, req)) handle(req, res, next);
      else
        next(
          new AuthorizationFault('NANOOK_HTTP_UNPROTECTED_ROUTE', {
            method: req.method,
            route: routeOf(req),
          }),
        );
    };
  } else if (isApp(handle)) {
    protectApp(handle);
  } else if (isRouter(handle)) {
    protectRouter(handle);
  }
}

/** Whether a rule stands before the handler that this request will reach, or a router's rule has decided already. */
function carriesRule(route: Route, req: Request): boolean {
  const authz = req.authz as Request['authz'] | undefined;
  if (authz?.isSettled === true) return true;
  const asked = req.method.toLowerCase();
  const method = asked === 'head' && !route.methods['head'] ? 'get' : asked;
  const handlers = route.stack.filter((layer) => layer.method === undefined || layer.method === method);
  // A preflight is answered by whoever wrote `options(…)` for it; `app.all` writes it, too.
  const isPreflight = ({ method: of, handle }: RouteLayer) =>
    of === 'options' && route.stack.every((other) => other.method === of || other.handle !== handle);
  const own = handlers.filter((layer) => !isPreflight(layer));
  if (own.length === 0) return true;
  const first = own.findIndex((layer) => {
    const rule = ruleOf(layer.handle);
    return rule !== undefined && decides(rule);
  });
  // The last one gives the answer: a rule behind it would come too late.
  return first !== -1 && (first < own.length - 1 || own.length === 1);
}

const routerOf = (app: AppInside): RouterInside => {
  if (app.lazyrouter === undefined) return app.router!; // Express 5
  app.lazyrouter();
  return app._router!;
};

const isRouter = (value: unknown): value is RouterInside =>
  typeof value === 'function' && Array.isArray((value as { stack?: unknown }).stack);

const isApp = (value: unknown): value is AppInside =>
  typeof value === 'function' && 'handle' in value && 'set' in value;
