import { AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import type { Context } from 'hono';

/**
 * Returns the authorization of a request.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_AUTHORIZATION` before the middleware `authorization`
 */
export function authzOf(c: Context, caller: string): RequestAuthorization {
  const authz = findAuthz(c);
  if (authz === undefined) throw new AuthorizationConfigError('NANOOK_HTTP_NO_AUTHORIZATION', { caller });
  return authz;
}

/** Returns the authorization of a request; `undefined` before the middleware `authorization`. */
export const findAuthz = (c: Context): RequestAuthorization | undefined =>
  c.get('authz') as RequestAuthorization | undefined;
