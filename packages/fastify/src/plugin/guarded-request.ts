import {
  AttachedValues,
  RequestAuthorization,
  locationOf,
  type AuthorizationConfigError,
  type Explain,
  type RequestAuthorizer,
} from '@nanook/http';
import { guardResponse, onClose, type ResponseGuard } from '@nanook/http/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isPreflight, routeOf } from '../routes/protected-routes.js';
import { RequestOptions, pathOf, type Hooks } from './request-options.js';

const known = new AttachedValues<FastifyRequest, GuardedRequest>();

/** The settings of one registration of the plugin. */
export interface Settings {
  readonly authorizer: RequestAuthorizer;
  readonly hooks: Hooks;
  readonly explain: ((request: FastifyRequest) => Explain) | undefined;
}

/**
 * A request with its authorization, and the guard of its response.
 *
 * Each response that Fastify sends passes the hook `onSend`, also strings, buffers and streams. Then an error passes the error handlers. A
 * response that the application writes itself, with `reply.raw` or after `reply.hijack()`, is blocked by the guard of Node's response.
 */
export class GuardedRequest implements ResponseGuard {
  readonly #request: FastifyRequest;
  readonly authz: RequestAuthorization;
  #reply: FastifyReply | undefined;
  /** Checks the response at once. */
  #check: ((chunk: unknown) => void) | undefined;
  /** The headers that a blocked response keeps. */
  #headers: Readonly<Record<string, unknown>> = {};
  /** Ends the hook `onSend` that runs now. */
  #sending: ((error: Error) => void) | undefined;

  private constructor(request: FastifyRequest, { authorizer, hooks, explain }: Settings) {
    this.#request = request;
    const onCloseOf = (listener: () => void) =>
      this.#reply === undefined ? () => {} : onClose(this.#reply.raw, listener);
    this.authz = new RequestAuthorization(
      authorizer,
      new RequestOptions(request, hooks, explain?.(request), onCloseOf),
    );
  }

  /** Returns the guarded request, which is created when it is first needed. */
  static of(request: FastifyRequest, settings: Settings): GuardedRequest {
    const guarded = known.get(request) ?? new GuardedRequest(request, settings);
    known.set(request, guarded);
    return guarded;
  }

  /** Guards the response, before anything is written. */
  guard(reply: FastifyReply): void {
    if (this.#reply !== undefined) return;
    this.#reply = reply;
    this.#headers = reply.getHeaders();
    this.#check = guardResponse(reply.raw, this);
  }

  /** Notes the headers that were set before the handlers, for a blocked response. */
  keepHeaders(reply: FastifyReply): void {
    this.#headers = reply.getHeaders();
  }

  /** Checks a response in the hook `onSend`. */
  send(reply: FastifyReply, payload: unknown, done: (error?: Error) => void): void {
    this.guard(reply); // a hook before that of the plugin has responded
    let isBlocked = false;
    this.#sending = (error) => {
      isBlocked = true;
      this.#resetHeaders(reply);
      discard(payload);
      done(error);
    };
    this.#check!(payload);
    this.#sending = undefined;
    if (!isBlocked) done();
  }

  #resetHeaders(reply: FastifyReply): void {
    for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
    for (const [name, value] of Object.entries(this.#headers)) reply.header(name, value);
  }

  // ── the guard of the response ──

  get method(): string {
    return this.#request.method;
  }

  route(): string {
    return pathOf(this.#request);
  }

  handler(): string | undefined {
    const route = routeOf(this.#request);
    return route && locationOf(route.options.handler);
  }

  isPreflight(): boolean {
    const route = routeOf(this.#request);
    return route !== undefined && isPreflight(route);
  }

  isSettled(): boolean {
    return this.authz.isSettled;
  }

  elsewhere(): readonly string[] {
    return this.authz.decisions.made;
  }

  checks() {
    return this.authz.checks;
  }

  challenge() {
    return this.authz.challenge;
  }

  fail(error: AuthorizationConfigError): void {
    const reply = this.#reply!;
    if (this.#sending !== undefined) {
      this.#sending(error);
    } else if (reply.sent) {
      this.authz.checks.report(error);
      reply.raw.writeHead(error.status, { 'Content-Type': 'text/plain' }).end();
    } else {
      this.#resetHeaders(reply);
      reply.send(error);
    }
  }
}

/** Destroys a stream that is not sent. */
function discard(payload: unknown): void {
  if (typeof payload !== 'object' || payload === null) return;
  const { destroy, cancel } = payload as { destroy?: () => void; cancel?: () => Promise<void> };
  if (typeof destroy === 'function') Reflect.apply(destroy, payload, []);
  else if (typeof cancel === 'function')
    (Reflect.apply(cancel, payload, []) as Promise<void>).catch(() => {});
}
