import { allowAll } from '@nanook/core/testing';
import type { RequestAuthorization } from '@nanook/http';
import express, { type Request } from 'express';
import type { Request as Request4 } from 'express4';
import { expectTypeOf, it } from 'vitest';
import { authorization, authorize, skipAuthorization } from '../index.js';

class Note {
  readonly id = 1;
}
const find = (_id: string): Note | undefined => undefined;

it('gives requests their authorization, in both majors', () => {
  expectTypeOf<Request['authz']>().toEqualTypeOf<RequestAuthorization>();
  expectTypeOf<Request4['authz']>().toEqualTypeOf<RequestAuthorization>();
  expectTypeOf<Request['authz']['resource']>().toBeUnknown();
});

it('knows the parameters of the path in a loader', () => {
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

it('gives the resource of a loader its type', () => {
  const findNote = async (req: Request<{ id: string }>): Promise<Note | undefined> => find(req.params.id);
  express().get('/notes/:id', authorize('read', findNote), (req) => {
    expectTypeOf(req.authz.resourceOf(findNote)).toEqualTypeOf<Note>();
  });
  // @ts-expect-error -- a class is not a loader
  expectTypeOf<Request['authz']['resourceOf']>().toBeCallableWith(Note);
});

it('takes what stands in for an authorizer in tests', async () => {
  express().use(authorization(await allowAll()));
});

it('wants a resource with an action', () => {
  // @ts-expect-error -- no resource
  authorize('read');
});

it('gives what is there', async () => {
  const { authz } = {} as Request;
  expectTypeOf(await authz.authorize('read', find('1'))).toEqualTypeOf<Note>();
  expectTypeOf(await authz.pick('read', Promise.resolve(new Note()))).toEqualTypeOf<Partial<Note>>();
});
