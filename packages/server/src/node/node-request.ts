import type { IncomingMessage } from 'node:http';
import type { BodyReader, RequestHeaders, ServerRequest } from '../messages/server-request.js';

/** A request of Node, Express or Nest. A parser can have read its body. */
export type NodeRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly body?: unknown;
  readonly rawBody?: unknown;
  /** Not every platform that imitates Node has it. */
  readonly headersDistinct?: IncomingMessage['headersDistinct'];
};

/** Returns the address of a request. The host is only a placeholder: no answer depends on it. */
export const urlOf = (request: NodeRequest): string =>
  `http://localhost${pathAndQuery(request.originalUrl ?? request.url ?? '/')}`;

/** A request can name a whole URL, as for a proxy, or `*`. */
const pathAndQuery = (target: string): string => (target.startsWith('/') ? target : '/');

/** Returns a request of Node as servers read it. */
export const serverRequestOf = (request: NodeRequest): ServerRequest => ({
  method: request.method ?? 'GET',
  url: urlOf(request),
  headers: new NodeHeaders(request),
  body: request.method === 'POST' ? bodyOf(request) : null,
  bodyUsed: false,
});

class NodeHeaders implements RequestHeaders {
  readonly #headers: IncomingMessage['headers'];

  constructor({ headers }: IncomingMessage) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    const lower = name.toLowerCase();
    return Object.hasOwn(this.#headers, lower) ? textOf(this.#headers[lower]) : null;
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    for (const [name, value] of Object.entries(this.#headers)) {
      const text = textOf(value);
      // The names of pseudo headers of HTTP/2 begin with a colon.
      if (text !== null && !name.startsWith(':')) yield [name, text];
    }
  }
}

const textOf = (value: string | string[] | undefined): string | null =>
  value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;

/** Returns the body, also if a parser has read it. */
function bodyOf(request: NodeRequest): ServerRequest['body'] {
  const { rawBody, body } = request;
  for (const read of [rawBody, body])
    if (typeof read === 'string' || read instanceof Uint8Array) return new Response(read as string).body;
  if (request.readableEnded && body !== undefined) return new Response(JSON.stringify(body)).body;
  return { getReader: () => readerOf(request) };
}

/**
 * Returns a reader of a request. It starts to read when the server does, so that Node skips the body of a refused request by itself. The end
 * of the reading leaves the connection open, so that the caller receives the refusal.
 */
function readerOf(request: IncomingMessage): BodyReader {
  type Read = Awaited<ReturnType<BodyReader['read']>>;
  let isStarted = false;
  let isCanceled = false;
  let failure: Error | undefined;
  let waiting: { resolve(read: Read): void; reject(error: Error): void } | undefined;
  const settle = (read?: Read): void => {
    if (read === undefined) waiting?.reject(failure!);
    else waiting?.resolve(read);
    waiting = undefined;
  };
  const fail = (error: Error): void => {
    failure ??= error;
    settle();
  };
  const start = (): void => {
    isStarted = true;
    request.on('data', (value: Uint8Array) => {
      request.pause();
      settle({ done: false, value });
    });
    request.once('end', () => settle({ done: true }));
    request.once('error', fail);
    request.once('close', () => {
      if (!request.readableEnded) fail(new Error('the connection was closed'));
    });
    if (request.destroyed && !request.readableEnded) fail(new Error('the connection was closed'));
  };
  return {
    read: () => {
      if (!isStarted) start();
      if (isCanceled || request.readableEnded) return Promise.resolve({ done: true });
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        request.resume();
      });
    },
    cancel: () => {
      isCanceled = true;
      request.removeAllListeners('data');
      request.removeAllListeners('end');
      request.pause();
      settle({ done: true });
      return Promise.resolve();
    },
  };
}
