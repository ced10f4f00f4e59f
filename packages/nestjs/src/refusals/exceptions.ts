import { isAuthorizationError, type AuthorizationError } from '@nanook/core';
import {
  ForbiddenException,
  HttpException,
  NotFoundException,
  UnauthorizedException,
  type ExecutionContext,
} from '@nestjs/common';
import type { ContextKind } from '../execution/execution.js';
import { graphqlExceptionOf } from './graphql-exception.js';
import { rpcExceptionOf, wsExceptionOf } from './message-exceptions.js';

/**
 * A refusal as the exception of the context that it happened in, with the refusal as its cause; anything else as it is. It
 * tells the client nothing but the status: what a refusal is about is the application's to tell.
 */
export async function exceptionOf(error: unknown, context: ExecutionContext): Promise<unknown> {
  const exception = isAuthorizationError(error) ? httpExceptionOf(error) : error;
  switch (context.getType<ContextKind>()) {
    case 'http':
      return exception;
    case 'graphql':
      return graphqlExceptionOf(error);
    case 'ws':
      return isRefusal(exception) ? wsExceptionOf(exception, context) : error;
    case 'rpc':
      return isRefusal(exception) ? rpcExceptionOf(exception) : error;
    default: // of a platform that we do not know
      return exception;
  }
}

/**
 * Whether it tells the client what it did wrong. What loaders and parsers throw for HTTP means the same in a message, where Nest
 * would take it for a fault of the server.
 */
export const isRefusal = (error: unknown): error is HttpException =>
  error instanceof HttpException && error.getStatus() < 500;

export function httpExceptionOf(error: AuthorizationError): HttpException {
  const [Exception, description] = httpExceptions.get(error.status) ?? [ForbiddenException, 'Forbidden'];
  return new Exception(undefined, { cause: error, description }); // without one, Nest 11 has no message
}

const httpExceptions = new Map<number, readonly [typeof ForbiddenException, description: string]>([
  [401, [UnauthorizedException, 'Unauthorized']],
  [403, [ForbiddenException, 'Forbidden']],
  [404, [NotFoundException, 'Not Found']],
]);
