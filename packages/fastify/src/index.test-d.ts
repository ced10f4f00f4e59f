import { allowAll } from '@nanook/core/testing';
import type { CompiledAuthorizer } from '@nanook/core/compiled';
import type { RequestAuthorization } from '@nanook/http';
import Fastify, { type FastifyRequest } from 'fastify';
import { expectTypeOf, it } from 'vitest';
import { authorization, authorize, skipAuthorization } from './index.js';

class Note {
  readonly id = 1;
}
const find = (_id: string): Note | undefined => undefined;

it('request.authz has its type', () => {
  expectTypeOf<FastifyRequest['authz']>().toEqualTypeOf<RequestAuthorization>();
});

it('a requirement is a preHandler of routes with and without types', () => {
  const app = Fastify();
  const read = authorize<{ id: string }>('read', (request) => {
    expectTypeOf(request.params).toEqualTypeOf<{ id: string }>();
    return find(request.params.id);
  });
  app.get('/notes/:id', { preHandler: read }, (request) => request.authz.resource);
  app.get<{ Params: { id: string }; Querystring: { page: number } }>(
    '/pages/:id',
    { preHandler: [read, skipAuthorization('x')], onRequest: authorize('create', Note) },
    (request) => request.query.page,
  );
  app.addHook('preHandler', authorize('create', 'Note'));
});

it('resourceOf() has the type of the loader', () => {
  const findNote = async (request: FastifyRequest<{ Params: { id: string } }>): Promise<Note | undefined> =>
    find(request.params.id);
  Fastify().get('/notes/:id', { preHandler: authorize('read', findNote) }, (request) => {
    expectTypeOf(request.authz.resourceOf(findNote)).toEqualTypeOf<Note>();
  });
});

it('authorization() accepts each kind of authorizer', async () => {
  void Fastify().register(authorization(await allowAll()));
  void Fastify().register(authorization({} as CompiledAuthorizer));
});

it('authorize() requires a resource', () => {
  // @ts-expect-error -- no resource
  authorize('read');
});
