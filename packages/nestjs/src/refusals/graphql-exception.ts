import { isAuthorizationError, type AuthorizationError } from '@nanook/core';
import { isInternalError } from '@nanook/http';
import { HttpException, Logger } from '@nestjs/common';
import { isNanookNestError } from '../errors/nanook-nest-error.js';

/**
 * An error for GraphQL: `extensions.code` says what it is. GraphQL takes the extensions from the error that was thrown, so no
 * driver needs to know of it; and as the response is no more than a text, none adds to it.
 */
export class GraphqlException extends HttpException {
  readonly extensions: { readonly code: string };

  constructor(message: string, status: number, code: string, cause: unknown) {
    super(message, status, { cause });
    this.extensions = { code };
  }
}

/**
 * A refusal with its code: `UNAUTHENTICATED`, `FORBIDDEN` or `NOT_FOUND`. The drivers would show the message of a fault to the
 * client, requirements and all, so it goes to the log instead. Anything else as it is.
 */
export function graphqlExceptionOf(error: unknown): unknown {
  if (isAuthorizationError(error)) return refusalOf(error);
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
