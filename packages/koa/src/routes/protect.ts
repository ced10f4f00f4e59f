import { describeValue } from '@nanook/core';
import { AuthorizationConfigError, checkHandlers, decides, requirementExample } from '@nanook/http';
import { checkRoutes } from './check-requirements.js';
import { followApp, followRouter } from '../handlers/follow-handlers.js';
import { watchOrigins } from '../internals/layer-origins.js';
import { findAuthz, type Middleware } from '../internals/context.js';
import { handlerLocation, routeOf } from '../internals/matched-route.js';
import { runGuarded } from '../handlers/response-guard.js';
import { checkSkips } from './check-skips.js';
import {
  routeHandlers,
  guards,
  isApp,
  isPreflight,
  isRoute,
  originalOf,
  routerOf,
  type App,
  type Layer,
  type Router,
} from '../internals/koa-router-internals.js';
import { watchApplications } from '../handlers/watch-applications.js';

type Method = (...args: unknown[]) => unknown;

const protectedAlready = new WeakSet<object>();

/**
 * Refuses, before any of its handlers runs, a route that carries no requirement: neither `authorize(action, …)` nor
 * `skipAuthorization(reason)` before its last handler, and nothing decided before it by its routers. For a router of `@koa/router`, and
 * those mounted in it; or an app, and the routers it uses. Routes may be added before and after.
 *
 * What a handler in front of the requirement answers is blocked, as over the net of `authorize()`.
 *
 * What an app uses apart from `router.routes()`, such as another app that `koa-mount` wraps, cannot be seen: protect its routers.
 *
 * @returns what was given
 */
export function protect<Routes extends Router | App>(routes: Routes): Routes {
  const inside: unknown = routes;
  if (
    typeof inside !== 'object' ||
    inside === null ||
    !('middleware' in inside || 'stack' in inside) ||
    'req' in inside
  )
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'routes',
      reason:
        `must be a router of @koa/router or an application, got ${describeValue(inside)}; ` +
        `\`protect\` is no middleware: write protect(router), without app.use`,
    });
  if (protectedAlready.has(routes)) return routes;
  protectedAlready.add(routes);
  if (isApp(routes)) protectApp(routes);
  else protectRouter(routes);
  return routes;
}

function protectApp(app: App): void {
  watchApplications(app);
  const protectMiddleware = () => {
    checkHandlers(app.middleware.map(originalOf));
    checkSkips(app);
    followApp(app);
    app.middleware.map(routerOf).forEach((router) => router && protect(router));
  };
  protectMiddleware();
  after(app, 'use', protectMiddleware);
  const { callback } = app;
  app.callback = function (...args) {
    checkRoutes(app);
    return Reflect.apply(callback, app, args);
  };
}

function protectRouter(router: Router): void {
  watchOrigins(router);
  const guardRoutes = () => {
    router.stack.filter(isRoute).forEach(guard);
    followRouter(router);
  };
  guardRoutes();
  // All methods register; `use` takes over the routes of another router.
  after(router, 'register', guardRoutes);
  after(router, 'use', guardRoutes);
}

function after(object: object, name: string, then: () => void): void {
  const methods = object as Record<string, Method>;
  const method = methods[name]!;
  methods[name] = function (this: unknown, ...args) {
    const result = Reflect.apply(method, this, args);
    then();
    return result;
  };
}

/** A route of a router that was mounted elsewhere brings its guard along. */
function guard(route: Layer): void {
  if (route.stack.some((handler) => guards.has(originalOf(handler)))) return;
  const refuse: Middleware = async (ctx, next) => {
    const authz = findAuthz(ctx);
    if (authz?.isSettled === true || isPreflight(route)) return next();
    if (authz === undefined || !routeHandlers(route).requirements.some(decides)) {
      checkHandlers(route.stack.map(originalOf));
      throw new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
        method: ctx.method,
        route: routeOf(ctx),
        handler: handlerLocation(ctx),
        elsewhere: authz?.scopes.decisions,
        example: requirementExample(ctx.method, route.path),
      });
    }
    return runGuarded(ctx, authz, next, route);
  };
  guards.add(refuse);
  (route.stack as Middleware[]).unshift(refuse);
}
