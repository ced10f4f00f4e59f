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
import type { Request, RequestHandler, Response } from 'express';
import { followLayers } from '../handlers/follow-layers.js';
import { asDirect } from '../handlers/call-layer.js';
import { defineAuthz, framesOf, useAuthz } from '../handlers/frames.js';
import { guardChecks } from '../handlers/response-guard.js';
import { routerOf, type AppInternals } from '../internals/express-internals.js';
import { routeOf } from '../internals/request.js';
import { listRoutes } from '../routes/list-routes.js';
import { usesProtect } from '../routes/protect.js';

/** Options for {@link authorization}. */
export interface AuthorizationOptions {
  /**
   * Returns the actor; may be async. It is called once in a request, for the first check. `undefined` means an anonymous actor.
   * Default: `req.user`.
   */
  readonly actor?: (req: Request, res: Response) => unknown;
  /**
   * The actor that replaces an anonymous one; `null` is passed to the policy as `nil`. A refusal of it is a 401. Default: an anonymous actor
   * gets a 401, and the policy decides nothing.
   */
  readonly anonymous?: unknown;
  /**
   * Returns the argument of `allow_request`: the part of the request that the policy may read. In a mounted router, `req.path` is the path
   * below the router. Default: the request.
   */
  readonly request?: (req: Request, res: Response) => unknown;
  /**
   * Returns the context of the request for the decision log, such as its tenant. Default for each part: the request id of `req.id` or the
   * header `X-Request-Id`, and the trace of the header `traceparent`.
   */
  readonly context?: (req: Request, res: Response) => CheckContext | undefined;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or a list of values. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Whether the response to a refusal explains it: as `explanation` of the problem, or as a page in a browser. A function receives the
   * request, and returns `true` only for developers, because the explanation of a 404 reveals the resource that the 404 hides. `true`
   * explains to every client, and is an error in production. Default: `'development'`, which explains if `NODE_ENV` is `development`.
   */
  readonly explain?: ExplainOption<[req: Request]>;
  /** Hides values in explanations: returns the text that replaces a value. */
  readonly mask?: Mask;
  /**
   * The time in milliseconds in which a loader must finish. Then the response is a 503, and the signal of the loader aborts. Default: no
   * limit.
   */
  readonly loaderTimeoutMs?: number;
  /**
   * Receives an error that no response can carry any more, such as the failure of a check that was not awaited. Default: `console.error`.
   */
  readonly onError?: (error: Error, req: Request) => void;
}

/**
 * Creates middleware that sets `req.authz`, the authorization of the request. Use it before all middleware and routes that authorize, and
 * after the middleware that authenticates. Before it has run, `req.authz` is `undefined`.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_NO_RETURN`,
 *   `NANOOK_HTTP_UNCALLED`
 * @example
 * app.use(authorization(authorizer, { actor: (req) => users.find(req.session.userId) }));
 */
export function authorization(
  authorizer: RequestAuthorizer,
  options: AuthorizationOptions = {},
): RequestHandler {
  checkAuthorization(authorization, authorizer, options);
  defineAuthz();
  const {
    actor = userOf,
    anonymous,
    request = itself,
    context,
    challenge,
    explain,
    mask,
    onError = logError,
    loaderTimeoutMs,
  } = options;
  const explaining = explainWith(explain, mask);
  const hooks: Hooks = { actor, anonymous, request, context, challenge, onError, loaderTimeoutMs };
  const warn = unblockedRoutesWarning();
  const middleware: RequestHandler = (req, res, next) => {
    const frames = framesOf(req);
    // A router that is used without an application has no `app`; `protect` follows its layers.
    if (req.app !== undefined) {
      const router = routerOf(req.app as unknown as AppInternals);
      followLayers(router);
      frames.authorizedRouter = router;
      warn?.(router, () => ({
        usesProtect: usesProtect(router),
        list: () => listRoutes(req.app, { check: false }),
      }));
    }
    const authz = new RequestAuthorization(
      authorizer,
      new RequestOptions(req, res, frames, hooks, explaining?.(req)),
    );
    useAuthz(req, frames, authz, next);
    guardChecks(req, res, frames, next, authz);
    next();
  };
  return asDirect(asAuthorization(middleware, authorizer));
}

/** The options of `authorization` with their defaults. */
type Hooks = Pick<AuthorizationOptions, 'anonymous'> &
  Required<Pick<AuthorizationOptions, 'actor' | 'request' | 'onError'>> & {
    readonly [Name in 'context' | 'challenge' | 'loaderTimeoutMs']: AuthorizationOptions[Name] | undefined;
  };

/** The options of the authorization of one request. A class, because a function for each option would take time in each request. */
class RequestOptions implements RequestAuthorizationOptions {
  readonly #req: Request;
  readonly #res: Response;
  readonly #hooks: Hooks;
  readonly anonymous: unknown;
  readonly challenge: AuthorizationOptions['challenge'];
  readonly loaderTimeoutMs: AuthorizationOptions['loaderTimeoutMs'];

  constructor(
    req: Request,
    res: Response,
    readonly decisions: RequestDecisions,
    hooks: Hooks,
    readonly explain: Explain | undefined,
  ) {
    this.#req = req;
    this.#res = res;
    this.#hooks = hooks;
    this.anonymous = hooks.anonymous;
    this.challenge = hooks.challenge;
    this.loaderTimeoutMs = hooks.loaderTimeoutMs;
  }

  actor(): unknown {
    const { actor } = this.#hooks;
    return actor(this.#req, this.#res);
  }

  request(): unknown {
    const { request } = this.#hooks;
    return request(this.#req, this.#res);
  }

  context(): RequestContext {
    const { context } = this.#hooks;
    return new RequestContext({
      headers: this.#req.headers,
      id: (this.#req as { readonly id?: unknown }).id,
      given: context && (() => context(this.#req, this.#res)),
    });
  }

  route(): string {
    return `${this.#req.method} ${routeOf(this.#req)}`;
  }

  onClose(listener: () => void): () => void {
    return onClose(this.#res, listener);
  }

  report(error: Error): unknown {
    const { onError } = this.#hooks;
    return onError(error, this.#req); // a promise, if the hook is async
  }
}

// oxlint-disable-next-line no-console -- an error must not get lost
const logError = (error: Error): void => console.error(error);
const userOf = (req: Request): unknown => (req as { readonly user?: unknown }).user;
const itself = (req: Request): Request => req;

expectCall(authorization, 'authorization(authorizer, { actor: … })');
