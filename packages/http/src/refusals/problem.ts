import { isAuthorizationError, isPolarError, isPolicyError, type Explanation } from '@nanook/core';
import { isAuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { statusTitle } from './status-title.js';

/**
 * The body of an error response, as RFC 9457 defines it. It reveals no action, resource, actor, route or rule to the client, apart from
 * an explanation.
 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  /** The explanation of a refusal, where the option `explain` applies. */
  readonly explanation?: Explanation;
}

/**
 * Returns the problem to send for an error: a refusal with its status; invalid input, such as a cursor, as 400; an error in the policy or in
 * the configuration as a plain 500; a loader that did not finish in time as 503.
 *
 * @returns `undefined` for an error that does not come from Nanook
 * @example
 * const problem = problemOf(error);
 * if (problem === undefined) throw error;
 */
export function problemOf(error: unknown): Problem | undefined {
  if (isAuthorizationError(error)) return problem(error.status);
  if (isInvalidInput(error)) return problem(400);
  if (isAuthorizationConfigError(error)) return problem(error.status);
  return isInternalError(error) ? problem(500) : undefined;
}

/**
 * Returns whether the error is for the log and not for the client: an error in the policy, in its evaluation, or in the configuration.
 *
 * @internal for adapters
 */
export const isInternalError = (error: unknown): boolean =>
  (isPolarError(error) && !isInvalidInput(error)) ||
  isPolicyError(error) ||
  isAuthorizationConfigError(error);

/**
 * Returns whether an error is about values of the client: the cursor of a list, a field that the actor may not use, or a value that a new
 * row cannot have.
 *
 * @internal for adapters
 */
export const isInvalidInput = (error: unknown): boolean =>
  isPolarError(error) && invalidInput.has(error.code);

const invalidInput: ReadonlySet<string> = new Set([
  'POLAR_LIST_CURSOR',
  'POLAR_LIST_FIELD',
  'POLAR_DRAFT_VALUE',
  'POLAR_DRAFT_EXISTS',
]);

const problem = (status: number): Problem => ({
  type: 'about:blank',
  title: statusTitle(status) ?? 'Error',
  status,
});
