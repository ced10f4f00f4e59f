import {
  answerPermissions,
  AuthorizationConfigError,
  checkPermissionsOptions,
  expectCall,
  type PermissionsOptions,
} from '@nanook/http';
import type { Request, RequestHandler } from 'express';
import { authzOf } from '../handlers/frames.js';
import { skipAuthorization } from './skip-authorization.js';

/**
 * Creates the handlers of a route that answers `@nanook/client`: which actions the actor of the request may perform on some resources. The
 * route needs no other requirement, because an answer reveals nothing that a check of its actor would not. Use it after `express.json()`.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * app.post('/permissions', permissions({ resources: { Note: findNote } }));
 */
export function permissions(options: PermissionsOptions<Request>): RequestHandler[] {
  checkPermissionsOptions('permissions', options);
  const answer: RequestHandler = (req, res, next) => {
    const isJson = req.is('application/json') !== false;
    if (isJson && req.body === undefined)
      throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
        option: 'permissions',
        reason: 'must be used after a parser of bodies; add app.use(express.json())',
      });
    const body: unknown = isJson ? req.body : undefined;
    answerPermissions(authzOf(req, 'permissions'), body, options, req).then(
      (reply) => void res.writeHead(reply.status, reply.headers).end(reply.body),
      next,
    );
  };
  return [skipAuthorization('it answers only what its actor may do') as RequestHandler, answer];
}

expectCall(permissions, 'permissions({ resources: { Note: findNote } })');
