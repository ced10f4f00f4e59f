import { isAuthorizationError, type CheckContext, type Mask } from '@nanook/core';
import {
  AuthorizationConfigError,
  RequestAuthorization,
  asAuthorization,
  asRequirement,
  checkAuthorization,
  expectCall,
  explainWith,
  requirementOf,
  skippedBy,
  toError,
  type ExplainOption,
  type RequestAuthorizer,
} from '@nanook/http';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { findTargetHandler } from 'hono/utils/handler';
import { GuardedRequest } from '../guard/guarded-request.js';
import { findAuthz } from './context.js';
import { RequestOptions, type Hooks } from './request-options.js';

// In this module, because the bundled declarations leave out a module of which they need no type.
declare module 'hono' {
  interface ContextVariableMap {
    /** The authorization of the request. */
    authz: RequestAuthorization;
  }
}

/** Options for {@link authorization}. */
export interface AuthorizationOptions {
  /**
   * Returns the actor; may be async. It is called once in a request, for the first check. `undefined` means an anonymous actor.
   * Default: the variable `user` of the context.
   */
  readonly actor?: (c: Context) => unknown;
  /**
   * The actor that replaces an anonymous one; `null` is passed to the policy as `nil`. A refusal of it is a 401. Default: an anonymous actor
   * gets a 401, and the policy decides nothing.
   */
  readonly anonymous?: unknown;
  /** Returns the argument of `allow_request`: the part of the request that the policy may read. Default: the request, `c.req`. */
  readonly request?: (c: Context) => unknown;
  /**
   * Returns the context of the request for the decision log, such as its tenant. Default for each part: the variable `requestId` or the header
   * `X-Request-Id`, and the trace of the header `traceparent`.
   */
  readonly context?: (c: Context) => CheckContext | undefined;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or a list of values. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Whether the response to a refusal explains it: as `explanation` of the problem, or as a page in a browser. A function receives the
   * context, and returns `true` only for developers, because the explanation of a 404 reveals the resource that the 404 hides. `true`
   * explains to every client, and is an error in production. Default: `'development'`, which explains if `NODE_ENV` is `development`.
   */
  readonly explain?: ExplainOption<[c: Context]>;
  /** Hides values in explanations: returns the text that replaces a value. */
  readonly mask?: Mask;
  /**
   * The time in milliseconds in which a loader must finish. Then the response is a 503, and the signal of the loader aborts. Default: no
   * limit.
   */
  readonly loaderTimeoutMs?: number;
  /** Receives an error that no response can carry any more, such as the failure of a check that was not awaited. Default: `console.error`. */
  readonly onError?: (error: Error, c: Context) => void;
}

/**
 * Creates middleware that sets `c.var.authz`, the authorization of the request, and guards the response: a response without a decision is
 * blocked. It checks `allow_request(actor, request)` if the policy has such a rule, except for a route that skips authorization. Use it before
 * all middleware and routes that authorize, and after the middleware that authenticates.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_NO_RETURN`,
 *   `NANOOK_HTTP_UNCALLED`
 * @example
 * app.use(authorization(authorizer, { actor: (c) => users.find(c.get('session').userId) }));
 */
export function authorization(
  authorizer: RequestAuthorizer,
  options: AuthorizationOptions = {},
): MiddlewareHandler {
  checkAuthorization(authorization, authorizer, options);
  const {
    actor = userOf,
    anonymous,
    request = requestOf,
    context,
    challenge,
    explain,
    mask,
    loaderTimeoutMs,
    onError = logError,
  } = options;
  const hooks: Hooks = { actor, anonymous, request, context, challenge, loaderTimeoutMs, onError };
  const explaining = explainWith(explain, mask);
  const middleware: MiddlewareHandler = async (c, next) => {
    checkFirst(c);
    const authz = new RequestAuthorization(authorizer, new RequestOptions(c, hooks, explaining?.(c)));
    c.set('authz', authz);
    const guarded = new GuardedRequest(c, authz);
    try {
      if (authz.hasRequestRules) await admit(c, authz, guarded);
      await next();
      guarded.checkResponse();
    } finally {
      guarded.end();
    }
  };
  return asAuthorization(asRequirement(middleware, { kind: 'request' }), authorizer);
}

/** @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION` if the request has an authorization already */
function checkFirst(c: Context): void {
  if (findAuthz(c) !== undefined)
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'authorization(…)',
      reason: 'is used twice for this request, or other middleware has set the variable `authz`; use it once',
    });
}

/** Checks `allow_request`. */
async function admit(c: Context, authz: RequestAuthorization, guarded: GuardedRequest): Promise<void> {
  try {
    await authz.authorizeRequest();
  } catch (reason) {
    if (!isAuthorizationError(reason) || !isSkipped(c)) {
      guarded.allowOnlyErrors();
      throw toError(reason);
    }
    authz.admitSkippedOnly(reason);
  }
}

/** Returns whether the route of a request only skips authorization. */
function isSkipped(c: Context): boolean {
  const handlers = matchedRoutes(c).map(({ handler }) => findTargetHandler(handler));
  const kinds = handlers.map((handler) => requirementOf(handler)?.kind);
  const skips = kinds.includes('skip') || handlers.some((handler) => skippedBy(handler) !== undefined);
  return skips && !kinds.includes('authorize');
}

const userOf = (c: Context): unknown => c.get('user') as unknown;
const requestOf = ({ req }: Context): unknown => req;
// oxlint-disable-next-line no-console -- the log that every runtime has
const logError = (error: Error): void => console.error(error);

expectCall(authorization, 'authorization(authorizer, { actor: … })');
