import { describeValue, type Authorizer } from '@nanook/core';
import {
  AuthorizationFault,
  RequestAuthorization,
  asAuthorization,
  checkCalled,
  checkOptions,
  checkReturns,
  expectCall,
} from '@nanook/http';
import type { Context } from 'koa';
import { emitError, type Middleware } from './context.js';
import { routeOf } from './matched-route.js';
import { followRouters } from './follow-handlers.js';
import { scopesOf } from './handler-scopes.js';
import type { App } from './router.js';
import { overChecks } from './safety-net.js';
import { watchApplications } from './watch-applications.js';

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
  readonly onFault?: (fault: Error, ctx: Context) => void;
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
  const { actor = userOf, anonymous, request = reqOf, challenge, onFault = emitError } = options;
  if (typeof authorizer?.authorize !== 'function')
    throw new AuthorizationFault('NANOOK_HTTP_INVALID_OPTION', {
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
      report: (fault) => onFault(fault, ctx),
    });
    ctx.state.authz = authz;
    await overChecks(ctx, authz, next);
  };
  return asAuthorization(middleware, authorizer);
}

const optionKinds = {
  actor: 'function',
  anonymous: 'anything',
  request: 'function',
  challenge: 'challenge',
  onFault: 'function',
} as const;

const userOf = (ctx: Context): unknown => (ctx.state as { readonly user?: unknown }).user;
const reqOf = ({ req }: Context): unknown => req;

expectCall(authorization, 'authorization(authorizer, { actor: … })');
