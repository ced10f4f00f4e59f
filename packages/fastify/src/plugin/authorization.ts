import { isAuthorizationError, type CheckContext, type Mask } from '@nanook/core';
import {
  AuthorizationConfigError,
  asRequirement,
  checkAuthorization,
  expectCall,
  explainWith,
  toError,
  type ExplainOption,
  type RequestAuthorizer,
} from '@nanook/http';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { rootOf } from '../routes/instance-hooks.js';
import { ProtectedRoutes, routeOf } from '../routes/protected-routes.js';
import { authorizationErrors } from './authorization-errors.js';
import { GuardedRequest, type Settings } from './guarded-request.js';
import { logError } from './log-error.js';
import { pathOf } from './request-options.js';

/** Options for {@link authorization}. */
export interface AuthorizationOptions {
  /**
   * Returns the actor; may be async. It is called once in a request, for the first check. `undefined` means an anonymous actor.
   * Default: `request.user`.
   */
  readonly actor?: (request: FastifyRequest) => unknown;
  /**
   * The actor that replaces an anonymous one; `null` is passed to the policy as `nil`. A refusal of it is a 401. Default: an anonymous actor
   * gets a 401, and the policy decides nothing.
   */
  readonly anonymous?: unknown;
  /** Returns the argument of `allow_request`: the part of the request that the policy may read. Default: the request. */
  readonly request?: (request: FastifyRequest) => unknown;
  /**
   * Returns the context of the request for the decision log, such as its tenant. Default for each part: the request id of Fastify, and the
   * trace of the header `traceparent`.
   */
  readonly context?: (request: FastifyRequest) => CheckContext | undefined;
  /** The value of `WWW-Authenticate` in a 401: `'Basic realm="notes"'`, or a list of values. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /**
   * Whether the response to a refusal explains it: as `explanation` of the problem, or as a page in a browser. A function receives the
   * request, and returns `true` only for developers, because the explanation of a 404 reveals the resource that the 404 hides. `true`
   * explains to every client, and is an error in production. Default: `'development'`, which explains if `NODE_ENV` is `development`.
   */
  readonly explain?: ExplainOption<[request: FastifyRequest]>;
  /** Hides values in explanations: returns the text that replaces a value. */
  readonly mask?: Mask;
  /**
   * The time in milliseconds in which a loader must finish. Then the response is a 503, and the signal of the loader aborts. Default: no
   * limit.
   */
  readonly loaderTimeoutMs?: number;
  /**
   * Receives an error that no response can carry any more, such as the failure of a check that was not awaited. Default: the log of the
   * request, or `console.error` without a logger.
   */
  readonly onError?: (error: Error, request: FastifyRequest) => void;
  /**
   * Whether the application does not start with a route that has no requirement. With `false`, a handler may make the decision itself; a
   * response without a decision is still blocked. Default: `true`.
   */
  readonly protect?: boolean;
}

/**
 * Creates the plugin that sets `request.authz`, the authorization of the request, and guards all responses of the application: a response
 * without a decision is blocked. It checks `allow_request(actor, request)` if the policy has such a rule, except for a route that skips
 * authorization. Register it before the routes, with `await`.
 *
 * The application does not start with a route that has no requirement, or with a requirement that no rule of the policy can allow. The
 * plugin applies to the instance that registers it, and to the plugins in it.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_NO_RETURN`,
 *   `NANOOK_HTTP_UNCALLED`; when the application starts `NANOOK_HTTP_UNPROTECTED_ROUTE`, `NANOOK_HTTP_UNGRANTABLE`,
 *   `NANOOK_HTTP_UNSEEN_APP`, `NANOOK_HTTP_SKIPPED_APPLICATION`
 * @example
 * await app.register(authorization(authorizer, { actor: (request) => users.find(request.session.userId) }));
 */
export function authorization(
  authorizer: RequestAuthorizer,
  options: AuthorizationOptions = {},
): FastifyPluginAsync {
  const { protect = true, ...common } = options;
  checkAuthorization(authorization, authorizer, common);
  if (typeof protect !== 'boolean')
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'protect',
      reason: 'must be true or false',
    });
  const {
    actor = userOf,
    anonymous,
    request = itself,
    context,
    challenge,
    explain,
    mask,
    loaderTimeoutMs,
    onError = logError,
  } = common;
  const settings: Settings = {
    authorizer,
    hooks: { actor, anonymous, request, context, challenge, loaderTimeoutMs, onError },
    explain: explainWith(explain, mask),
  };
  // An error of a plugin that is not asynchronous would end the process.
  const plugin: FastifyPluginAsync = async (app) => install(app, settings, protect);
  // The plugin applies to the instance that registers it, and not to a new one.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@nanook/fastify',
    [Symbol.for('plugin-meta')]: { name: '@nanook/fastify', fastify: '5.x' },
  });
}

function install(app: FastifyInstance, settings: Settings, protect: boolean): void {
  if (app.hasRequestDecorator('authz'))
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'authorization(…)',
      reason:
        'is registered already, here or in an outer plugin, or another plugin has added `request.authz`; register it once',
    });
  checkNoRoutes(app);
  const routes = new ProtectedRoutes(app, settings.authorizer);
  const guarded = (request: FastifyRequest): GuardedRequest => GuardedRequest.of(request, settings);
  app.decorateRequest('authz', {
    getter(this: FastifyRequest) {
      return guarded(this).authz;
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    guarded(request).guard(reply);
    if (!request.is404 && routeOf(request) === undefined)
      throw new AuthorizationConfigError('NANOOK_HTTP_UNSEEN_APP', {
        routes: `  ${request.method} ${pathOf(request)}`,
      });
  });
  app.addHook('preHandler', admit(guarded));
  app.addHook('onSend', (request, reply, payload, done) => guarded(request).send(reply, payload, done));
  if (app.errorHandler.name === 'defaultErrorHandler') app.setErrorHandler(authorizationErrors());
  app.addHook('onReady', async () => routes.check(protect));
}

/** Creates the hook that checks `allow_request`. */
const admit = (guarded: (request: FastifyRequest) => GuardedRequest) =>
  asRequirement(
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const each = guarded(request);
      each.keepHeaders(reply);
      const { authz } = each;
      if (!authz.hasRequestRules) return;
      try {
        await authz.authorizeRequest();
      } catch (reason) {
        if (!isAuthorizationError(reason) || !isSkipped(request)) throw toError(reason);
        authz.admitSkippedOnly(reason);
      }
    },
    { kind: 'request' },
  );

/** Returns whether the route of a request only skips authorization. */
function isSkipped(request: FastifyRequest): boolean {
  const { requirements = [] } = routeOf(request) ?? {};
  return (
    requirements.some(({ kind }) => kind === 'skip') && !requirements.some(({ kind }) => kind === 'authorize')
  );
}

/**
 * Checks that the application has no routes yet. The plugin would not see their requirements.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNSEEN_APP`
 */
function checkNoRoutes(app: FastifyInstance): void {
  if (rootOf(app) !== app) return; // the routes of other plugins are not its own
  const method = app.supportedMethods.find(
    (each) => each !== 'OPTIONS' && app.printRoutes({ method: each as HTTPMethods }) !== '(empty tree)',
  );
  if (method === undefined) return;
  throw new AuthorizationConfigError('NANOOK_HTTP_UNSEEN_APP', {
    routes: app.printRoutes({ commonPrefix: false }).replaceAll(/^/gm, '  ').trimEnd(),
  });
}

const userOf = (request: FastifyRequest): unknown => (request as { readonly user?: unknown }).user;
const itself = (request: FastifyRequest): unknown => request;

expectCall(authorization, 'authorization(authorizer, { actor: … })');
