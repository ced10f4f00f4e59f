import {
  asRequirement,
  asSkipped,
  checkSkip,
  expectCall,
  requirementCall,
  type RouteRequirement,
} from '@nanook/http';
import type { RequestHandler } from 'express';
import { followLayers } from '../handlers/follow-layers.js';
import { checkSkippedPath, ownMiddleware } from '../handlers/call-layer.js';
import { authzOf, framesOf } from '../handlers/frames.js';
import { isRouter } from '../internals/express-internals.js';
import type { Middleware } from '../internals/request.js';

/**
 * Creates the requirement of a route, or of a router, that needs no authorization.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`; `NANOOK_HTTP_SKIPPED_APPLICATION`, in a request or from `protect` and
 *   `listRoutes`, when the application itself uses it without a path
 * @example
 * app.get('/health', skipAuthorization('liveness probe'), (req, res) => res.json({ ok: true }));
 */
export function skipAuthorization(reason: string): Middleware;
/**
 * Wraps middleware that responds itself, such as static files. A response of this middleware needs no authorization. Handlers after it are
 * not skipped.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`, `NANOOK_HTTP_INVALID_OPTION`
 * @example
 * app.use(skipAuthorization('public files', express.static('public')));
 */
export function skipAuthorization(
  reason: string,
  ...middleware: readonly (RequestHandler | readonly RequestHandler[])[]
): Middleware;
export function skipAuthorization(
  reason: string,
  ...given: readonly (RequestHandler | readonly RequestHandler[])[]
): Middleware {
  const skipped = given.flat() as readonly RequestHandler[];
  checkSkip(skipAuthorization, reason, skipped);
  if (given.length > 0) return skipFor(reason, skipped);
  const requirement: RouteRequirement = { kind: 'skip', reason };
  const caller = requirementCall(requirement);
  const middleware = ownMiddleware((req, next, frames, frame) => {
    const authz = authzOf(req, caller);
    frames.within(frame, () => {
      checkSkippedPath(req, reason);
      authz.skip(reason);
    });
    next();
  });
  return asRequirement(middleware, requirement);
}

function skipFor(reason: string, middleware: readonly RequestHandler[]): Middleware {
  for (const handler of middleware) if (isRouter(handler)) followLayers(handler);
  const skipping: RequestHandler = (req, res, next) =>
    authzOf(req, 'skipAuthorization').skipFor(reason, (leave) => {
      const call = (i: number, error?: unknown): unknown => {
        const handler = error === undefined ? middleware[i] : undefined;
        if (handler !== undefined) return handler(req, res, (failure?: unknown) => call(i + 1, failure));
        framesOf(req).noteError(error);
        leave();
        return next(error);
      };
      return call(0) as void; // Express 5 awaits a returned promise
    });
  return asSkipped(skipping as Middleware, { reason, middleware });
}

expectCall(skipAuthorization, "skipAuthorization('why')");
