import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, Connection } from '../callers/caller.js';
import { textResponse } from '../messages/responses.js';
import type { RequestServer } from '../server/request-server.js';

/** A request of Node, Express or Nest. A parser can have read its body. */
type NodeRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly body?: unknown;
  readonly rawBody?: unknown;
  /** Not every platform that imitates Node has it. */
  readonly headersDistinct?: IncomingMessage['headersDistinct'];
};

/**
 * Connects a server with `node:http`, Express or Nest. Other paths are left to the framework.
 *
 * Mount it before a parser of bodies, so that the server sees each byte of a request.
 *
 * @example
 * app.use(toNodeHandler(server));
 */
export function toNodeHandler(
  server: RequestServer,
): (request: IncomingMessage, response: ServerResponse, next?: () => void) => void {
  return (request, response, next) => {
    if (next !== undefined && !server.handles(pathnameOf(request))) {
      next();
      return;
    }
    void answer(server, request, response);
  };
}

/** The part of a context of Koa that the middleware needs. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  respond?: boolean;
}

/**
 * Connects a server with Koa. Other paths are left to the next middleware.
 *
 * @example
 * app.use(toKoaMiddleware(server));
 */
export function toKoaMiddleware(
  server: RequestServer,
): (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown> {
  return async (context, next) => {
    if (!server.handles(pathnameOf(context.req))) return next();
    context.respond = false;
    return answer(server, context.req, context.res);
  };
}

const urlOf = (request: NodeRequest): URL =>
  // The host is only a placeholder: no answer depends on it.
  new URL(`http://localhost${pathAndQuery(request.originalUrl ?? request.url ?? '/')}`);

/** A request can name a whole URL, as for a proxy, or `*`. */
const pathAndQuery = (target: string): string => (target.startsWith('/') ? target : '/');

const pathnameOf = (request: NodeRequest): string => urlOf(request).pathname;

async function answer(server: RequestServer, request: NodeRequest, response: ServerResponse): Promise<void> {
  try {
    const answered = await answerOf(server, request);
    const body = Buffer.from(await answered.arrayBuffer());
    if (response.headersSent || response.destroyed) return;
    response.writeHead(answered.status, {
      ...Object.fromEntries(answered.headers),
      'Content-Length': body.byteLength,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  } catch {
    // A header that Node does not send. Nobody waits for this promise, so its rejection would end the process.
    response.destroy();
  }
}

/** Returns the answer of the server, or a refusal of a request that cannot become a `Request`. */
async function answerOf(server: RequestServer, request: NodeRequest): Promise<Response> {
  if (forbiddenMethods.has(request.method ?? '')) return textResponse(405, 'method not allowed');
  if (singleHeaders.some((name) => (request.headersDistinct?.[name]?.length ?? 0) > 1))
    return textResponse(400, 'a header that must be sent once is sent twice');
  let converted: Request;
  try {
    converted = requestOf(request);
  } catch {
    return textResponse(400, 'bad request');
  }
  return server.fetch(converted, connectionOf(request));
}

/** Headers of which Node keeps the first one. A proxy could have looked at the last one. */
const singleHeaders = ['authorization', 'content-type', 'host'] as const;

/** The methods that a `Request` cannot have. No endpoint accepts them. */
const forbiddenMethods = new Set(['CONNECT', 'TRACE', 'TRACK']);

function requestOf(request: NodeRequest): Request {
  const { method = 'GET' } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    // The names of pseudo headers of HTTP/2 begin with a colon.
    if (!name.startsWith(':') && value !== undefined)
      for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each);
  return new Request(urlOf(request), {
    method,
    headers,
    ...(method === 'POST' && { body: bodyOf(request) as never, duplex: 'half' }),
  });
}

/** Returns the body, also if a parser has read it. */
function bodyOf(request: NodeRequest): unknown {
  const { rawBody, body } = request;
  for (const read of [rawBody, body]) if (typeof read === 'string' || read instanceof Uint8Array) return read;
  return request.readableEnded && body !== undefined ? JSON.stringify(body) : streamOf(request);
}

/**
 * Returns the bytes of a request. It starts to read when the server does, so that Node skips the body of a refused request by itself. The end
 * of the reading leaves the connection open, so that the caller receives the refusal.
 */
function streamOf(request: IncomingMessage): ReadableStream<Uint8Array> {
  let isStarted = false;
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    isStarted = true;
    request.on('data', (chunk: Uint8Array) => {
      request.pause();
      controller.enqueue(chunk);
    });
    request.once('end', () => controller.close());
    request.once('error', (error) => controller.error(error));
    request.once('close', () => {
      if (!request.readableEnded) controller.error(new Error('the connection was closed'));
    });
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (!isStarted) start(controller);
        request.resume();
      },
      cancel: () => {
        request.removeAllListeners('data');
        request.removeAllListeners('end');
        request.pause();
      },
    },
    { highWaterMark: 0 },
  );
}

function connectionOf({ socket, url, originalUrl }: NodeRequest): Connection {
  const target = originalUrl ?? url;
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>;
  if (authorized !== true || getPeerCertificate === undefined) return { target };
  const { subject, subjectaltname, fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
  if (typeof fingerprint256 !== 'string') return { target };
  const certificate: ClientCertificate = {
    subject: Object.fromEntries(
      Object.entries(subject).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    alternativeNames: subjectaltname,
    sha256: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
  return { certificate, target };
}
