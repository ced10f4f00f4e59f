import type { CheckContext } from '@nanook/core';
import { RequestContext, type Explain, type RequestAuthorizationOptions } from '@nanook/http';
import type { FastifyRequest } from 'fastify';

/** The options of the application, with the defaults. */
export interface Hooks {
  readonly actor: (request: FastifyRequest) => unknown;
  readonly anonymous: unknown;
  readonly request: (request: FastifyRequest) => unknown;
  readonly context: ((request: FastifyRequest) => CheckContext | undefined) | undefined;
  readonly challenge: string | readonly string[] | undefined;
  readonly loaderTimeoutMs: number | undefined;
  readonly onError: (error: Error, request: FastifyRequest) => unknown;
}

/** Returns the path of a route as the application wrote it; for a request without a route, the path of the request. */
export const pathOf = (request: FastifyRequest): string =>
  request.routeOptions.url ?? request.url.split('?', 1)[0]!;

/** The options of the authorization of one request. A class, because a function for each option would take time in each request. */
export class RequestOptions implements RequestAuthorizationOptions {
  readonly #request: FastifyRequest;
  readonly #hooks: Hooks;
  readonly anonymous: unknown;
  readonly challenge: Hooks['challenge'];
  readonly loaderTimeoutMs: Hooks['loaderTimeoutMs'];

  /** @param onClose calls a listener when the response closes */
  constructor(
    request: FastifyRequest,
    hooks: Hooks,
    readonly explain: Explain | undefined,
    readonly onClose: (listener: () => void) => () => void,
  ) {
    this.#request = request;
    this.#hooks = hooks;
    this.anonymous = hooks.anonymous;
    this.challenge = hooks.challenge;
    this.loaderTimeoutMs = hooks.loaderTimeoutMs;
  }

  actor(): unknown {
    const { actor } = this.#hooks;
    return actor(this.#request);
  }

  request(): unknown {
    const { request } = this.#hooks;
    return request(this.#request);
  }

  context(): RequestContext {
    const { context } = this.#hooks;
    const { headers, id } = this.#request;
    return new RequestContext({ headers, id, given: context && (() => context(this.#request)) });
  }

  route(): string {
    return `${this.#request.method} ${pathOf(this.#request)}`;
  }

  report(error: Error): unknown {
    const { onError } = this.#hooks;
    return onError(error, this.#request); // a promise, if the hook is async
  }
}
