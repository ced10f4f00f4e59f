import type { Authorizer } from '@nanook/core';
import { AuthorizationFault, RequestAuthorization } from '@nanook/http';
import type { Request, RequestHandler } from 'express';

export interface AuthorizationOptions {
  /**
   * Says who is asking; may be async. Called once a request, when the first question needs it. `undefined` is nobody.
   * Default: `req.user`.
   */
  readonly actor?: (req: Request) => unknown;
  /** Who stands in for nobody; `null` asks the policy with `nil`. Default: nobody gets a 401. */
  readonly anonymous?: unknown;
}

/**
 * Gives every request its `req.authz`. Goes before all that authorizes, and after what finds out who is asking.
 *
 * @example
 * app.use(authorization(authorizer, { actor: (req) => users.find(req.session.userId) }));
 */
export function authorization(authorizer: Authorizer, options: AuthorizationOptions = {}): RequestHandler {
  const { actor = userOf, anonymous } = options;
  if (typeof authorizer?.authorize !== 'function')
    throw new AuthorizationFault('NANOOK_HTTP_INVALID_OPTION', {
      option: 'authorizer',
      reason: 'is no Authorizer; await Authorizer.load(…)',
    });
  if (typeof actor !== 'function')
    throw new AuthorizationFault('NANOOK_HTTP_INVALID_OPTION', { option: 'actor', reason: 'is no function' });
  return (req, _res, next) => {
    req.authz = new RequestAuthorization(authorizer, { actor: () => actor(req), anonymous });
    next();
  };
}

const userOf = (req: Request): unknown => (req as { readonly user?: unknown }).user;
