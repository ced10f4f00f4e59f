import { AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import type { Request } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';

// Express's own place for what middleware adds to a request; it serves the types of both majors. `Express.User` is not ours.
declare global {
  // oxlint-disable-next-line typescript/no-namespace -- that is how Express has it
  namespace Express {
    interface Request {
      /** The authorization of this request; set by `authorization(authorizer, …)`. */
      authz: RequestAuthorization;
    }
  }
}

/** A handler of Express that leaves it to the route to say what `req.params` is. */
export type Middleware = (
  req: IncomingMessage & Express.Request,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION` */
export function authzOf(req: Express.Request, wanted: string): RequestAuthorization {
  const authz = req.authz as RequestAuthorization | undefined;
  if (authz === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', { wanted });
  return authz;
}

/** The route as it was written, below where its router is mounted; before there is one, the path. Never the query. */
export function routeOf(req: Request): string {
  const route = req.route as { readonly path?: unknown } | undefined;
  return `${req.baseUrl}${route === undefined ? req.path : String(route.path)}`;
}
