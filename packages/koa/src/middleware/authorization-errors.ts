import { checkErrorOptions, expectCall, renderError } from '@nanook/http';
import type { Context } from 'koa';
import { followedOf } from '../handlers/followed-context.js';
import { asOwn } from '../handlers/own-middleware.js';
import { emitError, type Middleware, type OwnMiddleware } from '../internals/context.js';

/** Options for {@link authorizationErrors}. */
export interface AuthorizationErrorsOptions {
  /** The value of `WWW-Authenticate` in a 401. Default: the value that `authorization` was given, or `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /** Returns more about a refusal for the client, as the `detail` of the problem. Default: nothing. */
  readonly detail?: (error: unknown, ctx: Context) => string | undefined;
  /** Returns an identifier of the request, as the `instance` of the problem. Default: nothing. */
  readonly instance?: (ctx: Context) => string | undefined;
  /**
   * Receives an error in the policy or in the configuration; the client gets a plain 500. Default: the `error` event of the application.
   */
  readonly onError?: (error: unknown, ctx: Context) => void;
}

/**
 * Creates middleware that responds to refusals, and to errors in the policy, as `application/problem+json` or HTML. It throws all other
 * errors again. Use it before `authorization`. Without it, Koa responds with the same statuses in plain text.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNCALLED`
 * @example
 * app.use(authorizationErrors({ instance: (ctx) => ctx.get('x-request-id') }));
 */
export function authorizationErrors(options: AuthorizationErrorsOptions = {}): Middleware {
  checkErrorOptions(authorizationErrors, options);
  const { challenge, detail, instance, onError = emitError } = options;
  const respond = (ctx: Context, error: unknown): void => {
    const response = ctx.headerSent
      ? undefined
      : renderError(error, ctx.headers.accept, {
          challenge,
          detail: (refusal) => detail?.(refusal, ctx),
          instance: () => instance?.(ctx),
          onError: (internal) => onError(internal, ctx),
        });
    if (response === undefined) throw error;
    for (const name of response.remove) ctx.remove(name);
    ctx.respond = true;
    ctx.status = response.status;
    ctx.body = response.body;
    ctx.set({
      ...(error as { readonly headers?: Record<string, string> }).headers,
      ...(response.challenge === undefined
        ? {}
        : { 'WWW-Authenticate': response.challenge as string | string[] }),
      ...response.headers,
    });
    ctx.vary('Accept');
  };
  const middleware: OwnMiddleware = async (ctx, next, given) => {
    const followed = followedOf(ctx);
    const frame = followed.frameWith(next, given);
    try {
      await next();
    } catch (error) {
      followed.within(frame, respond, ctx as Context, error);
    }
  };
  return asOwn(middleware);
}

expectCall(authorizationErrors, 'authorizationErrors()');
