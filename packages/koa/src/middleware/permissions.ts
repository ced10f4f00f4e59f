import {
  answerPermissions,
  AuthorizationConfigError,
  checkPermissionsOptions,
  expectCall,
  type PermissionsOptions,
} from '@nanook/http';
import type { Context } from 'koa';
import { authzOf, type Middleware } from '../internals/context.js';
import { skipAuthorization } from './skip-authorization.js';

/**
 * Creates the middleware of a route that answers `@nanook/client`: which actions the actor of the request may perform on some resources. The
 * route needs no other requirement, because an answer reveals nothing that a check of its actor would not. Use it after a parser of bodies.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * router.post('/permissions', ...permissions({ resources: { Note: findNote } }));
 */
export function permissions(options: PermissionsOptions<Context>): Middleware[] {
  checkPermissionsOptions('permissions', options);
  const answer: Middleware = async (given) => {
    const ctx = given as Context;
    const isJson = ctx.is('application/json') !== false;
    const body: unknown = isJson ? (ctx.request as { readonly body?: unknown }).body : undefined;
    if (isJson && body === undefined)
      throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
        option: 'permissions',
        reason: 'must be used after a parser of bodies; add app.use(bodyParser())',
      });
    const reply = await answerPermissions(authzOf(ctx, 'permissions'), body, options, ctx);
    ctx.status = reply.status;
    ctx.set(reply.headers);
    ctx.body = reply.body;
  };
  return [skipAuthorization('it answers only what its actor may do'), answer];
}

expectCall(permissions, 'permissions({ resources: { Note: findNote } })');
