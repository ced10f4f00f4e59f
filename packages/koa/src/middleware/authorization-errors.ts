import { isUnauthenticatedError } from '@nanook/core';
import {
  checkCalled,
  checkOptions,
  expectCall,
  isInternalError,
  problemOf,
  renderProblem,
} from '@nanook/http';
import type { Context } from 'koa';
import { emitError, type Middleware } from '../internals/context.js';

export interface AuthorizationErrorsOptions {
  /** What a 401 says in `WWW-Authenticate`: `'Bearer'`, or several. Default: what `authorization` was given. */
  readonly challenge?: string | readonly string[];
  /** More about a refusal, for whoever asked. Default: nothing. */
  readonly detail?: (error: unknown, ctx: Context) => string | undefined;
  /** Identifies this occurrence, as the id of the request does. Default: nothing. */
  readonly instance?: (ctx: Context) => string | undefined;
  /**
   * Sees what is no refusal but a fault of the policy or the application, and answered with a bare 500. Default: the application's
   * `error` event, as Koa has it.
   */
  readonly onError?: (error: unknown, ctx: Context) => void;
}

/**
 * Answers refusals, and faults of the policy, as `application/problem+json` or HTML. All other errors go on upstream. Goes before
 * `authorization`; without it Koa answers the same statuses in plain text.
 */
export function authorizationErrors(options: AuthorizationErrorsOptions = {}): Middleware {
  checkCalled(authorizationErrors, options);
  checkOptions('authorizationErrors', options, optionKinds);
  const { challenge, detail, instance, onError = emitError } = options;
  return async (context, next) => {
    const ctx = context as Context;
    try {
      await next();
    } catch (error) {
      const found = problemOf(error);
      if (found === undefined || ctx.headerSent) throw error;
      const fault = isInternalError(error);
      if (fault) onError(error, ctx);
      const more = fault ? undefined : detail?.(error, ctx);
      const id = instance?.(ctx);
      const problem = {
        ...found,
        ...(more === undefined ? {} : { detail: more }),
        ...(id === undefined ? {} : { instance: id }),
      };
      const { status, headers, remove, body } = renderProblem(problem, ctx.headers.accept);
      for (const name of remove) ctx.remove(name);
      ctx.respond = true;
      ctx.status = status;
      ctx.body = body;
      ctx.set({
        ...(error as { readonly headers?: Record<string, string> }).headers,
        ...(challenge !== undefined && isUnauthenticatedError(error)
          ? { 'WWW-Authenticate': challenge as string | string[] }
          : {}),
        ...headers,
      });
      ctx.vary('Accept');
    }
  };
}

const optionKinds = {
  challenge: 'challenge',
  detail: 'function',
  instance: 'function',
  onError: 'function',
} as const;

expectCall(authorizationErrors, 'authorizationErrors()');
