import { AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import type { FastifyRequest } from 'fastify';
import { registration } from '../routes/registration.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The authorization of the request. */
    authz: RequestAuthorization;
  }
}

/**
 * A hook that declares a requirement: for a route as its `preHandler`, or for the routes of a plugin with `addHook('preHandler', …)`.
 * Fastify calls it with a request.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a hook serves routes with any types of body, query and path
export type Hook = (request: FastifyRequest<any>) => Promise<void>;

/**
 * Returns the authorization of a request.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION` outside of the scope of the plugin
 */
export function authzOf(request: Pick<FastifyRequest, 'authz'>, caller: string): RequestAuthorization {
  const authz = request.authz as RequestAuthorization | undefined;
  if (authz === undefined)
    throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', {
      caller,
      statement: registration,
    });
  return authz;
}
