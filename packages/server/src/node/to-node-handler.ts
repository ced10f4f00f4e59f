import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, Connection } from '../callers/caller.js';
import { bodyTextOf, textResponse } from '../messages/responses.js';
import type { RequestServer } from '../server/request-server.js';
import { serverRequestOf, urlOf, type NodeRequest } from './node-request.js';

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

const pathnameOf = (request: NodeRequest): string => new URL(urlOf(request)).pathname;

async function answer(server: RequestServer, request: NodeRequest, response: ServerResponse): Promise<void> {
  try {
    const answered = await answerOf(server, request);
    const text = await bodyTextOf(answered);
    if (response.headersSent || response.destroyed) return;
    response.writeHead(answered.status, {
      ...Object.fromEntries(answered.headers),
      'Content-Length': Buffer.byteLength(text),
    });
    // A text is sent with the headers, in one packet.
    response.end(request.method === 'HEAD' ? undefined : text);
  } catch {
    // Node refuses to send some headers. The rejection of this promise would end the process, because nobody waits for it.
    response.destroy();
  }
}

/** Returns the answer of the server, or a refusal of a request that no server answers. */
async function answerOf(server: RequestServer, request: NodeRequest): Promise<Response> {
  if (forbiddenMethods.has(request.method ?? '')) return textResponse(405, 'method not allowed');
  if (singleHeaders.some((name) => (request.headersDistinct?.[name]?.length ?? 0) > 1))
    return textResponse(400, 'a header that must be sent once is sent twice');
  return server.fetch(serverRequestOf(request), connectionOf(request));
}

/** Headers of which Node keeps the first one. A proxy could have looked at the last one. */
const singleHeaders = ['authorization', 'content-type', 'host'] as const;

/** The methods that a `Request` cannot have, so that a server answers alike on each platform. */
const forbiddenMethods = new Set(['CONNECT', 'TRACE', 'TRACK']);

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
