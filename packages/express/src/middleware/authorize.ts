import type { Class, TypeToken } from '@nanook/core';
import {
  AuthorizationConfigError,
  asRequirement,
  asSkipped,
  authorizeRequirement,
  checkAction,
  checkCalled,
  checkOptions,
  checkReason,
  checkRequirement,
  checkSource,
  expectCall,
  refusalOptions,
  toError,
  withStatus,
  type RefusalStatuses,
} from '@nanook/http';
import type { Request, RequestHandler } from 'express';
import { followLayers } from '../handlers/follow-layers.js';
import { checkSkip } from '../handlers/handler-scopes.js';
import { isRouter } from '../internals/express-internals.js';
import { guardWholeRequest } from '../handlers/response-guard.js';
import { authzOf, type Middleware } from '../internals/request.js';

/**
 * Gets the resource of a request, to be authorized and handed to the handler. What the path's parameters are is not known here:
 * `authorize<{ id: string }>(…)` says it.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each parameter had to be asserted
export type Loader<Params = any> = (req: Request<Params>) => unknown;

/**
 * For all requests: asks `allow_request(actor, request)` where the policy has such a rule, and puts the response guard under what
 * follows: a response for which nothing was decided and nothing skipped is blocked, and becomes an error.
 */
export function authorize(): Middleware;
/**
 * For a route: loads the resource, and goes on when the actor may do this to it. It is `req.authz.resource` then. A class, or the
 * name of a type, is itself the resource: for *create* and *list*.
 *
 * @param statuses the statuses of refusals, where the application has its own: `{ missing: 410 }`
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export function authorize<Params = any>(
  action: string,
  resource: Loader<Params> | Class | TypeToken | string,
  statuses?: RefusalStatuses,
): Middleware;
export function authorize(
  ...given: [] | [string, Loader | Class | TypeToken | string, (RefusalStatuses | undefined)?]
): Middleware {
  if (given.length === 0) return authorizeRequest;
  const [action, resource, statuses = {}] = given;
  checkCalled(authorize, action);
  checkAction(action);
  checkSource(action, resource);
  checkOptions('authorize', statuses, refusalOptions);
  const requirement = authorizeRequirement(action, resource);
  return asRequirement<Middleware>((req, _res, next) => {
    const authz = authzOf(req, `authorize('${action}', …)`);
    checkRequirement(authz.authorizer, requirement);
    passOn(authz.load(action, resource, req as Request), next, statuses);
  }, requirement);
}

/**
 * For a route, or a router, that needs no authorization, with the reason.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`, in a request or from `protect` and `listRoutes`, when the application
 * itself uses it without a path
 */
export function skipAuthorization(reason: string): Middleware;
/**
 * For middleware that answers by itself, such as static files. It needs no authorization as long as it is this middleware that
 * answers; nothing is skipped for the handlers after it.
 *
 * @example
 * app.use(skipAuthorization('public files', express.static('public')));
 */
export function skipAuthorization(
  reason: string,
  ...middleware: readonly (RequestHandler | readonly RequestHandler[])[]
): Middleware;
export function skipAuthorization(
  reason: string,
  ...given: readonly (RequestHandler | readonly RequestHandler[])[]
): Middleware {
  checkCalled(skipAuthorization, reason);
  checkReason(reason);
  const middleware = given.flat() as readonly RequestHandler[];
  if (given.length > 0) return skipFor(reason, middleware);
  return asRequirement<Middleware>(
    (req, _res, next) => {
      const authz = authzOf(req, 'skipAuthorization');
      checkSkip(req as Request, reason);
      authz.skip(reason);
      next();
    },
    { kind: 'skip', reason },
  );
}

function skipFor(reason: string, middleware: readonly RequestHandler[]): Middleware {
  for (const handler of middleware) {
    if (typeof handler !== 'function')
      throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
        option: 'middleware',
        reason: `must be a function, got ${handler === null ? 'null' : typeof handler}`,
      });
    if (isRouter(handler)) followLayers(handler);
  }
  const skipping: RequestHandler = (req, res, next) =>
    authzOf(req, 'skipAuthorization').skipFor(reason, (leave) => {
      const call = (i: number, error?: unknown): unknown => {
        const handler = error === undefined ? middleware[i] : undefined;
        if (handler !== undefined) return handler(req, res, (failure?: unknown) => call(i + 1, failure));
        leave();
        return next(error);
      };
      return call(0) as void; // a promise goes to Express 5, which waits for it
    });
  return asSkipped(skipping as Middleware, { reason, middleware });
}

const authorizeRequest = asRequirement<Middleware>(
  (req, res, next) => {
    const authz = authzOf(req, 'authorize()');
    guardWholeRequest(req as Request, res, next);
    if (authz.hasRequestRules) passOn(authz.authorizeRequest(), next);
    else next();
  },
  { kind: 'request' },
);

/** Goes on, or hands the error on: once, in Express 4 and 5 alike. */
function passOn(
  decision: Promise<unknown>,
  next: (error?: unknown) => void,
  statuses: RefusalStatuses = {},
): void {
  decision.then(
    () => next(),
    (reason: unknown) => next(toError(withStatus(reason, statuses))),
  );
}

expectCall(authorize, "authorize('read', findNote) for a route, authorize() for all requests");
expectCall(skipAuthorization, "skipAuthorization('why')");
