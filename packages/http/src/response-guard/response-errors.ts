import {
  AuthorizationConfigError,
  type ConfigErrorData,
  type RouteData,
} from '../config-errors/authorization-config-error.js';
import { causeOf, dataOf, type Check } from '../pending-checks/open-check.js';
import type { PendingChecks } from '../pending-checks/pending-checks.js';

/** The request of a response that is blocked, for the error about it. */
export interface GuardedRequest {
  /** The HTTP method. It is read when the response is checked, because middleware may change it. */
  readonly method: string;
  /** Returns the route as the application wrote it. */
  route(): string;
  /** Returns the location of the handler, `file:line`, if it is known. */
  handler?(): string | undefined;
  /** Returns the decisions of the request that do not count. */
  elsewhere?(): readonly string[];
}

/**
 * Returns the route for an error about its response.
 *
 * @internal for adapters
 */
export function routeData(request: GuardedRequest): RouteData {
  return { method: request.method, route: request.route(), handler: request.handler?.() };
}

/** @param isStarted whether another handler has sent the header, so that the response can only be aborted */
export function undecided(
  request: GuardedRequest,
  status: number,
  isStarted = false,
): AuthorizationConfigError {
  const data = { ...routeData(request), elsewhere: request.elsewhere?.(), status, isStarted };
  return new AuthorizationConfigError('NANOOK_HTTP_UNDECIDED_ROUTE', data);
}

export function unawaited(
  request: GuardedRequest,
  checks: PendingChecks,
  check: Check,
  status: number | undefined,
): AuthorizationConfigError {
  checks.dismiss(check);
  return errorAbout(request, 'NANOOK_HTTP_UNAWAITED_CHECK', check, status);
}

export function errorAbout<C extends 'NANOOK_HTTP_UNAWAITED_CHECK' | 'NANOOK_HTTP_REFUSED_ROUTE'>(
  request: GuardedRequest,
  code: C,
  check: Check,
  status: ConfigErrorData<C>['status'],
): AuthorizationConfigError {
  const data = { ...routeData(request), ...dataOf(check), status };
  return new AuthorizationConfigError(code, data, causeOf(check));
}
