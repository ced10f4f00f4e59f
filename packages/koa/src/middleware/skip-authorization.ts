import { AuthorizationConfigError, asRequirement, asSkipped, checkSkip, expectCall } from '@nanook/http';
import type { Context, Middleware as KoaMiddleware } from 'koa';
import { followRouter } from '../handlers/follow-handlers.js';
import {
  asOwn,
  continueAfter,
  decideFor,
  isWholeApplication,
  runAfterSkip,
  scopesOf,
} from '../handlers/handler-scopes.js';
import { watchApplications } from '../handlers/watch-applications.js';
import { authzOf, type Middleware } from '../internals/context.js';
import { routerOf, type Handler } from '../internals/koa-router-internals.js';

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
  watchApplications();
  if (given.length > 0) return skipFor(reason, given[0]!);
  const middleware: Middleware = async (ctx, next) => {
    const authz = authzOf(ctx, 'skipAuthorization');
    if (isWholeApplication(ctx, middleware, next))
      throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason });
    decideFor(ctx, middleware, next, () => authz.skip(reason));
    await continueAfter(ctx, middleware, next);
  };
  return asOwn(asRequirement(middleware, { kind: 'skip', reason }));
}

function skipFor(reason: string, skipped: KoaMiddleware): Middleware {
  const router = routerOf(skipped as Handler);
  const middleware: Middleware = async (ctx, next) => {
    if (router !== undefined) followRouter(router);
    const authz = authzOf(ctx, 'skipAuthorization');
    const outer = scopesOf(ctx).current;
    await authz.skipFor(reason, () => skipped(ctx as Context, () => runAfterSkip(ctx, outer, next)));
  };
  return asSkipped(middleware, { reason, middleware: [skipped as Handler] });
}

expectCall(skipAuthorization, "skipAuthorization('why')");
