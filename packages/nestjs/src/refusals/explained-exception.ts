import type { AuthorizationError } from '@nanook/core';
import { describeRefusal, explanationOf, problemOf, renderProblem } from '@nanook/http';
import { HttpException, Logger, type ArgumentsHost } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { IncomingHttpHeaders } from 'node:http';

/** Logs the explanation of a refusal in development. */
export function logRefusal(error: unknown): void {
  const text = describeRefusal(error);
  if (text !== undefined) new Logger('Nanook').log(text);
}

/** Returns the body of an exception with an explanation: that of Nest, with one more member; `undefined` for the body of Nest. */
export function explainedBody(error: AuthorizationError, message: string): object | undefined {
  const explanation = explanationOf(error);
  return explanation && { message, statusCode: error.status, explanation };
}

/**
 * Responds with a page if an exception has an explanation and the client is a browser. Other responses with an explanation get a header
 * that forbids to cache them.
 *
 * @returns whether it has responded; otherwise the exception filters do
 */
export function respondWithPage(
  exception: unknown,
  host: ArgumentsHost,
  adapter: AbstractHttpAdapter | undefined,
): boolean {
  if (!(exception instanceof HttpException)) return false;
  const explanation = explanationOf(exception.cause);
  const problem = problemOf(exception.cause);
  if (explanation === undefined || problem === undefined || adapter === undefined) return false;
  const [request, response] = host.getArgs<[Request | undefined, object | undefined]>();
  if (response === undefined || adapter.isHeadersSent(response)) return false;
  const { status, headers, body } = renderProblem({ ...problem, explanation }, request?.headers?.accept);
  adapter.setHeader(response, 'Cache-Control', 'no-store');
  if (headers['Content-Type']?.startsWith('text/html') !== true) return false;
  for (const [name, value] of Object.entries(headers))
    if (name !== 'Content-Length') adapter.setHeader(response, name, value);
  adapter.reply(response, body, status);
  return true;
}

interface Request {
  readonly headers?: IncomingHttpHeaders;
}
