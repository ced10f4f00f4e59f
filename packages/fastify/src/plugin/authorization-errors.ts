import { checkErrorOptions, expectCall, renderError } from '@nanook/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logError } from './log-error.js';

/** Options for {@link authorizationErrors}. */
export interface AuthorizationErrorsOptions {
  /** The value of `WWW-Authenticate` in a 401. Default: the value that `authorization` was given, or `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /** Returns more about a refusal for the client, as the `detail` of the problem. Default: nothing. */
  readonly detail?: (error: unknown, request: FastifyRequest) => string | undefined;
  /** Returns an identifier of the request, as the `instance` of the problem. Default: nothing. */
  readonly instance?: (request: FastifyRequest) => string | undefined;
  /** Receives an error in the policy or in the configuration; the client gets a plain 500. Default: the log of the request, or `console.error` without a logger. */
  readonly onError?: (error: unknown, request: FastifyRequest) => void;
}

/**
 * Creates an error handler that responds to refusals, and to errors in the policy, as `application/problem+json` or HTML. It throws all other
 * errors again, for the error handler of the outer plugin. The plugin `authorization` installs it if the application has no error
 * handler of its own.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNCALLED`
 * @example
 * app.setErrorHandler(authorizationErrors({ instance: (request) => request.id }));
 */
export function authorizationErrors(
  options: AuthorizationErrorsOptions = {},
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  checkErrorOptions(authorizationErrors, options);
  const { challenge, detail, instance, onError = logError } = options;
  return (error, request, reply) => {
    const response = renderError(error, request.headers.accept, {
      challenge,
      detail: (refusal) => detail?.(refusal, request),
      instance: () => instance?.(request),
      onError: (internal) => onError(internal, request),
    });
    if (response === undefined) throw error;
    for (const name of response.remove) reply.removeHeader(name);
    if (response.challenge !== undefined)
      reply.header('WWW-Authenticate', response.challenge as string | string[]);
    const vary = reply.getHeader('Vary');
    reply
      .code(response.status)
      .headers(response.headers)
      .header('Vary', vary === undefined ? 'Accept' : `${String(vary)}, Accept`)
      .serializer(String) // or Fastify would convert the JSON text to a JSON string
      .send(response.body);
  };
}

expectCall(authorizationErrors, 'authorizationErrors()');
