import { AuthorizationConfigError, checkHandlers, requirementExample } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import type { Route } from '../internals/express-internals.js';
import { routeOf } from '../internals/request.js';
import { handlerLocation, isProtected, methodIn } from '../internals/route-handlers.js';
import { scopesOf, type Next } from './handler-scopes.js';
import { guardRoute, isSettled } from './response-guard.js';

/**
 * Calls a route of a protected router. An unprotected route fails before any of its handlers runs, unless its routers made a decision. A
 * route with a requirement runs under the response guard, because a handler before the requirement may respond.
 */
export function callRoute(
  route: Route,
  req: Request,
  res: ServerResponse,
  next: Next,
  call: (next: Next) => unknown,
): unknown {
  if (isSettled(req)) return call(next);
  if (!isProtected(route, methodIn(route, req.method))) {
    checkHandlers(route.stack.map(({ handle }) => handle));
    return next(
      new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
        method: req.method,
        route: routeOf(req),
        handler: handlerLocation(req),
        elsewhere: scopesOf(req).made,
        example: requirementExample(req.method, route.path),
      }),
    );
  }
  let isLeft = false;
  guardRoute(req, res, next, () => isLeft);
  return call((reason) => {
    isLeft = true;
    next(reason);
  });
}
