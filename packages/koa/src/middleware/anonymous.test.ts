import { Authorizer, typed } from '@nanook/core';
import Router from '@koa/router';
import Koa3, { type Context } from 'koa';
import request from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const notes = new Map(
  [
    { id: '1', isPublic: true },
    { id: '2', isPublic: false },
  ].map((note) => [note.id, typed('Note', note)]),
);
const findNote = (ctx: { params: { id: string } }) => notes.get(ctx.params.id);
const actor = (ctx: Context) => ctx.get('x-user') || undefined;
const respond = (text: string) => (ctx: Context) => {
  ctx.body = text;
};

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  it('makes each refusal of an anonymous client a 401 with a challenge with anonymous: null, and no other', async () => {
    const authorizer = await Authorizer.load({
      policies:
        'allow(_, "read", note: Note) if note.isPublic; allow("admin", action, _) if action in ["edit", "create"];',
      types: { Note: { fields: { isPublic: 'Boolean' } } },
      onWarning: () => {},
    });
    const router = new Router();
    router.get('/notes/:id', authorize('read', findNote), respond('read'));
    router.put('/notes/:id', authorize('edit', findNote), respond('edited'));
    router.post('/notes', authorize('create', 'Note'), respond('created'));
    const app = new Koa();
    app.use(authorizationErrors({ challenge: 'Basic realm="notes"' }));
    app.use(authorization(authorizer, { actor, anonymous: null })).use(router.routes());
    const replies = async (user?: string) => {
      const served = request(app.callback());
      const sent = [
        served.get('/notes/1'),
        served.get('/notes/2'),
        served.get('/notes/missing'),
        served.put('/notes/1'),
        served.post('/notes'),
      ].map((each) => (user === undefined ? each : each.set('x-user', user)));
      const all = await Promise.all(sent);
      return all.map(({ status, headers }) => [status, headers['www-authenticate']]);
    };
    const refused = [401, 'Basic realm="notes"'];
    expect(await replies()).toEqual([[200, undefined], refused, refused, refused, refused]);
    const kept = [200, 404, 404, 403, 403].map((status) => [status, undefined]);
    expect(await replies('ann')).toEqual(kept);
  });

  describe('allow_request', () => {
    const served = async (
      addRoutes: (router: Router) => void,
      { anonymous, isProtected = false }: { anonymous?: null; isProtected?: boolean } = {},
    ) => {
      const authorizer = await Authorizer.load({
        policies: 'allow_request(user: String, _) if user != "suspended"; allow(_, "read", _: Note);',
        types: { Note: {} },
        onWarning: () => {},
      });
      const app = new Koa();
      const router = new Router();
      if (isProtected) protect(app);
      addRoutes(router);
      app.silent = true;
      app.use(authorizationErrors());
      app
        .use(authorization(authorizer, { actor, ...(anonymous === null && { anonymous }) }))
        .use(authorize());
      app.use(router.routes());
      return app.callback();
    };
    const statuses = async (app: ReturnType<InstanceType<typeof Koa3>['callback']>, path: string) =>
      Promise.all(
        ['ann', 'suspended', undefined].map(async (user) => {
          const sent = request(app).get(path);
          return (await (user === undefined ? sent : sent.set('x-user', user))).status;
        }),
      );

    it.each([
      ['with `protect`', undefined, true],
      ['with anonymous: null', null, false],
      ['alone', undefined, false],
    ] as const)('does not refuse a route that skips authorization: %s', async (_, anonymous, isProtected) => {
      const app = await served(
        (router) => {
          router.get('/health', skipAuthorization('liveness probe'), respond('up'));
          router.get('/notes/:id', authorize('read', findNote), respond('read'));
          const pages = new Router({ prefix: '/pages' });
          pages.use(skipAuthorization('pages are public'));
          pages.get('/about', respond('about'));
          router.use(pages.routes());
        },
        { ...(anonymous === null && { anonymous }), isProtected },
      );
      for (const path of ['/health', '/pages/about'])
        expect({ path, statuses: await statuses(app, path) }).toEqual({ path, statuses: [200, 200, 200] });
      expect(await statuses(app, '/notes/1')).toEqual([200, 403, 401]);
    });

    it('refuses a route with a requirement after a skipped route, and an unprotected one before its handler', async () => {
      const handler = vi.fn<() => void>();
      const app = await served((router) => {
        router.get('/ruled', skipAuthorization('it only passes on'), (_ctx, next) => next());
        router.get(
          '/ruled',
          authorize('read', () => notes.get('1')),
          (ctx) => {
            handler();
            ctx.body = 'ruled';
          },
        );
        router.get('/unruled', (ctx) => {
          handler();
          ctx.body = 'unruled';
        });
        router.post('/health', skipAuthorization('liveness probe'), respond('up'));
      });
      expect(await statuses(app, '/ruled')).toEqual([200, 403, 401]);
      expect(handler).toHaveBeenCalledTimes(1);
      expect((await statuses(app, '/unruled')).slice(1)).toEqual([403, 401]);
      expect((await statuses(app, '/health')).slice(1)).toEqual([403, 401]);
      expect((await statuses(app, '/unknown')).slice(1)).toEqual([403, 401]);
    });
  });
});
