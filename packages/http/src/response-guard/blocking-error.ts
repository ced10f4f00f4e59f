import type { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import type { PendingChecks } from '../pending-checks/pending-checks.js';
import { errorAbout, unawaited, undecided, type GuardedRequest } from './response-errors.js';

/** The request of a response, with its decisions and checks. */
export interface DecidedRequest extends GuardedRequest {
  /** Returns whether a decision was made on the path of the handler that writes now. */
  isSettled(): boolean;
  /**
   * Returns whether the handler was written for `OPTIONS` alone, so that its response may contain anything. Without it, a response to
   * `OPTIONS` may only list the methods.
   */
  isPreflight?(): boolean;
  /** Returns whether an error handler responds for a handler with a decision; then 412 and 416 may reveal that a file exists. */
  isFailureDecided?(): boolean;
  /** Returns the checks that the response must wait for, if the request has its authorization already. */
  checks?(): PendingChecks | undefined;
  /** Whether a success may follow a refusal, for frameworks whose error handlers cannot state a reason. */
  readonly mayHideRefusal?: boolean;
}

/**
 * Returns the error for a response that must be blocked: it has no decision, a check of the request is pending or was not awaited, or a
 * check was refused.
 *
 * @param status a status that is not an error, see {@link isErrorStatus}
 * @param isOptionsBody returns whether the body is empty, or lists the methods for a request with `OPTIONS`
 * @internal for adapters
 */
export function findBlockingError(
  request: DecidedRequest,
  status: number,
  isOptionsBody: () => boolean,
): AuthorizationConfigError | undefined {
  const checks = request.checks?.();
  if (checks?.forgotten !== undefined) return unawaited(request, checks, checks.forgotten, status);
  const refused = request.mayHideRefusal === true ? undefined : checks?.refused;
  if (!mayRespond(request, status, isOptionsBody)) {
    // After a decision on another path, the refusal explains more: an error handler responds for the route that was refused.
    const isElsewhere = refused !== undefined && (request.elsewhere?.() ?? []).length > 0;
    return isElsewhere
      ? errorAbout(request, 'NANOOK_HTTP_REFUSED_ROUTE', refused, status)
      : undecided(request, status);
  }
  if (checks?.open !== undefined) return unawaited(request, checks, checks.open, status);
  return refused && errorAbout(request, 'NANOOK_HTTP_REFUSED_ROUTE', refused, status);
}

/** Returns whether the running code may send a response with this status and body, as far as decisions matter. */
export function mayRespond(request: DecidedRequest, status: number, isOptionsBody: () => boolean): boolean {
  if (request.isSettled()) return true;
  if (isAboutFile(status) && request.isFailureDecided?.() === true) return true;
  return request.method === 'OPTIONS' && (request.isPreflight?.() === true || isOptionsBody());
}

/**
 * Returns whether a status, as Node reads it, tells the client only that an error occurred. 412 and 416 tell more about a file: whether
 * the client has the current version, and how long the file is.
 *
 * @internal for adapters
 */
export function isErrorStatus(status: number): boolean {
  const code = status | 0;
  return code >= 400 && code < 600 && !isAboutFile(code);
}

const isAboutFile = (status: number): boolean => (status | 0) === 412 || (status | 0) === 416;
