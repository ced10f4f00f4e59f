import type { RequestAuthorization } from '@nanook/http';
import type { Request } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';

// Express declares this namespace for properties that middleware adds to a request. It works with the types of both major versions.
declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Express declares it as a namespace
  namespace Express {
    interface Request {
      /** The authorization of this request; `undefined` until `authorization(authorizer, …)` has run. */
      authz: RequestAuthorization;
    }
  }
}

/** A handler of Express that works with any type of `req.params`. */
export type Middleware = (
  req: IncomingMessage & Express.Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Returns the route as the application wrote it, with the path of its router; outside a route, the path without the query. */
export function routeOf(req: Request): string {
  const route = req.route as { readonly path?: unknown } | undefined;
  return `${req.baseUrl}${route === undefined ? req.path : String(route.path)}`;
}
