import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { renderError } from '../refusals/error-response.js';
import { RequestAuthorization } from '../request/request-authorization.js';
import type { RequestAuthorizer } from '../requirements/request-authorizer.js';
import { answerPermissions, refused, type PermissionsReply } from './answer-permissions.js';
import {
  checkPermissionsOptions,
  maxPermissionsBytes,
  type PermissionsOptions,
} from './permissions-options.js';

/** Options for {@link permissionsHandler}. */
export interface PermissionsHandlerOptions extends PermissionsOptions<Request> {
  /** Returns the actor; may be async. `undefined` means an anonymous actor. */
  readonly actor: (request: Request) => unknown;
  /** The actor that replaces an anonymous one; `null` is passed to the policy as `nil`. Default: an anonymous actor gets a 401. */
  readonly anonymous?: unknown;
  /** Returns the argument of `allow_request`. Default: the request. */
  readonly request?: (request: Request) => unknown;
  /** The value of `WWW-Authenticate` in a 401. Default: `'Bearer'`. */
  readonly challenge?: string | readonly string[];
  /** Receives an error in the policy or in the configuration; the client gets a plain 500. Default: `console.error`. */
  readonly onError?: (error: unknown, request: Request) => void;
}

/**
 * Creates a handler that answers `@nanook/client`: which actions its actor may perform on some resources. It fits every framework that
 * has the `Request` and `Response` of the Fetch standard: Hono, Next.js, Elysia, workers, Deno and Bun. For Express, Fastify and Koa, use
 * `permissions` of their adapters.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * const handler = permissionsHandler(authorizer, { actor: sessionUser, resources: { Note: findNote } });
 * app.post('/permissions', (c) => handler(c.req.raw));
 */
export function permissionsHandler(
  authorizer: RequestAuthorizer,
  options: PermissionsHandlerOptions,
): (request: Request) => Promise<Response> {
  checkPermissionsOptions('permissionsHandler', options, {
    actor: 'function',
    anonymous: 'anything',
    request: 'function',
    challenge: 'challenge',
    onError: 'function',
  });
  const { actor, anonymous, challenge = 'Bearer' } = options;
  if (typeof actor !== 'function')
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'actor',
      reason: `must be a function, got ${describeValue(actor)}`,
    });
  // oxlint-disable-next-line no-console -- an error must not get lost
  const { onError = (error: unknown) => console.error(error) } = options;
  return async (request) => {
    if (request.method !== 'POST')
      return responseOf(refused(405, 'ask with POST, which no cache keeps'), { Allow: 'POST' });
    const authz = new RequestAuthorization(authorizer, {
      actor: () => actor(request),
      request: () => (options.request ?? itself)(request),
      challenge,
      ...('anonymous' in options && { anonymous }),
    });
    try {
      const body = await readJson(request, maxPermissionsBytes(options));
      if (body === tooLong) return responseOf(refused(413, 'the body is too long'));
      return responseOf(await answerPermissions(authz, body, options, request));
    } catch (error) {
      const rendered = renderError(error, 'application/json', {
        challenge,
        detail: () => undefined,
        instance: () => undefined,
        onError: (internal) => onError(internal, request),
      });
      if (rendered === undefined) throw error;
      const response = responseOf(rendered);
      for (const each of [rendered.challenge ?? []].flat()) response.headers.append('WWW-Authenticate', each);
      return response;
    }
  };
}

const itself = (request: Request): Request => request;

const responseOf = (
  { status, headers, body }: PermissionsReply,
  more: Readonly<Record<string, string>> = {},
): Response => new Response(body, { status, headers: { ...headers, ...more } });

const tooLong = Symbol('too long');

/** Reads a body of JSON. @returns `undefined` for a body with another content type; `null` for a malformed one; `tooLong` */
async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  // Another type is a request that another origin can send without a preflight.
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) return tooLong;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null;
  }
}
