import { allowAll } from '@nanook/core/testing';
import type { CompiledAuthorizer } from '@nanook/core/compiled';
import type { RequestAuthorization } from '@nanook/http';
import { Hono, type Context, type Env } from 'hono';
import { hc } from 'hono/client';
import { Hono as TinyHono } from 'hono/tiny';
import { expectTypeOf, it } from 'vitest';
import { authorization, authorize, protect, rowOf, skipAuthorization } from './index.js';

class Note {
  readonly id = 1;
}
class Folder {
  readonly name = 'inbox';
}
const find = (_id: string): Note | undefined => undefined;

it('c.var.authz has its type', () => {
  expectTypeOf<Context['var']['authz']>().toEqualTypeOf<RequestAuthorization>();
  new Hono<{ Variables: { user: string } }>().get('/', (c) => {
    expectTypeOf(c.var.authz).toEqualTypeOf<RequestAuthorization>();
    expectTypeOf(c.get('authz')).toEqualTypeOf<RequestAuthorization>();
    return c.text(c.var.user);
  });
});

it('the resource has the type that the loader returns', () => {
  const app = new Hono<{ Variables: { user: string } }>();
  app.get(
    '/notes/:id',
    authorize('read', async (c) => find(c.req.param('id'))),
    (c) => {
      expectTypeOf(c.var.authz.resource).toEqualTypeOf<Note>();
      expectTypeOf(c.var.authz.can('read', c.var.authz.resource)).toEqualTypeOf<Promise<boolean>>();
      expectTypeOf(c.var.user).toEqualTypeOf<string>();
      return c.json(c.var.authz.resource);
    },
  );
  app.get(
    '/rows/:id',
    authorize(
      'read',
      rowOf<Note>('Note', (c) => c.req.param('id')),
    ),
    (c) => {
      expectTypeOf(c.var.authz.resource).toEqualTypeOf<Note>();
      return c.text('');
    },
  );
  app.post('/notes', authorize('create', Note), skipAuthorization('x'), (c) => {
    expectTypeOf(c.var.authz.resource).toBeUnknown();
    return c.text('');
  });
  app.use('/notes/*', authorize('create', 'Note'));
});

it('resourceOf() has the type of the loader, for several requirements', () => {
  const findFolder = (_c: Context): Folder | null => null;
  const findNote = async (c: Context<Env, '/:folder/:id'>): Promise<Note | undefined> =>
    find(c.req.param('id'));
  new Hono().get('/:folder/:id', authorize('read', findFolder), authorize('read', findNote), (c) => {
    expectTypeOf(c.var.authz.resourceOf(findFolder)).toEqualTypeOf<Folder>();
    expectTypeOf(c.var.authz.resourceOf(findNote)).toEqualTypeOf<Note>();
    return c.text('');
  });
});

it('a loader knows the parameters of its path, if it names the path', () => {
  new Hono().get(
    '/notes/:id',
    authorize('read', (c: Context<Env, '/notes/:id'>) => {
      // @ts-expect-error -- may be undefined, because the path has no such parameter
      find(c.req.param('note'));
      return find(c.req.param('id'));
    }),
    (c) => c.json(c.var.authz.resource),
  );
});

it('protect() returns the application with its routes, for a typed client', async () => {
  const app = new Hono().use(authorization(await allowAll())).get(
    '/notes/:id',
    authorize('read', (c) => find(c.req.param('id'))),
    (c) => c.json(c.var.authz.resource),
  );
  expectTypeOf(protect(app)).toEqualTypeOf<typeof app>();
  const response = await hc<typeof app>('http://notes.test').notes[':id'].$get({ param: { id: '1' } });
  expectTypeOf(await response.json()).toEqualTypeOf<{ readonly id: 1 }>();
  protect(new TinyHono().use(authorization({} as CompiledAuthorizer)));
});

it('authorize() requires a resource', () => {
  // @ts-expect-error -- no resource
  authorize('read');
});
