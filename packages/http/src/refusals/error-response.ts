import { isUnauthenticatedError } from '@nanook/core';
import { checkOptions } from '../config-errors/check-options.js';
import { checkCalled } from '../config-errors/uncalled-middleware.js';
import { reportError } from '../internal/report-error.js';
import { describeRefusal, explanationOf } from './explained-refusal.js';
import { isInternalError, problemOf } from './problem.js';
import { renderProblem, type Rendered } from './render-problem.js';

const options = {
  challenge: 'challenge',
  detail: 'function',
  instance: 'function',
  onError: 'function',
} as const;

/** The options of `authorizationErrors` for one request. */
export interface ErrorResponseOptions {
  /** The value of `WWW-Authenticate` in a 401. */
  readonly challenge?: string | readonly string[] | undefined;
  /** Returns more about a refusal for the client. */
  readonly detail: (error: unknown) => string | undefined;
  /** Returns an identifier of the request. */
  readonly instance: () => string | undefined;
  /** Receives an error in the policy or in the configuration. */
  readonly onError: (error: unknown) => void;
}

/** A rendered response to an error. */
export interface ErrorResponse extends Rendered {
  /** The value of `WWW-Authenticate`, if the response must have one. */
  readonly challenge: string | readonly string[] | undefined;
}

/**
 * Checks the arguments of `authorizationErrors(options)`.
 *
 * @param authorizationErrors the function of the adapter, for messages
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_UNCALLED`
 * @internal for adapters
 */
export function checkErrorOptions(authorizationErrors: (...args: never[]) => unknown, given: object): void {
  checkCalled(authorizationErrors, given);
  checkOptions('authorizationErrors', given, options);
}

/**
 * Renders the response to a refusal, or to an error in the policy or in the configuration, which it reports.
 *
 * @param accept the `Accept` header of the request
 * @returns `undefined` for an error that does not come from Nanook
 * @internal for adapters
 */
export function renderError(
  error: unknown,
  accept: string | undefined,
  { challenge, detail, instance, onError }: ErrorResponseOptions,
): ErrorResponse | undefined {
  const problem = problemOf(error);
  if (problem === undefined) return undefined;
  const isInternal = isInternalError(error);
  if (isInternal) reportError(onError, error);
  const more = isInternal ? undefined : detail(error);
  const id = instance();
  const explanation = explanationOf(error);
  const text = describeRefusal(error);
  // oxlint-disable-next-line no-console -- the developer reads it in development
  if (text !== undefined) console.info(text);
  const rendered = renderProblem(
    {
      ...problem,
      ...(more === undefined ? {} : { detail: more }),
      ...(id === undefined ? {} : { instance: id }),
      ...(explanation === undefined ? {} : { explanation }),
    },
    accept,
  );
  return { ...rendered, challenge: isUnauthenticatedError(error) ? challenge : undefined };
}
