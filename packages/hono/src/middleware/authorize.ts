import type { ActionOfSource, Class, TypeName, TypeToken } from '@nanook/core';
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
  type RequestAuthorization,
} from '@nanook/http';
import type { Context, Env, MiddlewareHandler } from 'hono';
import { authzOf } from './context.js';

/** The path of a loader that does not name it. It may have any parameters, which are text. */
export type AnyPath = `/:${string}`;

/**
 * Loads the resource of a request, which is authorized and then available as `c.var.authz.resource`. TypeScript does not know the parameters
 * of the path here; write `(c: Context<Env, '/notes/:id'>) => …` for those of a path.
 *
 * A loader that declares a second parameter gets `{ signal }`. The signal aborts when the loader takes longer than the option
 * `loaderTimeoutMs` of `authorization`, and when the client closes the request.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each variable would need an assertion
export type Loader<Path extends string = AnyPath, Resource = unknown, E extends Env = any> = (
  c: Context<E, Path>,
  options: LoaderOptions,
) => Resource;

/** The requirement of a route: middleware after which `c.var.authz.resource` has the type of the loaded resource. */
export type Requirement<Resource> = MiddlewareHandler<
  { Variables: { authz: RequestAuthorization & { readonly resource: NonNullable<Awaited<Resource>> } } },
  // oxlint-disable-next-line typescript/no-explicit-any -- it serves every path
  any
>;

/**
 * Creates the requirement of a route, or of all routes under a path. It loads the resource, and calls the next handler when the actor may
 * perform the action on it.
 *
 * @param loader loads the resource
 * @param statuses the statuses of refusals, where the application does not use the default ones: `{ missing: 410 }`
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`, `NANOOK_HTTP_NO_SOURCE`, `NANOOK_HTTP_NO_RETURN`, `NANOOK_HTTP_UNCALLED`;
 *   in a request `NANOOK_HTTP_NO_AUTHORIZATION`, `NANOOK_HTTP_SWAPPED_ARGUMENTS`
 * @throws {PolarError} in a request, `POLAR_TYPE_NOT_GRANTABLE` and `POLAR_TYPE_UNKNOWN_TYPE` for a misspelled action or type
 * @example
 * app.get('/notes/:id', authorize('read', (c) => findNote(c.req.param('id'))), (c) => c.json(c.var.authz.resource));
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export function authorize<Resource, Path extends string = AnyPath, E extends Env = any>(
  action: ActionOfSource<() => Resource>,
  loader: Loader<Path, Resource, E>,
  statuses?: RefusalStatuses,
): Requirement<Resource>;
/**
 * Creates the requirement of a route whose resource is a type, for actions such as *create* and *list*.
 *
 * @param type a class, a type or the name of a type
 * @param statuses the statuses of refusals, where the application does not use the default ones: `{ missing: 410 }`
 * @throws {AuthorizationConfigError} as with a loader
 * @throws {PolarError} as with a loader
 * @example
 * app.post('/notes', authorize('create', Note), createNote);
 */
export function authorize<Type extends Class | TypeToken | TypeName>(
  action: ActionOfSource<Type>,
  type: Type,
  statuses?: RefusalStatuses,
): MiddlewareHandler;
export function authorize(
  action: string,
  resource: Loader | Class | TypeToken | string,
  statuses: RefusalStatuses = {},
): MiddlewareHandler {
  const requirement = declareRequirement(authorize, action, resource, statuses);
  const required = new RequiredResource(action, resource as Loader);
  const caller = `authorize('${action}', …)`;
  const middleware: MiddlewareHandler = async (c, next) => {
    const authz = authzOf(c, caller);
    checkRequirement(authz.pinned, requirement);
    try {
      await authz.loadRequired(required, c);
    } catch (reason) {
      throw toError(withStatus(reason, statuses));
    }
    await next();
  };
  return asRequirement(middleware, requirement);
}

expectCall(authorize, "authorize('read', findNote)");
