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
import type { Context } from 'koa';
import { emitError, type Middleware } from '../internals/context.js';
import { routeOf } from '../internals/matched-route.js';
import { followRouters } from '../handlers/follow-handlers.js';
import { scopesOf } from '../handlers/handler-scopes.js';
import type { App } from '../internals/koa-router-internals.js';
import { runAwaitingChecks } from '../handlers/response-guard.js';
import { watchApplications } from '../handlers/watch-applications.js';

export interface AuthorizationOptions {
  /**
   * Says who is asking; may be async. Called once a request, when the first question needs it. `undefined` is nobody.
   * Default: `ctx.state.user`.
   */
  readonly actor?: (ctx: Context) => unknown;
  /** Who stands in for nobody; `null` asks the policy with `nil`. Default: nobody gets a 401. */
  readonly anonymous?: unknown;
  /** What `allow_request` is asked about: what the policy may see of a request. Default: Node's own, `ctx.req`. */
  readonly request?: (ctx: Context) => unknown;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or several. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Receives the faults that no response can carry any more, such as the failure of a check that was not awaited. Default: the
   * application's `error` event.
   */
  readonly onError?: (fault: Error, ctx: Context) => void;
}

/**
 * Gives every request its `ctx.state.authz`. Goes before all that authorizes, and after what finds out who is asking.
 *
 * @example
 * app.use(authorization(authorizer, { actor: (ctx) => users.find(ctx.session.userId) }));
 */
export function authorization(authorizer: Authorizer, options: AuthorizationOptions = {}): Middleware {
  checkCalled(authorization, authorizer);
  checkOptions('authorization', options, optionKinds);
  watchApplications();
  const { actor = userOf, anonymous, request = reqOf, challenge, onError = emitError } = options;
  if (typeof authorizer?.authorize !== 'function')
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'authorizer',
      reason: `must be an Authorizer, got ${describeValue(authorizer)}; it comes first: authorization(await Authorizer.load(…), { … })`,
    });
  checkReturns('the hook `actor`', actor);
  const middleware: Middleware = async (context, next) => {
    const ctx = context as Context;
    watchApplications(ctx.app); // of another copy of Koa
    followRouters(ctx.app as unknown as App);
    const authz = new RequestAuthorization(authorizer, {
      actor: () => actor(ctx),
      anonymous,
      challenge,
      request: () => request(ctx),
      route: () => `${ctx.method} ${routeOf(ctx)}`,
      scopes: scopesOf(ctx),
      report: (fault) => onError(fault, ctx),
    });
    ctx.state.authz = authz;
    await runAwaitingChecks(ctx, authz, next);
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

const userOf = (ctx: Context): unknown => (ctx.state as { readonly user?: unknown }).user;
const reqOf = ({ req }: Context): unknown => req;

expectCall(authorization, 'authorization(authorizer, { actor: … })');
