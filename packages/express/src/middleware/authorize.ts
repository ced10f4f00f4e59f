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
  toError,
  withStatus,
  type LoaderOptions,
  type RefusalStatuses,
} from '@nanook/http';
import type { Request } from 'express';
import { asDirect, ownMiddleware } from '../handlers/call-layer.js';
import { guardWholeRequest } from '../handlers/response-guard.js';
import { authzOf, framesOf } from '../handlers/frames.js';
import type { Middleware } from '../internals/request.js';
import { isForSkippedRoute } from '../routes/skipped-route.js';

/**
 * Loads the resource of a request, which is authorized and then passed to the handler as `req.authz.resource`. TypeScript cannot infer the
 * parameters of the path here; write `authorize<{ id: string }>(…)` for typed parameters.
 *
 * A loader that declares a second parameter gets `{ signal }`. The signal aborts when the loader takes longer than the option
 * `loaderTimeoutMs` of `authorization`, and when the response closes.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each parameter would need an assertion
export type Loader<Params = any> = (req: Request<Params>, options: LoaderOptions) => unknown;

/**
 * Creates middleware for all requests. It checks `allow_request(actor, request)` if the policy has such a rule, except for a route that skips
 * authorization, and installs the response
 * guard: a response without a decision is blocked, and becomes an error.
 *
 * @example
 * app.use(authorization(authorizer), authorize());
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
 * app.get('/notes/:id', authorize('read', (req) => findNote(req.params.id)), (req, res) => res.json(req.authz.resource));
 * app.post('/notes', authorize('create', Note), createNote);
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
  const middleware = ownMiddleware((req, next, frames, frame) => {
    const authz = frames.authz ?? authzOf(req, caller);
    checkRequirement(authz.pinned, requirement);
    passOn(
      frames.within(frame, () => authz.loadRequired(required, req)),
      next,
      statuses,
    );
  });
  return asRequirement(middleware, requirement);
}

const authorizeRequest: Middleware = asDirect(
  asRequirement<Middleware>(
    (req, res, next) => {
      const authz = authzOf(req, 'authorize()');
      guardWholeRequest(req as Request, res, next);
      if (!authz.hasRequestRules) return next();
      const admitted = framesOf(req as Request)
        .callHook(() => authz.authorizeRequest())
        .catch((reason: unknown) => {
          if (!isAuthorizationError(reason) || !isForSkippedRoute(req as Request, authorizeRequest))
            throw reason;
          authz.admitSkippedOnly(reason);
        });
      passOn(admitted, next);
    },
    { kind: 'request' },
  ),
);

/** Calls `next` once, with the refusal or the error if there is one, in the same way for Express 4 and Express 5. */
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
