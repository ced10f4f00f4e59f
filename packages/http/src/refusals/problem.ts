import { isAuthorizationError, isPolarError, isPolicyError } from '@nanook/core';
import { STATUS_CODES } from 'node:http';
import { isAuthorizationConfigError } from '../config-errors/authorization-config-error.js';

/**
 * What the client is told, as RFC 9457 has it. It names no action, resource, actor, route or rule: what a refusal is about is
 * the application's to tell.
 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
}

/**
 * The problem that an error of ours is to a client: a refusal with its status, and a fault of the policy or the application as a
 * bare 500. `undefined` for what is somebody else's.
 */
export function problemOf(error: unknown): Problem | undefined {
  if (isAuthorizationError(error)) return problem(error.status);
  return isInternalError(error) ? problem(500) : undefined;
}

/** Whether the error is for the log: the policy or the application is at fault, not the one who asks. */
export const isInternalError = (error: unknown): boolean =>
  isPolarError(error) || isPolicyError(error) || isAuthorizationConfigError(error);

const problem = (status: number): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
});
