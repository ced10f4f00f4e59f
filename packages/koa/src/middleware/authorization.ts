import type { CheckContext, Mask } from '@nanook/core';
import {
  RequestAuthorization,
  RequestContext,
  asAuthorization,
  checkAuthorization,
  expectCall,
  explainWith,
  type Explain,
  type ExplainOption,
  type RequestAuthorizationOptions,
  type RequestAuthorizer,
  type RequestDecisions,
  unblockedRoutesWarning,
} from '@nanook/http';
import { onClose } from '@nanook/http/node';
import type { Context } from 'koa';
import { followedOf } from '../handlers/followed-context.js';
import { asOwn } from '../handlers/own-middleware.js';
import { runAwaitingChecks } from '../handlers/response-guard.js';
import { followForeign } from '../handlers/watch-applications.js';
import { emitError, type Middleware, type OwnMiddleware } from '../internals/context.js';
import type { App } from '../internals/koa-router-internals.js';
import { routeOf } from '../internals/matched-route.js';
import { listRoutes } from '../routes/list-routes.js';
import { usesProtect } from '../routes/protect.js';

/** Options for {@link authorization}. */
export interface AuthorizationOptions {
  /**
   * Returns the actor; may be async. It is called once in a request, for the first check. `undefined` means an anonymous actor.
   * Default: `ctx.state.user`.
   */
  readonly actor?: (ctx: Context) => unknown;
  /**
   * The actor that replaces an anonymous one; `null` is passed to the policy as `nil`. A refusal of it is a 401. Default: an anonymous actor
   * gets a 401, and the policy decides nothing.
   */
  readonly anonymous?: unknown;
  /** Returns the argument of `allow_request`: the part of the request that the policy may read. Default: Node's request, `ctx.req`. */
  readonly request?: (ctx: Context) => unknown;
  /**
   * Returns the context of the request for the decision log, such as its tenant. Default for each part: the request id of `ctx.req.id` or
   * the header `X-Request-Id`, and the trace of the header `traceparent`.
   */
  readonly context?: (ctx: Context) => CheckContext | undefined;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or a list of values. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Whether the response to a refusal explains it: as `explanation` of the problem, or as a page in a browser. A function receives the
   * context, and returns `true` only for developers, because the explanation of a 404 reveals the resource that the 404 hides. `true`
   * explains to every client, and is an error in production. Default: `'development'`, which explains if `NODE_ENV` is `development`.
   */
  readonly explain?: ExplainOption<[ctx: Context]>;
  /** Hides values in explanations: returns the text that replaces a value. */
  readonly mask?: Mask;
  /**
   * The time in milliseconds in which a loader must finish. Then the response is a 503, and the signal of the loader aborts. Default: no
   * limit.
   */
  readonly loaderTimeoutMs?: number;
  /**
   * Receives an error that no response can carry any more, such as the failure of a check that was not awaited. Default: the `error` event
   * of the application.
   */
  readonly onError?: (error: Error, ctx: Context) => void;
}

/**
 * Creates middleware that sets `ctx.state.authz`, the authorization of the request. Use it before all middleware and routes that
 * authorize, and after the middleware that authenticates. Before it has run, `ctx.state.authz` is `undefined`.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_NO_RETURN`,
 *   `NANOOK_HTTP_UNCALLED`
 * @example
 * app.use(authorization(authorizer, { actor: (ctx) => users.find(ctx.session.userId) }));
 */
export function authorization(authorizer: RequestAuthorizer, options: AuthorizationOptions = {}): Middleware {
  checkAuthorization(authorization, authorizer, options);
  const {
    actor = userOf,
    anonymous,
    request = nodeRequestOf,
    context: given,
    challenge,
    explain,
    mask,
    onError = emitError,
    loaderTimeoutMs,
  } = options;
  const hooks: Hooks = { actor, anonymous, request, given, challenge, onError, loaderTimeoutMs };
  const explaining = explainWith(explain, mask);
  const warn = unblockedRoutesWarning();
  const middleware: OwnMiddleware = (context, next, frame) => {
    const ctx = context as Context;
    const app = ctx.app as unknown as App;
    followForeign(app);
    warn?.(app, () => ({ usesProtect: usesProtect(app), list: () => listRoutes(app, { check: false }) }));
    const authz = new RequestAuthorization(authorizer, new ContextOptions(ctx, hooks, explaining?.(ctx)));
    const followed = followedOf(ctx);
    const own = followed.frameWith(next, frame);
    followed.useAuthz(authz, own);
    return runAwaitingChecks(ctx, authz, own, next);
  };
  return asOwn(asAuthorization(middleware, authorizer));
}

/** The options of the application, with the defaults. */
interface Hooks extends Required<Pick<AuthorizationOptions, 'actor' | 'request' | 'onError'>> {
  readonly anonymous: unknown;
  readonly given: AuthorizationOptions['context'];
  readonly challenge: AuthorizationOptions['challenge'];
  readonly loaderTimeoutMs: AuthorizationOptions['loaderTimeoutMs'];
}

/** The options of the authorization of one request. A class, because a function for each option would take time in each request. */
class ContextOptions implements RequestAuthorizationOptions {
  readonly #ctx: Context;
  readonly #hooks: Hooks;
  readonly anonymous: unknown;
  readonly challenge: AuthorizationOptions['challenge'];
  readonly loaderTimeoutMs: AuthorizationOptions['loaderTimeoutMs'];
  readonly decisions: RequestDecisions;

  constructor(
    ctx: Context,
    hooks: Hooks,
    readonly explain: Explain | undefined,
  ) {
    this.#ctx = ctx;
    this.#hooks = hooks;
    this.anonymous = hooks.anonymous;
    this.challenge = hooks.challenge;
    this.loaderTimeoutMs = hooks.loaderTimeoutMs;
    this.decisions = followedOf(ctx);
  }

  actor(): unknown {
    const { actor } = this.#hooks;
    return actor(this.#ctx);
  }

  request(): unknown {
    const { request } = this.#hooks;
    return request(this.#ctx);
  }

  context(): RequestContext {
    const { headers, req } = this.#ctx;
    const { given } = this.#hooks;
    const { id } = req as { readonly id?: unknown };
    return new RequestContext({ headers, id, given: given && (() => given(this.#ctx)) });
  }

  route(): string {
    return `${this.#ctx.method} ${routeOf(this.#ctx)}`;
  }

  onClose(listener: () => void): () => void {
    return onClose(this.#ctx.res, listener);
  }

  report(error: Error): void {
    const { onError } = this.#hooks;
    onError(error, this.#ctx);
  }
}

const userOf = (ctx: Context): unknown => (ctx.state as { readonly user?: unknown }).user;
const nodeRequestOf = ({ req }: Context): unknown => req;

expectCall(authorization, 'authorization(authorizer, { actor: … })');
