import {
  findBlockingError,
  isErrorStatus,
  isOptionsHeader,
  locationOf,
  routeData,
  type DecidedRequest,
  type PendingChecks,
  type RequestAuthorization,
} from '@nanook/http';
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { findTargetHandler } from 'hono/utils/handler';
import { addChallenge } from './challenge.js';

/** A request with its authorization, and the guard of its response. */
export class GuardedRequest implements DecidedRequest {
  readonly #c: Context;
  readonly #authz: RequestAuthorization;

  constructor(c: Context, authz: RequestAuthorization) {
    this.#c = c;
    this.#authz = authz;
  }

  /**
   * Checks the response, when all handlers have run. It blocks a response without a decision, one that starts while a check is pending or was
   * not awaited, and a success after a refusal.
   *
   * @throws {AuthorizationConfigError} for a blocked response, so that the error handlers respond
   */
  checkResponse(): void {
    const c = this.#c;
    // Without a response, Hono fails; a handler that was not awaited could still set one.
    const status = c.finalized ? c.res.status : 200;
    if (isErrorStatus(status)) return this.#addChallenge(status);
    const error = findBlockingError(this, status, () => c.finalized && c.res.body === null);
    if (error !== undefined) {
      this.#block();
      throw error;
    }
    if (!this.isSettled()) this.#empty(status); // a response to OPTIONS
  }

  /** Reports, from now on, failures of checks that were not awaited, because no response can carry them any more. */
  end(): void {
    this.#authz.checks.reportLostFailures(() => routeData(this));
  }

  /** Lets only an error replace the response from now on, also one of an error handler or of other middleware. */
  allowOnlyErrors(): void {
    const c = this.#c;
    const property = responseProperty(c);
    const set = (response: Response | undefined): void => property.set!.call(c, response);
    Object.defineProperty(c, 'res', {
      ...property,
      set(response: Response | undefined) {
        const mayReplace = response === undefined || isErrorStatus(response.status);
        if (!mayReplace) set(undefined); // or Hono would keep its headers
        set(mayReplace ? response : new Response(null, { status: 500 }));
      },
    });
  }

  #block(): void {
    void this.#c.res.body?.cancel().catch(() => {});
    this.#empty(500);
    this.allowOnlyErrors();
  }

  /** Replaces the response by one without a body, which has only the headers that it may have without a decision. */
  #empty(status: number): void {
    const c = this.#c;
    const headers = [...c.res.headers].filter(([name]) => isOptionsHeader(name));
    c.res = undefined; // or Hono would keep the other headers
    c.res = new Response(null, { status, headers });
  }

  #addChallenge(status: number): void {
    const { challenge } = this.#authz;
    if (status === 401 && !this.#c.res.headers.has('WWW-Authenticate')) addChallenge(this.#c, challenge);
  }

  // ── the request for the guard ──

  get method(): string {
    return this.#c.req.method;
  }

  route(): string {
    return this.#responder()?.path ?? this.#c.req.path;
  }

  handler(): string | undefined {
    const responder = this.#responder();
    return responder && locationOf(findTargetHandler(responder.handler));
  }

  isSettled(): boolean {
    return this.#authz.isSettled;
  }

  elsewhere(): readonly string[] {
    return this.#authz.decisions.made;
  }

  checks(): PendingChecks {
    return this.#authz.checks;
  }

  /** Returns the route of the handler that ran last, which is the one that has responded. */
  #responder() {
    return matchedRoutes(this.#c)[this.#c.req.routeIndex];
  }
}

/** Returns the accessor of `c.res`. */
const responseProperty = (c: Context): PropertyDescriptor =>
  (Object.getOwnPropertyDescriptor(c, 'res') ??
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(c), 'res'))!;
