import {
  asRequirement,
  asSkipped,
  checkSkip,
  expectCall,
  requirementCall,
  type RouteRequirement,
} from '@nanook/http';
import type { Context, Middleware as KoaMiddleware } from 'koa';
import { followedOf } from '../handlers/followed-context.js';
import { followDispatch } from '../handlers/follow-handlers.js';
import { asOwn } from '../handlers/own-middleware.js';
import { followRouter } from '../handlers/watch-routers.js';
import { authzOf, type Middleware, type OwnMiddleware } from '../internals/context.js';
import { routerOf, type App, type Handler } from '../internals/koa-router-internals.js';
import { skippedApplication } from '../internals/skipped-application.js';

/**
 * Creates the requirement of a route, or of a router, that needs no authorization.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`; `NANOOK_HTTP_SKIPPED_APPLICATION`, in a request or from `protect` and
 *   `listRoutes`, when the application itself uses it
 * @example
 * router.get('/health', skipAuthorization('liveness probe'), (ctx) => (ctx.body = { ok: true }));
 */
export function skipAuthorization(reason: string): Middleware;
/**
 * Wraps middleware that responds itself, such as static files. A response of this middleware needs no authorization. Handlers after it are
 * not skipped.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`, `NANOOK_HTTP_INVALID_OPTION`
 * @example
 * app.use(skipAuthorization('public files', serve('public')));
 */
export function skipAuthorization(reason: string, middleware: KoaMiddleware): Middleware;
export function skipAuthorization(reason: string, ...given: [] | [KoaMiddleware]): Middleware {
  checkSkip(skipAuthorization, reason, given);
  if (given.length > 0) return skipFor(reason, given[0]!);
  const requirement: RouteRequirement = { kind: 'skip', reason };
  const caller = requirementCall(requirement);
  const middleware: OwnMiddleware = async (ctx, next, given) => {
    const authz = authzOf(ctx, caller);
    const followed = followedOf(ctx);
    const app = ctx.app as unknown as App;
    const frame = followed.frameWith(next, given);
    if (frame === undefined ? app.middleware.includes(middleware) : frame.place.app === app)
      throw skippedApplication(reason);
    followed.decideFor(frame, () => authz.skip(reason));
    await next();
  };
  return asOwn(asRequirement(middleware, requirement));
}

function skipFor(reason: string, skipped: KoaMiddleware): Middleware {
  const router = routerOf(skipped as Handler);
  if (router !== undefined) followRouter(router);
  const handler = followDispatch(skipped as Handler) as KoaMiddleware;
  const middleware: Middleware = async (ctx, next) => {
    const authz = authzOf(ctx, 'skipAuthorization');
    await authz.skipFor(reason, (leave) =>
      handler(ctx as Context, followedOf(ctx).leaving(leave, next) as never),
    );
  };
  return asSkipped(middleware, { reason, middleware: [skipped as Handler] });
}

expectCall(skipAuthorization, "skipAuthorization('why')");
