import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, Connection } from '../callers/caller.js';
import { textAnswer, type Answer } from '../messages/answer.js';
import type { RequestServer } from '../server/request-server.js';
import { pathnameOf, serverRequestOf, type NodeRequest } from './node-request.js';

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

async function answer(server: RequestServer, request: NodeRequest, response: ServerResponse): Promise<void> {
  try {
    const { status, headers, text } = await answerOf(server, request);
    if (response.headersSent || response.destroyed) return;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
    // A text is sent with the headers, in one packet.
    response.end(request.method === 'HEAD' ? undefined : text);
  } catch {
    // Node refuses to send some headers. The rejection of this promise would end the process, because nobody waits for it.
    response.destroy();
  }
}

/** Returns the answer of the server, or a refusal of a request that no server answers. */
function answerOf(server: RequestServer, request: NodeRequest): Answer | Promise<Answer> {
  if (forbiddenMethods.has(request.method ?? '')) return textAnswer(405, 'method not allowed');
  if (hasHeaderTwice(request)) return textAnswer(400, 'a header that must be sent once is sent twice');
  return server.answer(serverRequestOf(request), connectionOf(request));
}

/** Headers of which Node keeps the first one. A proxy could have looked at the last one. */
const singleHeaders = new Set(['authorization', 'content-type', 'host']);

/** Returns whether one of the single headers is sent twice. */
function hasHeaderTwice({ rawHeaders }: NodeRequest): boolean {
  const found = new Set<string>();
  // Names and values take turns. Not every platform that imitates Node has the list.
  for (let i = 0; i < (rawHeaders?.length ?? 0); i += 2) {
    const name = rawHeaders![i]!.toLowerCase();
    if (!singleHeaders.has(name)) continue;
    if (found.has(name)) return true;
    found.add(name);
  }
  return false;
}

/** The methods that a `Request` cannot have, so that a server answers alike on each platform. */
const forbiddenMethods = new Set(['CONNECT', 'TRACE', 'TRACK']);

function connectionOf({ socket }: NodeRequest): Connection {
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>;
  if (authorized !== true || getPeerCertificate === undefined) return {};
  const { subject, subjectaltname, fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
  if (typeof fingerprint256 !== 'string') return {};
  const certificate: ClientCertificate = {
    subject: Object.fromEntries(
      Object.entries(subject).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
    ),
    alternativeNames: subjectaltname,
    sha256: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
  return { certificate };
}
