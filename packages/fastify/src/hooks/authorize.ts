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
} from '@nanook/http';
import type { FastifyRequest } from 'fastify';
import { authzOf, type Hook } from './hook.js';

/**
 * Loads the resource of a request, which is authorized and then available as `request.authz.resource`. TypeScript cannot infer the
 * parameters of the path here; write `authorize<{ id: string }>(…)` for typed parameters.
 *
 * A loader that declares a second parameter gets `{ signal }`. The signal aborts when the loader takes longer than the option
 * `loaderTimeoutMs` of `authorization`, and when the response closes.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- or each parameter would need an assertion
export type Loader<Params = any> = (
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  request: FastifyRequest<{ Params: Params; Querystring: any; Body: any }>,
  options: LoaderOptions,
) => unknown;

/**
 * Creates the requirement of a route or of a plugin: a hook that loads the resource, and refuses the request unless the actor may perform the
 * action on it. Use it as `preHandler`, after the hooks that authenticate.
 *
 * @param resource the loader; or, for *create* and *list*, a class, a type or the name of a type
 * @param statuses the statuses of refusals, where the application does not use the default ones: `{ missing: 410 }`
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`, `NANOOK_HTTP_NO_SOURCE`, `NANOOK_HTTP_NO_RETURN`, `NANOOK_HTTP_UNCALLED`;
 *   in a request `NANOOK_HTTP_NO_AUTHORIZATION`, `NANOOK_HTTP_SWAPPED_ARGUMENTS`
 * @throws {PolarError} in a request, `POLAR_TYPE_NOT_GRANTABLE` and `POLAR_TYPE_UNKNOWN_TYPE` for a misspelled action or type
 * @example
 * app.get('/notes/:id', { preHandler: authorize('read', findNote) }, (request) => request.authz.resource);
 * app.post('/notes', { preHandler: authorize('create', Note) }, createNote);
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as in Loader
export function authorize<
  Params = any,
  Source extends Loader<Params> | Class | TypeToken | TypeName =
    | Loader<Params>
    | Class
    | TypeToken
    | TypeName,
>(action: ActionOfSource<Source>, resource: Source, statuses?: RefusalStatuses): Hook;
export function authorize(
  action: string,
  resource: Loader | Class | TypeToken | string,
  statuses: RefusalStatuses = {},
): Hook {
  const requirement = declareRequirement(authorize, action, resource, statuses);
  const required = new RequiredResource(action, resource as Loader);
  const caller = `authorize('${action}', …)`;
  const hook: Hook = async (request) => {
    const authz = authzOf(request, caller);
    checkRequirement(authz.pinned, requirement);
    try {
      await authz.loadRequired(required, request);
    } catch (reason) {
      throw toError(withStatus(reason, statuses));
    }
  };
  return asRequirement(hook, requirement);
}

expectCall(authorize, "authorize('read', findNote)");
