import { checkErrorOptions, expectCall, renderError } from '@nanook/http';
import type { ErrorRequestHandler, Request } from 'express';

/** Options for {@link authorizationErrors}. */
export interface AuthorizationErrorsOptions {
  /** The value of `WWW-Authenticate` in a 401. Default: the value that `authorization` was given, or `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /** Returns more about a refusal for the client, as the `detail` of the problem. Default: nothing. */
  readonly detail?: (error: unknown, req: Request) => string | undefined;
  /** Returns an identifier of the request, as the `instance` of the problem. Default: nothing. */
  readonly instance?: (req: Request) => string | undefined;
  /** Receives an error in the policy or in the configuration; the client gets a plain 500. Default: `console.error`. */
  readonly onError?: (error: unknown, req: Request) => void;
}

/**
 * Creates an error handler that responds to refusals, and to errors in the policy, as `application/problem+json` or HTML. It passes all
 * other errors to the next error handler. Use it after the routes.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNCALLED`
 * @example
 * app.use(authorizationErrors({ instance: (req) => req.id }));
 */
export function authorizationErrors(options: AuthorizationErrorsOptions = {}): ErrorRequestHandler {
  checkErrorOptions(authorizationErrors, options);
  // oxlint-disable-next-line no-console -- an error must not get lost
  const { challenge, detail, instance, onError = (error) => console.error(error) } = options;
  return (error: unknown, req, res, next) => {
    const response = res.headersSent
      ? undefined
      : renderError(error, req.headers.accept, {
          challenge,
          detail: (refusal) => detail?.(refusal, req),
          instance: () => instance?.(req),
          onError: (internal) => onError(internal, req),
        });
    if (response === undefined) {
      next(error);
      return;
    }
    for (const name of response.remove) res.removeHeader(name);
    if (response.challenge !== undefined)
      res.setHeader('WWW-Authenticate', response.challenge as string | string[]);
    for (const [name, value] of Object.entries(response.headers)) res.setHeader(name, value);
    res.status(response.status).vary('Accept');
    // `send` would compare the body with the version that the client has cached.
    res.end(response.body);
  };
}

expectCall(authorizationErrors, 'authorizationErrors()');
