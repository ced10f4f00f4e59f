import {
  answerPermissions,
  checkPermissionsOptions,
  expectCall,
  type PermissionsOptions,
} from '@nanook/http';
import type { Context, Handler, MiddlewareHandler } from 'hono';
import { authzOf } from './context.js';
import { skipAuthorization } from './skip-authorization.js';

/**
 * Creates the handlers of a route that answers `@nanook/client`: which actions the actor of the request may perform on some resources. The
 * route needs no other requirement, because an answer reveals nothing that a check of its actor would not.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * app.post('/permissions', ...permissions({ resources: { Note: findNote } }));
 */
export function permissions(options: PermissionsOptions<Context>): [MiddlewareHandler, Handler] {
  checkPermissionsOptions('permissions', options);
  const answer: Handler = async (c) => {
    const isJson = /^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '');
    const body: unknown = isJson ? await c.req.json<unknown>().catch(() => null) : undefined;
    const reply = await answerPermissions(authzOf(c, 'permissions'), body, options, c);
    return c.body(reply.body, reply.status as 200, reply.headers);
  };
  return [skipAuthorization('it answers only what its actor may do'), answer];
}

expectCall(permissions, 'permissions({ resources: { Note: findNote } })');
