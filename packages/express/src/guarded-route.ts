import { AuthorizationFault, checkHandlers, decides } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import { chainBeyondPreflight, handlerLocation, methodIn } from './chain.js';
import { scopesOf, type Next } from './handler-scopes.js';
import type { Route } from './inside.js';
import { coverRoute, isSettled } from './net.js';
import { routeOf } from './request.js';

/** Calls a protected route in its scope: not at all when it carries no rule and nothing was decided before it, and else over the net. */
export function callRoute(
  route: Route,
  req: Request,
  res: ServerResponse,
  next: Next,
  call: (next: Next) => unknown,
): unknown {
  if (isSettled(req)) return call(next);
  if (!carriesRule(route, req)) {
    checkHandlers(route.stack.map(({ handle }) => handle));
    return next(
      new AuthorizationFault('NANOOK_HTTP_UNPROTECTED_ROUTE', {
        method: req.method,
        route: routeOf(req),
        handler: handlerLocation(req),
        elsewhere: scopesOf(req).decisions,
      }),
    );
  }
  let isLeft = false;
  coverRoute(req, res, next, () => isLeft);
  return call((reason) => {
    isLeft = true;
    next(reason);
  });
}

function carriesRule(route: Route, req: Request): boolean {
  const chain = chainBeyondPreflight(route, methodIn(route, req.method));
  return chain === undefined || chain.rules.some(decides);
}
