import { describeValue } from '@nanook/core/internal';
import {
  AuthorizationConfigError,
  checkHandlers,
  decides,
  requirementCall,
  requirementExample,
} from '@nanook/http';
import { followApp, followInLayer } from '../handlers/follow-handlers.js';
import { followedOf } from '../handlers/followed-context.js';
import { asOwn } from '../handlers/own-middleware.js';
import { runGuarded } from '../handlers/response-guard.js';
import { afterUse, watchApplications } from '../handlers/watch-applications.js';
import { afterChange, followRouter } from '../handlers/watch-routers.js';
import { authzOf, findAuthz, type OwnMiddleware } from '../internals/context.js';
import {
  functionsBefore,
  isApp,
  isPreflight,
  isProtected,
  isRoute,
  originalOf,
  routeGuards,
  routeHandlers,
  routerOf,
  setHandlers,
  writtenIn,
  type App,
  type Handler,
  type Layer,
  type Router,
} from '../internals/koa-router-internals.js';
import { handlerLocation, routeOf } from '../internals/matched-route.js';
import { checkRoutes } from './check-requirements.js';
import { checkSkips } from './check-skips.js';

const protectedObjects = new WeakSet<object>();

/**
 * Protects a router of `@koa/router` with its nested routers, or an application with the routers that it uses: an unprotected route fails
 * before any of its handlers runs. A route is protected by `authorize(action, …)` or `skipAuthorization(reason)` before its last handler,
 * or by a decision of the routers around it. Routes may be added before and after the call.
 *
 * If a handler before the requirement responds, the response is blocked, as with `authorize()`. `app.callback` throws when no rule of the
 * policy can allow a requirement, because an action or a type is misspelled, and when a requirement comes before `authorization`.
 *
 * The application must use a router with `router.routes()`. Protect other routers themselves, such as those of an application that
 * `koa-mount` wraps.
 *
 * @returns its argument
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION` for a skip that counts for the whole application;
 *   `NANOOK_HTTP_INVALID_OPTION` for a value that is neither an application nor a router
 * @example
 * const router = protect(new Router());
 */
export function protect<Routes extends Router | App>(routes: Routes): Routes {
  const internals: unknown = routes;
  if (
    typeof internals !== 'object' ||
    internals === null ||
    !('middleware' in internals || 'stack' in internals) ||
    'req' in internals
  )
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'routes',
      reason:
        `must be a router of @koa/router or an application, got ${describeValue(internals)}; ` +
        `\`protect\` is not middleware: write protect(router), without app.use`,
    });
  if (protectedObjects.has(routes)) return routes;
  protectedObjects.add(routes);
  if (isApp(routes)) protectApp(routes);
  else protectRouter(routes);
  return routes;
}

/** Returns whether an application, or a router that it uses, is protected. */
export const usesProtect = (app: App): boolean =>
  [app, ...app.middleware.map(routerOf)].some((each) => each !== undefined && protectedObjects.has(each));

function protectApp(app: App): void {
  watchApplications(app);
  const protectMiddleware = () => {
    checkHandlers(app.middleware.map(originalOf));
    checkSkips(app);
    followApp(app);
    app.middleware.map(routerOf).forEach((router) => router && protect(router));
  };
  protectMiddleware();
  afterUse(app, protectMiddleware);
  const { callback } = app;
  app.callback = function (...args) {
    checkRoutes(app);
    return Reflect.apply(callback, app, args);
  };
}

function protectRouter(router: Router): void {
  followRouter(router);
  const guardRoutes = () => router.stack.filter(isRoute).forEach(guardRoute);
  guardRoutes();
  afterChange(router, guardRoutes);
}

/** Inserts a guard before the handlers of a route, or moves it there. A copied route has its guard already. */
function guardRoute(route: Layer): void {
  const index = writtenIn(route).findIndex((handler) => routeGuards.has(handler));
  if (index === 0) return;
  const stack = [...route.stack];
  const guard = index > 0 ? stack.splice(index, 1)[0]! : followInLayer(newGuard(route), route);
  setHandlers(route, [guard, ...stack]);
}

function newGuard(added: Layer): Handler {
  const guard: OwnMiddleware = (ctx, next, given) => {
    const found = findAuthz(ctx);
    const frame = followedOf(ctx).frameWith(next, given);
    const route = frame?.place.layer ?? added; // a router copies the routes of nested routers
    if ((found !== undefined && (frame ?? found).isSettled) || isPreflight(route)) return next();
    if (!isProtected(route)) {
      checkHandlers(writtenIn(route));
      throw new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
        method: ctx.method,
        route: routeOf(ctx),
        handler: handlerLocation(ctx),
        elsewhere: found?.decisions.made,
        example: requirementExample(ctx.method, route.path),
        before: functionsBefore(route),
      });
    }
    return runGuarded(ctx, found ?? authzOf(ctx, callOf(route)), frame, next, route);
  };
  routeGuards.add(guard);
  return asOwn(guard);
}

/** Returns the call that creates the requirement of a protected route, for a message. */
const callOf = (route: Layer): string => requirementCall(routeHandlers(route).requirements.find(decides)!);
