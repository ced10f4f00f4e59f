import { isAuthorizationError, type AuthorizationError } from '@nanook/core';
import { isAuthorizationConfigError, isInvalidInput } from '@nanook/http';
import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  Logger,
  NotFoundException,
  ServiceUnavailableException,
  UnauthorizedException,
  type ExecutionContext,
} from '@nestjs/common';
import type { ContextKind } from '../execution/execution.js';
import { explainedBody, logRefusal } from './explained-exception.js';
import { graphqlExceptionOf } from './graphql-exception.js';
import { rpcExceptionOf, wsExceptionOf } from './message-exceptions.js';

/**
 * Converts a refusal, or an invalid cursor of a list, to the exception of its transport, with the error as its cause. Returns any other
 * error unchanged. The exception
 * gives the client the status only; the application decides whether to explain a refusal.
 */
export async function exceptionOf(error: unknown, context: ExecutionContext): Promise<unknown> {
  const exception = refusalExceptionOf(error);
  switch (context.getType<ContextKind>()) {
    case 'http':
      return exception;
    case 'graphql':
      return graphqlExceptionOf(error);
    case 'ws':
      return isRefusal(exception) ? wsExceptionOf(exception, context) : error;
    case 'rpc':
      return isRefusal(exception) ? rpcExceptionOf(exception) : error;
    default: // an unknown transport
      return exception;
  }
}

/** Converts a refusal, an invalid cursor of a list, or the timeout of a loader to an HTTP exception. Returns any other error unchanged. */
export function refusalExceptionOf(error: unknown): unknown {
  logRefusal(error);
  if (isAuthorizationError(error)) return httpExceptionOf(error);
  if (isAuthorizationConfigError(error) && error.status === 503) {
    new Logger('Nanook').error(error); // Nest does not log an HTTP exception
    return new ServiceUnavailableException(undefined, { cause: error, description: 'Service Unavailable' });
  }
  return isInvalidInput(error)
    ? new BadRequestException(undefined, { cause: error, description: 'Bad Request' })
    : error;
}

/**
 * Returns whether an error is an HTTP exception that the client caused. Loaders and parsers also throw them in messages, where Nest would
 * report them as errors of the server.
 */
export const isRefusal = (error: unknown): error is HttpException =>
  error instanceof HttpException && error.getStatus() < 500;

/** Converts a refusal to an HTTP exception. */
export function httpExceptionOf(error: AuthorizationError): HttpException {
  const [Exception, description] = httpExceptions.get(error.status) ?? [ForbiddenException, 'Forbidden'];
  // Without a description, Nest 11 has no message.
  return new Exception(explainedBody(error, description), { cause: error, description });
}

const httpExceptions = new Map<number, readonly [typeof ForbiddenException, description: string]>([
  [401, [UnauthorizedException, 'Unauthorized']],
  [403, [ForbiddenException, 'Forbidden']],
  [404, [NotFoundException, 'Not Found']],
]);
