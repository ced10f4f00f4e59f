import {
  AuthorizationError,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
  isAuthorizationError,
  isNotFoundError,
  isUnauthenticatedError,
} from '@nanook/core';
import { copyExplanation, missingResource, showExplanation } from './explained-refusal.js';
import { statusTitle } from './status-title.js';

/** The statuses for the refusals of one requirement, where the application does not use the default ones. */
export interface RefusalStatuses {
  /** The status when the loader finds nothing. Default: 404. */
  readonly missing?: number;
  /** The status when the policy refuses. Default: 404 when the actor may not read the resource, else 403. */
  readonly refused?: number;
}

/**
 * The options of {@link RefusalStatuses}, to be checked.
 *
 * @internal for adapters
 */
export const refusalOptions = { missing: 'status', refused: 'status' } as const;

const missing = new WeakSet<object>();

/** Creates the refusal for a resource that does not exist. */
export function notFound(action: string, isExplained: boolean): NotFoundError {
  const error = withoutStack(new NotFoundError(action, isExplained ? { explanation: missingResource } : {}));
  showExplanation(error);
  missing.add(error);
  return error;
}

/**
 * Returns the refusal of an anonymous actor, who may sign in and try again. It is the same for a resource that does not exist, so that it does
 * not reveal which resources exist.
 */
export function unauthenticated(refusal: AuthorizationError): UnauthenticatedError {
  const error = withoutOwnStack(new UnauthenticatedError(refusal.action, refusal));
  copyExplanation(refusal, error);
  return error;
}

/** Removes the stack of a `NotFoundError`, because a page that prints it would distinguish a hidden resource from a missing one. */
export const withoutStack = (error: AuthorizationError): AuthorizationError =>
  isNotFoundError(error) ? withoutOwnStack(error) : error;

const withoutOwnStack = <Refusal extends AuthorizationError>(error: Refusal): Refusal =>
  Object.defineProperty(error, 'stack', {
    value: `${error.name}: ${error.message}`,
    configurable: true,
    writable: true,
  });

/**
 * Returns a refusal with the status of the application. It returns an error that is not a refusal unchanged.
 *
 * @internal for adapters
 */
export function withStatus(error: unknown, statuses: RefusalStatuses): unknown {
  if (isUnauthenticatedError(error) || !isAuthorizationError(error)) return error;
  const status = missing.has(error) ? statuses.missing : statuses.refused;
  if (status === undefined || status === error.status) return error;
  const replacement = withoutStack(newRefusal(status, error));
  if (missing.has(error)) missing.add(replacement);
  copyExplanation(error, replacement);
  replacement.route = error.route;
  return replacement;
}

function newRefusal(status: number, refusal: AuthorizationError): AuthorizationError {
  const { action } = refusal;
  if (status === 404) return new NotFoundError(action, refusal);
  if (status === 403) return new ForbiddenError(action, refusal);
  return new AuthorizationError(statusTitle(status) ?? 'Refused', status, action, refusal);
}
