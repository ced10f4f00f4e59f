import { isAuthorizationError, type AuthorizationError, type Explanation } from '@nanook/core';
import { explanationOf, isInternalError, isInvalidInput } from '@nanook/http';
import { HttpException, Logger } from '@nestjs/common';
import { isNanookNestError } from '../errors/nanook-nest-error.js';

/**
 * An error for GraphQL clients, with a code in `extensions.code`: `UNAUTHENTICATED`, `FORBIDDEN`,
 * `NOT_FOUND`, `BAD_USER_INPUT` or `INTERNAL_SERVER_ERROR`. Where the option `explain` applies, `extensions.explanation` explains a refusal.
 *
 * GraphQL takes the extensions from the error that was thrown, so that it works with every driver. The response of the exception is a
 * plain text, so that no driver adds fields to it.
 */
export class GraphqlException extends HttpException {
  readonly extensions: { readonly code: string; readonly explanation?: Explanation };

  constructor(message: string, status: number, code: string, cause: unknown) {
    super(message, status, { cause });
    const explanation = explanationOf(cause);
    this.extensions = explanation === undefined ? { code } : { code, explanation };
  }
}

/**
 * Converts a refusal to an error with its code. An error of the policy or of the application becomes `INTERNAL_SERVER_ERROR` and is logged,
 * because the drivers would show its message, with rules of the policy, to the client. Returns any other error unchanged.
 */
export function graphqlExceptionOf(error: unknown): unknown {
  if (isAuthorizationError(error)) return refusalOf(error);
  if (isInvalidInput(error)) return new GraphqlException('Bad request', 400, 'BAD_USER_INPUT', error);
  if (!isInternalError(error) && !isNanookNestError(error)) return error;
  new Logger('Nanook').error(error);
  return new GraphqlException('Internal server error', 500, 'INTERNAL_SERVER_ERROR', error);
}

function refusalOf(error: AuthorizationError): GraphqlException {
  const [message, code] = refusals.get(error.status) ?? ['Forbidden', 'FORBIDDEN'];
  return new GraphqlException(message, error.status, code, error);
}

const refusals = new Map<number, readonly [message: string, code: string]>([
  [401, ['Unauthorized', 'UNAUTHENTICATED']],
  [403, ['Forbidden', 'FORBIDDEN']],
  [404, ['Not found', 'NOT_FOUND']],
]);
