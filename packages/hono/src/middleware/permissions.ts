import {
  answerPermissions,
  checkPermissionsOptions,
  maxPermissionsBytes,
  expectCall,
  type PermissionsOptions,
} from '@nanook/http';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { authzOf } from './context.js';
import { skipAuthorization } from './skip-authorization.js';

/**
 * Creates the handlers of a route that answers `@nanook/client`: which actions the actor of the request may perform on some resources. The
 * route needs no other requirement, because an answer reveals nothing that a check of its actor would not. A body that is too large is
 * refused with 413.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * app.post('/permissions', ...permissions({ resources: { Note: findNote } }));
 */
export function permissions(
  options: PermissionsOptions<Context>,
): [MiddlewareHandler, MiddlewareHandler, Handler] {
  checkPermissionsOptions('permissions', options);
  const answer: Handler = async (c) => {
    const isJson = /^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '');
    const body: unknown = isJson ? await c.req.json<unknown>().catch(() => null) : undefined;
    const reply = await answerPermissions(authzOf(c, 'permissions'), body, options, c);
    return c.body(reply.body, reply.status as 200, reply.headers);
  };
  // Hono itself reads a body of any size.
  const limit = bodyLimit({ maxSize: maxPermissionsBytes(options) });
  return [skipAuthorization('it answers only what its actor may do'), limit, answer];
}

expectCall(permissions, 'permissions({ resources: { Note: findNote } })');
