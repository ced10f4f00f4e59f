import Router from '@koa/router';
import type { ListedRoute, RequestAuthorization } from '@nanook/http';
import Koa, { type Context, type DefaultState } from 'koa';
import { expectTypeOf, it } from 'vitest';
import {
  authorization,
  authorize,
  listRoutes,
  protect,
  skipAuthorization,
  type AuthorizationState,
} from './index.js';

class Note {
  readonly id = 1;
}
const find = (_id: string): Note | undefined => undefined;

it('ctx.state.authz has its type in every context', () => {
  expectTypeOf<DefaultState['authz']>().toEqualTypeOf<RequestAuthorization>();
  expectTypeOf<Context['state']['authz']>().toEqualTypeOf<RequestAuthorization>();
  expectTypeOf<Context['state']['authz']['resource']>().toBeUnknown();
  const app = new Koa();
  app.use(authorization({} as never, { actor: (ctx) => ctx.state.user, challenge: 'Bearer' }));
  app.use(authorize());
  app.use((ctx) => expectTypeOf(ctx.state.authz).toEqualTypeOf<RequestAuthorization>());
});

it('a router infers the context after a requirement', () => {
  const router = new Router();
  router.get(
    '/notes/:id',
    authorize('read', (ctx) => find(ctx.params.id)),
    (ctx) => {
      expectTypeOf(ctx.state.authz).toEqualTypeOf<RequestAuthorization>();
      expectTypeOf(ctx.params).toEqualTypeOf<Record<string, string>>();
      expectTypeOf(ctx.method).toBeString();
      ctx.body = ctx.state.authz.resource;
    },
  );
  router.post('/notes', authorize('create', Note), skipAuthorization('x'));
  router.use(authorize('create', 'Note'));
  router.use('/notes', authorize());
  expectTypeOf(protect(router)).toEqualTypeOf<Router>();
  expectTypeOf(listRoutes(router)).toEqualTypeOf<readonly ListedRoute[]>();
});

it('a state that the application declares keeps its type', () => {
  interface State extends AuthorizationState {
    user: { name: string };
  }
  const router = new Router<State>();
  router.get('/', authorize('read', 'Note'), (ctx) => {
    expectTypeOf(ctx.state).toEqualTypeOf<State>();
  });
  const app = new Koa<State>();
  app.use(authorization({} as never)).use(router.routes());
  expectTypeOf(protect(app)).toEqualTypeOf<Koa<State>>();
  expectTypeOf(listRoutes(app)).toEqualTypeOf<readonly ListedRoute[]>();
});

it('a loader has typed parameters of the path when authorize() names them', () => {
  authorize<{ id: string }>('read', (ctx) => {
    expectTypeOf(ctx.params).toEqualTypeOf<{ id: string }>();
    expectTypeOf(ctx.get('x-user')).toBeString();
    return find(ctx.params.id);
  });
});

it('resourceOf() has the type of the loader', () => {
  const findNote = (ctx: Context): Note | undefined => find(String(ctx['params']));
  new Router().get('/notes/:id', authorize('read', findNote), (ctx) => {
    expectTypeOf(ctx.state.authz.resourceOf(findNote)).toEqualTypeOf<Note>();
  });
});

it('authorize() requires a resource with an action', () => {
  // @ts-expect-error -- no resource
  authorize('read');
});

it('checks return the type of the resource without null and undefined', async () => {
  const { authz } = ({} as Context).state;
  expectTypeOf(await authz.authorize('read', find('1'))).toEqualTypeOf<Note>();
  expectTypeOf(await authz.pick('read', Promise.resolve(new Note()))).toEqualTypeOf<Partial<Note>>();
});
