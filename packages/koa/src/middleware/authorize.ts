import {
  isAuthorizationError,
  type ActionOfSource,
  type Class,
  type TypeName,
  type TypeToken,
} from '@nanook/core';
import {
  RequiredResource,
  asRequirement,
  checkRequirement,
  declareRequirement,
  expectCall,
  withStatus,
  type LoaderOptions,
  type RefusalStatuses,
} from '@nanook/http';
import type { Context } from 'koa';
import { followedOf } from '../handlers/followed-context.js';
import { asOwn } from '../handlers/own-middleware.js';
import { runGuarded } from '../handlers/response-guard.js';
import { authzOf, throwError, type Middleware, type OwnMiddleware } from '../internals/context.js';
import { isForSkippedRoute } from '../routes/skipped-route.js';

/**
 * Loads the resource of a request, which is authorized and then passed to the handler as `ctx.state.authz.resource`. TypeScript cannot
 * infer the parameters of the path here; write `authorize<{ id: string }>(…)` for typed parameters.
 *
 * A loader that declares a second parameter gets `{ signal }`. The signal aborts when the loader takes longer than the option
 * `loaderTimeoutMs` of `authorization`, and when the response closes.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each parameter would need an assertion
export type Loader<Params = any> = (ctx: Context & { params: Params }, options: LoaderOptions) => unknown;

/**
 * Creates middleware for all requests. It checks `allow_request(actor, request)` if the policy has such a rule, except for a route that skips
 * authorization, and installs the response
 * guard: a response without a decision is blocked, and becomes an error.
 *
 * @example
 * app.use(authorization(authorizer)).use(authorize());
 */
export function authorize(): Middleware;
/**
 * Creates the requirement of a route or of a router. It loads the resource, and calls the next handler when the actor may perform the
 * action on it.
 *
 * @param resource the loader; or, for *create* and *list*, a class, a type or the name of a type
 * @param statuses the statuses of refusals, where the application does not use the default ones: `{ missing: 410 }`
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`, `NANOOK_HTTP_NO_SOURCE`, `NANOOK_HTTP_NO_RETURN`, `NANOOK_HTTP_UNCALLED`;
 *   in a request `NANOOK_HTTP_NO_AUTHORIZATION`, `NANOOK_HTTP_SWAPPED_ARGUMENTS`
 * @throws {PolarError} in a request, `POLAR_TYPE_NOT_GRANTABLE` and `POLAR_TYPE_UNKNOWN_TYPE` for a misspelled action or type
 * @example
 * router.get('/notes/:id', authorize('read', (ctx) => findNote(ctx.params.id)), (ctx) => (ctx.body = ctx.state.authz.resource));
 * router.post('/notes', authorize('create', Note), createNote);
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export function authorize<
  Params = any,
  Source extends Loader<Params> | Class | TypeToken | TypeName =
    | Loader<Params>
    | Class
    | TypeToken
    | TypeName,
>(action: ActionOfSource<Source>, resource: Source, statuses?: RefusalStatuses): Middleware;
export function authorize(
  ...given: [] | [string, Loader | Class | TypeToken | string, (RefusalStatuses | undefined)?]
): Middleware {
  if (given.length === 0) return authorizeRequest;
  const [action, resource, statuses = {}] = given;
  const requirement = declareRequirement(authorize, action, resource, statuses);
  const required = new RequiredResource(action, resource as Loader);
  const caller = `authorize('${action}', …)`;
  const middleware: OwnMiddleware = async (ctx, next, frame) => {
    const authz = authzOf(ctx, caller);
    checkRequirement(authz.pinned, requirement);
    const load = () => authz.loadRequired(required, ctx as Parameters<Loader>[0]);
    const followed = followedOf(ctx);
    try {
      await followed.decideFor(followed.frameWith(next, frame), load);
    } catch (reason) {
      throwError(withStatus(reason, statuses));
    }
    await next();
  };
  return asOwn(asRequirement(middleware, requirement));
}

const authorizeRequest: Middleware = asOwn(
  asRequirement<OwnMiddleware>(
    (ctx, next, given) => {
      const authz = authzOf(ctx, 'authorize()');
      const followed = followedOf(ctx);
      const frame = followed.frameWith(next, given);
      if (!authz.hasRequestRules) return runGuarded(ctx, authz, frame, next);
      const admit = () =>
        authz.authorizeRequest().catch((reason: unknown) => {
          if (!isAuthorizationError(reason) || !isForSkippedRoute(ctx)) throwError(reason);
          authz.admitSkippedOnly(reason);
        });
      return runGuarded(ctx, authz, frame, async () => {
        await followed.within(frame, admit);
        await next();
      });
    },
    { kind: 'request' },
  ),
);

expectCall(authorize, "authorize('read', findNote) for a route, authorize() for all requests");
