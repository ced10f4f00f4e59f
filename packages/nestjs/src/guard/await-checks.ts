import { type AuthorizationConfigError, type RequestAuthorization } from '@nanook/http';
import { copyHeaders, type CopiedHeaders, guardResponse, type ResponseGuard } from '@nanook/http/node';
import { Logger, type ExecutionContext } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { isSseHandler } from '../execution/event-stream.js';
import type { ContextKind } from '../execution/execution.js';
import { handlerName } from '../execution/handler-location.js';

/** Logs an error that cannot be sent in a response. */
export const logError = (error: Error): void => new Logger('Nanook').error(error.message, error.stack);

/**
 * Blocks an HTTP response that starts before the checks of its request were awaited. In other contexts, and when it is too late to
 * block a response, a check that fails and was not awaited is reported.
 *
 * @param headersBefore the headers that a blocked response keeps; default: the headers that the response has now
 */
export function awaitChecks(
  authz: RequestAuthorization,
  context: ExecutionContext,
  headersBefore?: CopiedHeaders,
): void {
  const kind = context.getType<ContextKind>();
  const request = context.getArgByIndex<{ readonly method: string }>(0);
  const response = responseOf(context);
  // A unit test can call the guard without a response of Node.
  if (kind !== 'http' || typeof response?.writeHead !== 'function') {
    authz.checks.reportLostFailures(() => ({ method: kind, route: routeOf(context) }));
    return;
  }
  guardResponse(
    response,
    new ChecksGuard(authz, context, request.method, response, headersBefore ?? copyHeaders(response)),
  );
}

const routeOf = (context: ExecutionContext): string => handlerName(context.getClass(), context.getHandler());

/** A class, because an object with a function for each method would take time in each request. */
class ChecksGuard implements ResponseGuard {
  readonly #authz: RequestAuthorization;
  readonly #context: ExecutionContext;
  readonly #response: ServerResponse;
  readonly mayHideRefusal = true;
  /** The interceptor of event streams waits for each event, so that checks for later events can be pending. */
  readonly awaitsRest: boolean;

  constructor(
    authz: RequestAuthorization,
    context: ExecutionContext,
    readonly method: string,
    response: ServerResponse,
    readonly headersBefore: CopiedHeaders,
  ) {
    this.#authz = authz;
    this.#context = context;
    this.#response = response;
    this.awaitsRest = !isSseHandler(context.getHandler());
  }

  route(): string {
    return routeOf(this.#context);
  }

  isSettled(): boolean {
    return true;
  }

  checks() {
    return this.#authz.checks;
  }

  challenge() {
    return this.#authz.challenge;
  }

  fail(error: AuthorizationConfigError): void {
    logError(error);
    answer(this.#response, error.status);
  }
}

/** Returns the headers of the response of a call over HTTP, if it has a response of Node. */
export function headersOf(context: ExecutionContext): CopiedHeaders | undefined {
  const response = responseOf(context);
  return typeof response?.getHeaderNames === 'function' ? copyHeaders(response) : undefined;
}

export function responseOf(context: ExecutionContext): ServerResponse | undefined {
  const given = context.getArgByIndex<HttpResponse | undefined>(1);
  return given?.raw ?? given;
}

/** A response of Express, or a reply of Fastify, which has the response of Node in `raw`. */
type HttpResponse = ServerResponse & { readonly raw?: ServerResponse };

/** Answers with a plain status, as Nest answers an error that is not an `HttpException`. */
export function answer(response: ServerResponse, status: number): void {
  const body = JSON.stringify({ statusCode: status, message: 'Internal server error' });
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(body);
}
