import {
  asRequirement,
  asSkipped,
  checkSkip,
  expectCall,
  requirementCall,
  type RouteRequirement,
} from '@nanook/http';
import type { MiddlewareHandler } from 'hono';
import { authzOf } from './context.js';

/**
 * Creates the requirement of a route, or of all routes under a path, that needs no authorization.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`; `NANOOK_HTTP_SKIPPED_APPLICATION`, from `protect`, if it is used for all paths
 * @example
 * app.get('/health', skipAuthorization('liveness probe'), (c) => c.json({ ok: true }));
 * app.use('/public/*', skipAuthorization('public files'), serveStatic({ root: './' }));
 */
export function skipAuthorization(reason: string): MiddlewareHandler;
/**
 * Wraps middleware that responds itself, such as static files. A response of this middleware needs no authorization. Handlers after it are
 * not skipped.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`, `NANOOK_HTTP_INVALID_OPTION`
 * @example
 * app.use(skipAuthorization('public files', serveStatic({ root: './public' })));
 */
export function skipAuthorization(reason: string, middleware: MiddlewareHandler): MiddlewareHandler;
export function skipAuthorization(reason: string, ...given: [] | [MiddlewareHandler]): MiddlewareHandler {
  checkSkip(skipAuthorization, reason, given);
  if (given.length > 0) return skipFor(reason, given[0]!);
  const requirement: RouteRequirement = { kind: 'skip', reason };
  const caller = requirementCall(requirement);
  const middleware: MiddlewareHandler = async (c, next) => {
    authzOf(c, caller).skip(reason);
    await next();
  };
  return asRequirement(middleware, requirement);
}

function skipFor(reason: string, skipped: MiddlewareHandler): MiddlewareHandler {
  const middleware: MiddlewareHandler = (c, next) =>
    authzOf(c, 'skipAuthorization').skipFor(reason, async (leave) => {
      try {
        return await skipped(c, () => {
          leave();
          return next();
        });
      } catch (error) {
        leave(); // the response of the error handler is not one of this middleware
        throw error;
      }
    });
  return asSkipped(middleware, { reason, middleware: [skipped] });
}

expectCall(skipAuthorization, "skipAuthorization('why')");
