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
import type { Context, Middleware as KoaMiddleware } from 'koa';
import { authzOf, type Middleware } from '../internals/context.js';
import { followRouter } from '../handlers/follow-handlers.js';
import {
  decideFor,
  goOnFrom,
  isWholeApplication,
  runAfterSkip,
  scopesOf,
} from '../handlers/handler-scopes.js';
import { routerOf, type Handler } from '../internals/koa-router-internals.js';
import { runGuarded } from '../handlers/response-guard.js';
import { watchApplications } from '../handlers/watch-applications.js';

/**
 * Gets the resource of a request, to be authorized and handed to the handler. What the path's parameters are is not known here:
 * `authorize<{ id: string }>(…)` says it.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each parameter had to be asserted
export type Loader<Params = any> = (ctx: Context & { params: Params }) => unknown;

/**
 * For all requests: asks `allow_request(actor, request)` where the policy has such a rule, and puts the response guard under what
 * follows: a response for which nothing was decided and nothing skipped is blocked, and becomes an error.
 */
export function authorize(): Middleware;
/**
 * For a route: loads the resource, and goes on when the actor may do this to it. It is `ctx.state.authz.resource` then. A class,
 * or the name of a type, is itself the resource: for *create* and *list*.
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
  watchApplications();
  if (given.length === 0) return authorizeRequest;
  const [action, resource, statuses = {}] = given;
  checkCalled(authorize, action);
  checkAction(action);
  checkSource(action, resource);
  checkOptions('authorize', statuses, refusalOptions);
  const requirement = authorizeRequirement(action, resource);
  const middleware: Middleware = async (ctx, next) => {
    const authz = authzOf(ctx, `authorize('${action}', …)`);
    checkRequirement(authz.authorizer, requirement);
    const load = () => authz.load(action, resource, ctx as Parameters<Loader>[0]);
    await decideFor(ctx, middleware, next, load).catch((reason: unknown) =>
      throwError(withStatus(reason, statuses)),
    );
    await goOnFrom(ctx, middleware, next);
  };
  return asRequirement(middleware, requirement);
}

/**
 * For a route, or a router, that needs no authorization, with the reason.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_SKIPPED_APPLICATION`, in a request or from `protect` and `listRoutes`, when the application
 * itself uses it
 */
export function skipAuthorization(reason: string): Middleware;
/**
 * For middleware that answers by itself, such as static files. It needs no authorization as long as it is this middleware that
 * answers; nothing is skipped for the handlers after it.
 *
 * @example
 * app.use(skipAuthorization('public files', serve('public')));
 */
export function skipAuthorization(reason: string, middleware: KoaMiddleware): Middleware;
export function skipAuthorization(reason: string, ...given: [] | [KoaMiddleware]): Middleware {
  checkCalled(skipAuthorization, reason);
  checkReason(reason);
  watchApplications();
  if (given.length > 0) return skipFor(reason, given[0]!);
  const middleware: Middleware = async (ctx, next) => {
    const authz = authzOf(ctx, 'skipAuthorization');
    if (isWholeApplication(ctx, middleware, next))
      throw new AuthorizationConfigError('NANOOK_HTTP_SKIPPED_APPLICATION', { reason });
    decideFor(ctx, middleware, next, () => authz.skip(reason));
    await goOnFrom(ctx, middleware, next);
  };
  return asRequirement(middleware, { kind: 'skip', reason });
}

function skipFor(reason: string, skipped: KoaMiddleware): Middleware {
  if (typeof skipped !== 'function')
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'middleware',
      reason: `must be a function, got ${skipped === null ? 'null' : typeof skipped}`,
    });
  const router = routerOf(skipped as Handler);
  const middleware: Middleware = async (ctx, next) => {
    if (router !== undefined) followRouter(router);
    const authz = authzOf(ctx, 'skipAuthorization');
    const outer = scopesOf(ctx).current;
    await authz.skipFor(reason, () => skipped(ctx as Context, () => runAfterSkip(ctx, outer, next)));
  };
  return asSkipped(middleware, { reason, middleware: [skipped as Handler] });
}

const authorizeRequest = asRequirement<Middleware>(
  (ctx, next) => {
    const authz = authzOf(ctx, 'authorize()');
    return runGuarded(ctx, authz, async () => {
      if (authz.hasRequestRules) await authz.authorizeRequest().catch(throwError);
      await next();
    });
  },
  { kind: 'request' },
);

/** Koa ignores a rejection with `undefined`, and would leave the request without an answer. */
function throwError(reason: unknown): never {
  throw toError(reason);
}

expectCall(authorize, "authorize('read', findNote) for a route, authorize() for all requests");
expectCall(skipAuthorization, "skipAuthorization('why')");
