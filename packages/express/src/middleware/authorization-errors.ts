import { isUnauthenticatedError } from '@nanook/core';
import {
  checkCalled,
  checkOptions,
  expectCall,
  isInternalError,
  problemOf,
  renderProblem,
} from '@nanook/http';
import type { ErrorRequestHandler, Request } from 'express';

export interface AuthorizationErrorsOptions {
  /** The value of `WWW-Authenticate` in a 401. Default: the one given to `authorization`, or `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /** More about a refusal, for whoever asked. Default: nothing. */
  readonly detail?: (error: unknown, req: Request) => string | undefined;
  /** Identifies this occurrence, as the id of the request does. Default: nothing. */
  readonly instance?: (req: Request) => string | undefined;
  /** Sees what is no refusal but a fault of the policy or the application, and answered with a bare 500. Default: `console.error`. */
  readonly onError?: (error: unknown, req: Request) => void;
}

/**
 * Answers refusals, and faults of the policy, as `application/problem+json` or HTML. All other errors go on to the next error
 * handler.
 */
export function authorizationErrors(options: AuthorizationErrorsOptions = {}): ErrorRequestHandler {
  checkCalled(authorizationErrors, options);
  checkOptions('authorizationErrors', options, optionKinds);
  // oxlint-disable-next-line no-console -- an error that nobody sees is none
  const { challenge, detail, instance, onError = (error) => console.error(error) } = options;
  return (error: unknown, req, res, next) => {
    const found = problemOf(error);
    if (found === undefined || res.headersSent) {
      next(error);
      return;
    }
    const fault = isInternalError(error);
    if (fault) onError(error, req);
    const more = fault ? undefined : detail?.(error, req);
    const id = instance?.(req);
    const problem = {
      ...found,
      ...(more === undefined ? {} : { detail: more }),
      ...(id === undefined ? {} : { instance: id }),
    };
    const { status, headers, remove, body } = renderProblem(problem, req.headers.accept);
    for (const name of remove) res.removeHeader(name);
    if (challenge !== undefined && isUnauthenticatedError(error))
      res.setHeader('WWW-Authenticate', challenge as string | string[]);
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.status(status).vary('Accept');
    // Not `send`, which would look whether the client has it already.
    res.end(body);
  };
}

const optionKinds = {
  challenge: 'challenge',
  detail: 'function',
  instance: 'function',
  onError: 'function',
} as const;

expectCall(authorizationErrors, 'authorizationErrors()');
