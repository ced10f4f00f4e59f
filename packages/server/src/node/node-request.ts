import type { IncomingMessage } from 'node:http';
import { brokenBody } from '../messages/request-error.js';
import type { ReadBody, RequestHeaders, ServerRequest } from '../messages/server-request.js';

/** A request of Node, Express or Nest. A parser can have read its body. */
export type NodeRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly body?: unknown;
  readonly rawBody?: unknown;
};

/** Returns the path and the query as they were sent. */
const targetOf = ({ originalUrl, url = '/' }: NodeRequest): string => originalUrl ?? url;

/** Returns the address of a request. The host is only a placeholder. A request can name a whole URL, as for a proxy, or `*`. */
const urlOf = (target: string): string => `http://localhost${target.startsWith('/') ? target : '/'}`;

export const pathnameOf = (request: NodeRequest): string => new URL(urlOf(targetOf(request))).pathname;

/** Returns a request of Node as servers read it. */
export function serverRequestOf(request: NodeRequest): ServerRequest {
  const target = targetOf(request);
  return {
    method: request.method ?? 'GET',
    url: urlOf(target),
    target,
    headers: new NodeHeaders(request),
    readBody: bodyReaderOf(request),
  };
}

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

/** Returns a reader of the body, also if a parser has read it. */
const bodyReaderOf =
  (request: NodeRequest): ReadBody =>
  async (take, signal) => {
    const { rawBody, body, readableEnded } = request;
    const read = [rawBody, body].find((value) => typeof value === 'string' || value instanceof Uint8Array);
    if (read instanceof Uint8Array) take(read);
    else if (typeof read === 'string') take(Buffer.from(read));
    else if (!readableEnded) await readStream(request, take, signal);
    else if (body !== undefined) take(Buffer.from(JSON.stringify(body)));
  };

/** Reads a request that no other code has read. Node skips the body of a refused request by itself. */
const readStream = (request: IncomingMessage, take: (chunk: Uint8Array) => void, signal: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      request.off('data', read);
      request.pause();
      resolve();
    };
    const read = (chunk: Uint8Array): void => {
      try {
        take(chunk);
      } catch (error) {
        reject(error as Error);
        stop();
      }
    };
    const fail = (): void => reject(brokenBody());
    signal.addEventListener('abort', stop);
    request.on('end', resolve);
    request.on('error', fail);
    // It also follows a complete body.
    request.on('close', () => request.readableEnded || fail());
    request.on('data', read);
    if (request.destroyed) fail();
  });
