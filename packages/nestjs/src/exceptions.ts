import { isAuthorizationError, type AuthorizationError } from '@nanook/core';
import { ForbiddenException, HttpException, NotFoundException, UnauthorizedException } from '@nestjs/common';
import type { ContextKind } from './execution.js';

/**
 * A refusal as the exception of the context that it happened in, with the refusal as its cause; anything else as it is. It
 * tells the client nothing but the status: what a refusal is about is the application's to tell.
 */
export async function exceptionOf(error: unknown, kind: ContextKind): Promise<unknown> {
  if (!isAuthorizationError(error)) return error;
  switch (kind) {
    case 'http':
      return httpExceptionOf(error);
    case 'graphql':
    case 'ws':
    case 'rpc':
      return error;
  }
}

function httpExceptionOf(error: AuthorizationError): HttpException {
  const Exception = httpExceptions.get(error.status) ?? ForbiddenException;
  return new Exception(undefined, { cause: error });
}

const httpExceptions = new Map([
  [401, UnauthorizedException],
  [403, ForbiddenException],
  [404, NotFoundException],
]);
