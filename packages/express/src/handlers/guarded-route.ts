import { AuthorizationConfigError, checkHandlers, decides, requirementExample } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { handlersBeyondPreflight, handlerLocation, methodIn } from '../internals/route-handlers.js';
import { scopesOf, type Next } from './handler-scopes.js';
import type { Route } from '../internals/express-internals.js';
import { guardRoute, isSettled } from './response-guard.js';
import { routeOf } from '../internals/request.js';

/** Calls a protected route in its scope: not at all when it carries no requirement and nothing was decided before it, and else over the net. */
export function callRoute(
  route: Route,
  req: Request,
  res: ServerResponse,
  next: Next,
  call: (next: Next) => unknown,
): unknown {
  if (isSettled(req)) return call(next);
  if (!hasRequirement(route, req)) {
    checkHandlers(route.stack.map(({ handle }) => handle));
    return next(
      new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
        method: req.method,
        route: routeOf(req),
        handler: handlerLocation(req),
        elsewhere: scopesOf(req).decisions,
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

function hasRequirement(route: Route, req: Request): boolean {
  const chain = handlersBeyondPreflight(route, methodIn(route, req.method));
  return chain === undefined || chain.requirements.some(decides);
}
