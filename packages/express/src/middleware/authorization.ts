import { describeValue, type Authorizer } from '@nanook/core';
import {
  AuthorizationConfigError,
  RequestAuthorization,
  asAuthorization,
  checkCalled,
  checkOptions,
  checkReturns,
  expectCall,
} from '@nanook/http';
import type { Request, RequestHandler, Response } from 'express';
import { followLayers } from '../handlers/follow-layers.js';
import { scopesOf } from '../handlers/handler-scopes.js';
import { routerOf, type AppInternals } from '../internals/express-internals.js';
import { guardChecks } from '../handlers/response-guard.js';
import { routeOf } from '../internals/request.js';

export interface AuthorizationOptions {
  /**
   * Says who is asking; may be async. Called once a request, when the first question needs it. `undefined` is nobody.
   * Default: `req.user`.
   */
  readonly actor?: (req: Request, res: Response) => unknown;
  /** Who stands in for nobody; `null` asks the policy with `nil`. Default: nobody gets a 401. */
  readonly anonymous?: unknown;
  /**
   * What `allow_request` is asked about, when it is not Express's request as it is: what the policy may see of it. Within a mounted
   * router `req.path` is the path below it.
   */
  readonly request?: (req: Request, res: Response) => unknown;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or several. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Receives the faults that no response can carry any more, such as the failure of a check that was not awaited. Default:
   * `console.error`.
   */
  readonly onError?: (fault: Error, req: Request) => void;
}

/**
 * Gives every request its `req.authz`. Goes before all that authorizes, and after what finds out who is asking.
 *
 * @example
 * app.use(authorization(authorizer, { actor: (req) => users.find(req.session.userId) }));
 */
export function authorization(authorizer: Authorizer, options: AuthorizationOptions = {}): RequestHandler {
  checkCalled(authorization, authorizer);
  checkOptions('authorization', options, optionKinds);
  const { actor = userOf, anonymous, request = itself, challenge, onError } = options;
  if (typeof authorizer?.authorize !== 'function')
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'authorizer',
      reason: `must be an Authorizer, got ${describeValue(authorizer)}; it comes first: authorization(await Authorizer.load(…), { … })`,
    });
  checkReturns('the hook `actor`', actor);
  const middleware: RequestHandler = (req, res, next) => {
    // Without an app it is a router alone, which `protect` has seen.
    if (req.app !== undefined) followLayers(routerOf(req.app as unknown as AppInternals));
    req.authz = new RequestAuthorization(authorizer, {
      actor: () => actor(req, res),
      anonymous,
      challenge,
      request: () => request(req, res),
      route: () => `${req.method} ${routeOf(req)}`,
      ...(onError === undefined ? {} : { report: (fault) => onError(fault, req) }),
      scopes: scopesOf(req),
    });
    guardChecks(req, res, next);
    next();
  };
  return asAuthorization(middleware, authorizer);
}

const optionKinds = {
  actor: 'function',
  anonymous: 'anything',
  request: 'function',
  challenge: 'challenge',
  onError: 'function',
} as const;

const userOf = (req: Request): unknown => (req as { readonly user?: unknown }).user;
const itself = (req: Request): Request => req;

expectCall(authorization, 'authorization(authorizer, { actor: … })');
