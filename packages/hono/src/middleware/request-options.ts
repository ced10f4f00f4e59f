import type { CheckContext } from '@nanook/core';
import { RequestContext, type Explain, type RequestAuthorizationOptions } from '@nanook/http';
import type { Context } from 'hono';
import { routePath } from 'hono/route';

/** The options of the application, with the defaults. */
export interface Hooks {
  readonly actor: (c: Context) => unknown;
  readonly anonymous: unknown;
  readonly request: (c: Context) => unknown;
  readonly context: ((c: Context) => CheckContext | undefined) | undefined;
  readonly challenge: string | readonly string[] | undefined;
  readonly loaderTimeoutMs: number | undefined;
  readonly onError: (error: Error, c: Context) => unknown;
}

/** The options of the authorization of one request. A class, because a function for each option would take time in each request. */
export class RequestOptions implements RequestAuthorizationOptions {
  readonly #c: Context;
  readonly #hooks: Hooks;
  readonly anonymous: unknown;
  readonly challenge: Hooks['challenge'];
  readonly loaderTimeoutMs: Hooks['loaderTimeoutMs'];

  constructor(
    c: Context,
    hooks: Hooks,
    readonly explain: Explain | undefined,
  ) {
    this.#c = c;
    this.#hooks = hooks;
    this.anonymous = hooks.anonymous;
    this.challenge = hooks.challenge;
    this.loaderTimeoutMs = hooks.loaderTimeoutMs;
  }

  actor(): unknown {
    const { actor } = this.#hooks;
    return actor(this.#c);
  }

  request(): unknown {
    const { request } = this.#hooks;
    return request(this.#c);
  }

  context(): RequestContext {
    const c = this.#c;
    const { context } = this.#hooks;
    return new RequestContext({
      // A log that reads no context needs no list of headers.
      get headers() {
        return c.req.header();
      },
      id: c.get('requestId') as unknown,
      given: context && (() => context(c)),
    });
  }

  route(): string {
    return `${this.#c.req.method} ${routePath(this.#c, -1)}`;
  }

  /** Calls a listener when the client closes the request. Not every runtime notices that. */
  onClose(listener: () => void): () => void {
    const signal = this.#c.req.raw.signal as AbortSignal | undefined;
    if (signal?.aborted === true) listener();
    else signal?.addEventListener('abort', listener, { once: true });
    return () => signal?.removeEventListener('abort', listener);
  }

  report(error: Error): unknown {
    const { onError } = this.#hooks;
    return onError(error, this.#c); // a promise, if the hook is async
  }
}
