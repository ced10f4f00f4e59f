import { checkErrorOptions, expectCall, renderError } from '@nanook/http';
import type { Context, ErrorHandler } from 'hono';
import { HonoBase } from 'hono/hono-base';
import { addChallenge } from '../guard/challenge.js';
import { findAuthz } from './context.js';

/** Options for {@link authorizationErrors}. */
export interface AuthorizationErrorsOptions {
  /** The value of `WWW-Authenticate` in a 401. Default: the value that `authorization` was given, or `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /** Returns more about a refusal for the client, as the `detail` of the problem. Default: nothing. */
  readonly detail?: (error: unknown, c: Context) => string | undefined;
  /** Returns an identifier of the request, as the `instance` of the problem. Default: nothing. */
  readonly instance?: (c: Context) => string | undefined;
  /** Receives an error in the policy or in the configuration; the client gets a plain 500. Default: `console.error`. */
  readonly onError?: (error: unknown, c: Context) => void;
  /** Responds to all other errors. Default: the error handler of Hono, which responds to `HTTPException`, and with 500 to the others. */
  readonly others?: ErrorHandler;
}

/**
 * Creates an error handler that responds to refusals, and to errors in the policy, as `application/problem+json` or HTML. `protect` installs
 * it if the application has no error handler of its own.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNCALLED`
 * @example
 * app.onError(authorizationErrors({ others: (error, c) => c.text('Something failed', 500) }));
 */
export function authorizationErrors(options: AuthorizationErrorsOptions = {}): ErrorHandler {
  const { others = defaultErrorHandler(), ...common } = options;
  checkErrorOptions(authorizationErrors, common);
  const { challenge, detail, instance, onError = logError } = common;
  return (error, c) => {
    const response = renderError(error, c.req.header('accept'), {
      challenge: challenge ?? findAuthz(c)?.challenge,
      detail: (refusal) => detail?.(refusal, c),
      instance: () => instance?.(c),
      onError: (internal) => onError(internal, c),
    });
    if (response === undefined) return others(error, c);
    for (const name of response.remove) c.header(name, undefined);
    addChallenge(c, response.challenge);
    c.header('Vary', 'Accept', { append: true });
    return c.newResponse(response.body, { status: response.status as 403, headers: response.headers });
  };
}

/** Returns the error handler that an application of Hono has by default. */
export const defaultErrorHandler = (): ErrorHandler => new HonoBase()['errorHandler'];

// oxlint-disable-next-line no-console -- the log that every runtime has
const logError = (error: unknown): void => console.error(error);

expectCall(authorizationErrors, 'authorizationErrors()');
