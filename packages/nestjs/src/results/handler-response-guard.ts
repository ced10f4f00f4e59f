import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { guardResponse } from '@nanook/http/node';
import type { ExecutionContext } from '@nestjs/common';
import { Observable, tap, type Subscriber } from 'rxjs';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { ContextKind } from '../execution/execution.js';
import { handlerName } from '../execution/handler-location.js';
import { graphqlExceptionOf } from '../refusals/graphql-exception.js';

/** The guard of the call whose handler runs, also in asynchronous work that the handler starts. */
const running = new AsyncLocalStorage<HandlerResponseGuard>();

/** A response of Express, or a reply of Fastify. */
type Reply = ServerResponse | FastifyReply;

interface FastifyReply {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  header(name: string, value: unknown): unknown;
  removeHeader(name: string): unknown;
}

/**
 * Blocks a response that a handler writes itself before its result is authorized: with `res.json`, `req.res`, a parameter decorator that
 * returns the response, or the raw response of Fastify. The call fails with `NANOOK_NEST_UNSEEN_RESULT`.
 */
export class HandlerResponseGuard {
  #isSettled = false;
  #error: NanookNestError | undefined;
  #subscriber: Subscriber<unknown> | undefined;

  readonly handler: string;

  readonly #isGraphql: boolean;

  private constructor(context: ExecutionContext) {
    this.#isGraphql = context.getType<ContextKind>() === 'graphql';
    this.handler = handlerName(context.getClass(), context.getHandler());
  }

  /** Guards an HTTP response. @param isStream whether Nest writes the header before the first result, as for server-sent events */
  static ofHttp(context: ExecutionContext, isStream: boolean): HandlerResponseGuard {
    const guard = new HandlerResponseGuard(context);
    guard.#guardHttp(context, isStream);
    return guard;
  }

  /** Guards the response in a GraphQL context; `undefined` if the context has no response, as in a subscription. */
  static ofGraphql(context: ExecutionContext): HandlerResponseGuard | undefined {
    const [given] = context.getArgs<unknown[]>().slice(-2);
    const response = responseIn(given);
    if (response === undefined) return undefined;
    guardGraphql(response);
    return new HandlerResponseGuard(context);
  }

  #guardHttp(context: ExecutionContext, isStream: boolean): void {
    const request = context.getArgByIndex<{ readonly method: string }>(0);
    const reply = context.getArgByIndex<Reply>(1);
    const fastify = 'raw' in reply ? reply : undefined;
    const response = 'raw' in reply ? reply.raw : reply;
    const before = { ...fastify?.getHeaders() };
    guardResponse(response, {
      method: request.method,
      route: () => this.handler,
      isSettled: () => (isStream ? running.getStore() !== this : this.#isSettled),
      isAnswer: () => this.#error !== undefined && running.getStore() !== this,
      fail: (cause) => {
        // Later, because the handler can write more in this tick, which must not become the response.
        queueMicrotask(() => {
          if (fastify !== undefined) resetHeaders(fastify, before);
          this.fail(cause);
          // Fastify does not answer a reply that the handler hijacked.
          if (fastify?.sent === true) running.exit(() => answerBare(response));
        });
      },
    });
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Ends the call with an error, because its response was blocked. */
  fail(cause: Error): void {
    this.#error = new NanookNestError('NANOOK_NEST_UNSEEN_RESULT', { handler: this.handler }, { cause });
    this.#subscriber?.error(this.#isGraphql ? graphqlExceptionOf(this.#error) : this.#error);
  }

  /** Lets Nest send the response, because the result was authorized. */
  settle(): void {
    this.#isSettled = true;
  }

  /** Calls the handler. Nest runs it in the asynchronous context of this call. */
  call<T>(handle: () => T): T {
    return running.run(this, handle);
  }

  /** Returns the results of the handler, with an error when a response is blocked. A handler that fails sends no result. */
  watch(results: Observable<unknown>): Observable<unknown> {
    return new Observable((subscriber) => {
      this.#subscriber = subscriber;
      const settle = (): void => {
        if (this.#error === undefined) this.settle();
      };
      // The work of an observable begins with the subscription. The results leave the call, because Nest writes those of a stream at once.
      return running.run(this, () =>
        results.pipe(tap({ error: settle, complete: settle })).subscribe({
          next: (result) => running.exit(() => subscriber.next(result)),
          error: (error) => running.exit(() => subscriber.error(error)),
          complete: () => running.exit(() => subscriber.complete()),
        }),
      );
    });
  }
}

const guarded = new WeakSet<ServerResponse>();

/** Guards the response for all resolvers of a request. Each resolver can write only after its own result was authorized. */
function guardGraphql(response: ServerResponse): void {
  if (guarded.has(response)) return;
  guarded.add(response);
  const blocked = new Set<HandlerResponseGuard | undefined>();
  guardResponse(response, {
    method: 'POST',
    route: () => running.getStore()?.handler ?? 'GraphQL',
    // Outside the resolvers, the driver writes.
    isSettled: () => running.getStore()?.isSettled !== false,
    isAnswer: () => blocked.size > 0 && !blocked.has(running.getStore()),
    fail: (cause) => {
      const call = running.getStore();
      queueMicrotask(() => {
        blocked.add(call);
        call?.fail(cause);
      });
    },
  });
}

/** Finds the response in a GraphQL context, in the places where drivers and applications put it. */
function responseIn(context: unknown): ServerResponse | undefined {
  const { reply, res, req } = (context ?? {}) as Partial<Record<'reply' | 'res' | 'req', object>>;
  const found = reply ?? res ?? (req as { readonly res?: object } | undefined)?.res;
  const response = ((found as { readonly raw?: object } | undefined)?.raw ?? found) as
    | ServerResponse
    | undefined;
  return typeof response?.writeHead === 'function' ? response : undefined;
}

/** Restores the headers of a reply, which Fastify keeps apart from those of the response. */
function resetHeaders(reply: FastifyReply, headers: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
}

/** Answers with a plain 500, as Nest does. */
function answerBare(response: ServerResponse): void {
  response.statusCode = 500;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ statusCode: 500, message: 'Internal server error' }));
}
