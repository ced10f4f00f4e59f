import { allowAll } from '@nanook/core/testing';
import type { RequestAuthorization } from '@nanook/http';
import express, { type Request } from 'express';
import type { Request as Request4 } from 'express4';
import { expectTypeOf, it } from 'vitest';
import { authorization, authorize, skipAuthorization } from './index.js';

class Note {
  readonly id = 1;
}
const find = (_id: string): Note | undefined => undefined;

it('req.authz has its type in both major versions', () => {
  expectTypeOf<Request['authz']>().toEqualTypeOf<RequestAuthorization>();
  expectTypeOf<Request4['authz']>().toEqualTypeOf<RequestAuthorization>();
  expectTypeOf<Request['authz']['resource']>().toBeUnknown();
});

it('a loader has typed parameters of the path', () => {
  const app = express();
  app.get(
    '/notes/:id',
    authorize('read', (req) => find(req.params.id)),
    (req, res) => {
      expectTypeOf(req.params).toEqualTypeOf<{ id: string }>();
      res.json(req.authz.resource);
    },
  );
  app.post('/notes', authorize('create', Note), skipAuthorization('x'));
  app.post('/notes', authorize('create', 'Note'));
  app.use(authorize());
});

it('resourceOf() has the type of the loader', () => {
  const findNote = async (req: Request<{ id: string }>): Promise<Note | undefined> => find(req.params.id);
  express().get('/notes/:id', authorize('read', findNote), (req) => {
    expectTypeOf(req.authz.resourceOf(findNote)).toEqualTypeOf<Note>();
  });
  // @ts-expect-error -- a class is not a loader
  expectTypeOf<Request['authz']['resourceOf']>().toBeCallableWith(Note);
});

it('authorization() accepts a test double of an authorizer', async () => {
  express().use(authorization(await allowAll()));
});

it('authorize() requires a resource with an action', () => {
  // @ts-expect-error -- no resource
  authorize('read');
});

it('checks return the type of the resource without null and undefined', async () => {
  const { authz } = {} as Request;
  expectTypeOf(await authz.authorize('read', find('1'))).toEqualTypeOf<Note>();
  expectTypeOf(await authz.pick('read', Promise.resolve(new Note()))).toEqualTypeOf<Partial<Note>>();
});
