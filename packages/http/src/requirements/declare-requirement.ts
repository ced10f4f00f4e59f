import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { checkOptions } from '../config-errors/check-options.js';
import { checkCalled } from '../config-errors/uncalled-middleware.js';
import { refusalOptions, type RefusalStatuses } from '../refusals/refusal.js';
import { checkSource, type ResourceSource } from './resource-source.js';
import {
  authorizeRequirement,
  checkAction,
  checkReason,
  type RouteRequirement,
} from './route-requirement.js';

/**
 * Checks the arguments of `authorize(action, resource, statuses)`, and creates its requirement.
 *
 * @param authorize the function of the adapter, for messages
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`, `NANOOK_HTTP_NO_SOURCE`, `NANOOK_HTTP_NO_RETURN`, `NANOOK_HTTP_UNCALLED`,
 *   `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_INVALID_OPTION`
 * @internal for adapters
 */
export function declareRequirement(
  authorize: (...args: never[]) => unknown,
  action: string,
  resource: ResourceSource<never>,
  statuses: RefusalStatuses,
): RouteRequirement {
  checkCalled(authorize, action);
  checkAction(action);
  checkSource(action, resource);
  checkOptions('authorize', statuses, refusalOptions);
  return authorizeRequirement(action, resource);
}

/**
 * Checks the arguments of `skipAuthorization(reason, …middleware)`.
 *
 * @param skipAuthorization the function of the adapter, for messages
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_REASON`, `NANOOK_HTTP_UNCALLED`, `NANOOK_HTTP_INVALID_OPTION`
 * @internal for adapters
 */
export function checkSkip(
  skipAuthorization: (...args: never[]) => unknown,
  reason: string,
  middleware: readonly unknown[],
): void {
  checkCalled(skipAuthorization, reason);
  checkReason(reason);
  for (const handler of middleware)
    if (typeof handler !== 'function')
      throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
        option: 'middleware',
        reason: `must be a function, got ${handler === null ? 'null' : typeof handler}`,
      });
}
