import {
  answerPermissions,
  checkPermissionsOptions,
  expectCall,
  type PermissionsOptions,
} from '@nanook/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { authzOf, type Hook } from './hook.js';
import { skipAuthorization } from './skip-authorization.js';

/** The options of a route that `permissions` creates. */
export interface PermissionsRoute {
  readonly preHandler: Hook;
  // oxlint-disable-next-line typescript/no-explicit-any -- as in Hook
  readonly handler: (request: FastifyRequest<any>, reply: FastifyReply) => Promise<unknown>;
}

/**
 * Creates the options of a route that answers `@nanook/client`: which actions the actor of the request may perform on some resources. The
 * route needs no other requirement, because an answer reveals nothing that a check of its actor would not.
 *
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @example
 * app.post('/permissions', permissions({ resources: { Note: findNote } }));
 */
export function permissions(options: PermissionsOptions<FastifyRequest>): PermissionsRoute {
  checkPermissionsOptions('permissions', options);
  return {
    preHandler: skipAuthorization('it answers only what its actor may do'),
    handler: async (request, reply) => {
      const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
      const body: unknown = isJson ? request.body : undefined;
      const answer = await answerPermissions(authzOf(request, 'permissions'), body, options, request);
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    },
  };
}

expectCall(permissions, 'permissions({ resources: { Note: findNote } })');
