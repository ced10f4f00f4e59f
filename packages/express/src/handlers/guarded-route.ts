import { AuthorizationConfigError, checkHandlers, requirementExample } from '@nanook/http';
import type { Request } from 'express';
import type { ServerResponse } from 'node:http';
import type { Route } from '../internals/express-internals.js';
import { routeOf } from '../internals/request.js';
import { functionsBefore, handlerLocation, isProtected, methodIn } from '../internals/route-handlers.js';
import { isInProtected } from './call-layer.js';
import type { LayerFrame, Next, RequestFrames } from './frames.js';
import { guardRoute } from './response-guard.js';

/**
 * Calls a route. In a protected router, an unprotected route fails before any of its handlers runs, unless its routers made a decision. A
 * route with a requirement runs under the response guard, because a handler before the requirement may respond.
 */
export function callRoute(
  route: Route,
  req: Request,
  res: ServerResponse,
  frames: RequestFrames,
  next: Next,
  frame: LayerFrame,
  call: () => unknown,
): unknown {
  if (frame.isCovered || !isInProtected(frame)) return call();
  const method = methodIn(route, req.method);
  if (!isProtected(route, method)) {
    checkHandlers(route.stack.map(({ handle }) => handle));
    return next(
      new AuthorizationConfigError('NANOOK_HTTP_UNPROTECTED_ROUTE', {
        method: req.method,
        route: routeOf(req),
        handler: handlerLocation(req),
        elsewhere: frames.made,
        example: requirementExample(req.method, route.path),
        before: functionsBefore(route, method),
      }),
    );
  }
  guardRoute(req, res, frames, next, frame);
  return call();
}
