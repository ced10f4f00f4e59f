import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import { withholdUndecided } from '@nanook/http';
import type { ExecutionContext } from '@nestjs/common';
import { Observable, tap, type Subscriber } from 'rxjs';
import { handlerName } from '../handler-rule.js';
import { NestFault } from '../nest-fault.js';

/** The call whose handler runs, in everything that the handler starts. */
const running = new AsyncLocalStorage<UnseenResponse>();

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
 * Blocks the response of a handler that writes it by itself, until its result has been authorized: by `res.json`, `req.res`, a
 * parameter decorator that hands over the response, or the raw response of Fastify. The call fails with
 * `NANOOK_NEST_UNSEEN_RESULT`.
 */
export class UnseenResponse {
  #isSettled = false;
  #fault: NestFault | undefined;
  #subscriber: Subscriber<unknown> | undefined;

  /** @param isStream whether Nest writes the header before the first result, as for server-sent events */
  constructor(context: ExecutionContext, isStream: boolean) {
    const request = context.getArgByIndex<{ readonly method: string }>(0);
    const reply = context.getArgByIndex<Reply>(1);
    const fastify = 'raw' in reply ? reply : undefined;
    const response = 'raw' in reply ? reply.raw : reply;
    const before = { ...fastify?.getHeaders() };
    const handler = handlerName(context.getClass(), context.getHandler());
    withholdUndecided(response, {
      method: request.method,
      route: () => handler,
      isSettled: () => this.#isSettled || (isStream && running.getStore() !== this),
      isAnswer: () => this.#fault !== undefined && running.getStore() !== this,
      fail: (cause) => {
        const fault = new NestFault('NANOOK_NEST_UNSEEN_RESULT', { handler }, { cause });
        // Later: what the handler goes on to write in this tick is not the answer.
        queueMicrotask(() => {
          if (fastify !== undefined) resetHeaders(fastify, before);
          this.#fault = fault;
          this.#subscriber?.error(fault);
          // Fastify answers no reply that was taken from it.
          if (fastify?.sent === true) running.exit(() => answerBare(response));
        });
      },
    });
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The result was authorized: Nest may send it. */
  settle(): void {
    this.#isSettled = true;
  }

  /** Calls the handler. Nest binds it to the context in which it is asked for. */
  call<T>(handle: () => T): T {
    return running.run(this, handle);
  }

  /** The results of the handler; an error as soon as a response is blocked. A handler that fails sends no result. */
  watch(results: Observable<unknown>): Observable<unknown> {
    return new Observable((subscriber) => {
      this.#subscriber = subscriber;
      const settle = (): void => {
        if (this.#fault === undefined) this.settle();
      };
      return results.pipe(tap({ error: settle, complete: settle })).subscribe(subscriber);
    });
  }
}

/** A reply keeps its headers apart from those of the response. */
function resetHeaders(reply: FastifyReply, headers: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
}

function answerBare(response: ServerResponse): void {
  response.statusCode = 500;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ statusCode: 500, message: 'Internal server error' }));
}
