import { Authorizer, typed } from '@nanook/core';
import express5, { type Application, type Request } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const notes = new Map(
  [
    { id: '1', isPublic: true },
    { id: '2', isPublic: false },
  ].map((note) => [note.id, typed('Note', note)]),
);
const findNote = (req: Request<{ id: string }>) => notes.get(req.params.id);
const actor = (req: Request) => req.get('x-user');

describe.each(testedVersions(majors))('%s', (_major, express) => {
  describe('the option anonymous: null', () => {
    const served = async () => {
      const authorizer = await Authorizer.load({
        policies:
          'allow(_, "read", note: Note) if note.isPublic; allow("admin", action, _) if action in ["edit", "create"];',
        types: { Note: { fields: { isPublic: 'Boolean' } } },
        onWarning: () => {},
      });
      const app = express();
      app.use(authorization(authorizer, { actor, anonymous: null, challenge: 'Basic realm="notes"' }));
      app.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.json('read'));
      app.put('/notes/:id', authorize('edit', findNote), (_req, res) => void res.json('edited'));
      app.post('/notes', authorize('create', 'Note'), (_req, res) => void res.json('created'));
      app.get('/can', skipAuthorization('a test'), (req, res, next) => {
        req.authz.can('read', notes.get('2')).then((may) => res.json(may), next);
      });
      app.use(authorizationErrors({ challenge: 'Basic realm="notes"' }));
      return app;
    };

    it('makes each refusal of an anonymous client a 401 with a challenge, and no other', async () => {
      const app = await served();
      const replies = async (user?: string) => {
        const sent = [
          request(app).get('/notes/1'),
          request(app).get('/notes/2'),
          request(app).get('/notes/missing'),
          request(app).put('/notes/1'),
          request(app).post('/notes'),
        ].map((each) => (user === undefined ? each : each.set('x-user', user)));
        const all = await Promise.all(sent);
        return all.map(({ status, headers }) => [status, headers['www-authenticate']]);
      };
      const refused = [401, 'Basic realm="notes"'];
      expect(await replies()).toEqual([[200, undefined], refused, refused, refused, refused]);
      const kept = [200, 404, 404, 403, 403].map((status) => [status, undefined]);
      expect(await replies('ann')).toEqual(kept);
    });

    it('answers alike for a hidden note and for one that does not exist', async () => {
      const app = await served();
      const [hidden, missing] = await Promise.all(
        ['2', 'missing'].map(async (id) => (await request(app).get(`/notes/${id}`)).text),
      );
      expect(hidden).toBe(missing);
    });

    it('leaves the result of `can` as it is', async () => {
      const { status, body } = await request(await served()).get('/can');
      expect({ status, body }).toEqual({ status: 200, body: false });
    });
  });

  describe('allow_request', () => {
    const served = async (
      addRoutes: (app: Application) => void,
      { anonymous, prepare }: { anonymous?: null; prepare?: (app: Application) => unknown } = {},
    ) => {
      const authorizer = await Authorizer.load({
        policies: 'allow_request(user: String, _) if user != "suspended"; allow(_, "read", _: Note);',
        types: { Note: {} },
        onWarning: () => {},
      });
      const app = express();
      prepare?.(app);
      app.use(authorization(authorizer, { actor, ...(anonymous === null && { anonymous }) }), authorize());
      addRoutes(app);
      app.use(authorizationErrors({ onError: () => {} }));
      return app;
    };
    const statuses = async (app: Application, path: string) =>
      Promise.all(
        ['ann', 'suspended', undefined].map(async (user) => {
          const sent = request(app).get(path);
          return (await (user === undefined ? sent : sent.set('x-user', user))).status;
        }),
      );

    it.each([
      ['with `protect`', undefined, protect],
      ['with anonymous: null', null, undefined],
      ['alone', undefined, undefined],
    ] as const)('does not refuse a route that skips authorization: %s', async (_, anonymous, prepare) => {
      const app = await served(
        (routes) => {
          routes.get('/health', skipAuthorization('liveness probe'), (_req, res) => void res.json('up'));
          routes.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.json('read'));
          const pages = express.Router();
          pages.use(skipAuthorization('pages are public'));
          pages.get('/about', (_req, res) => void res.json('about'));
          routes.use('/pages', pages);
          const nested = express.Router();
          nested.get('/health', skipAuthorization('liveness probe'), (_req, res) => void res.json('up'));
          nested.get('/notes/:id', authorize('read', findNote), (_req, res) => void res.json('read'));
          routes.use('/nested', nested);
        },
        {
          ...(anonymous === null && { anonymous }),
          ...(prepare !== undefined && { prepare: (it) => prepare(it) }),
        },
      );
      for (const path of ['/health', '/pages/about', '/nested/health'])
        expect({ path, statuses: await statuses(app, path) }).toEqual({ path, statuses: [200, 200, 200] });
      for (const path of ['/notes/1', '/nested/notes/1'])
        expect({ path, statuses: await statuses(app, path) }).toEqual({ path, statuses: [200, 403, 401] });
    });

    it('refuses a route with a requirement, a check and an unprotected handler after a skipped route', async () => {
      const handler = vi.fn<() => void>();
      const app = await served((routes) => {
        for (const path of ['/ruled', '/checked', '/unruled', '/skip-in-handler'])
          routes.get(path, skipAuthorization('it only passes on'), (_req, _res, next) => next());
        routes.get(
          '/ruled',
          authorize('read', () => notes.get('1')),
          (_req, res) => {
            handler();
            res.json('ruled');
          },
        );
        routes.get('/checked', (req, res, next) => {
          req.authz.authorize('read', notes.get('1')).then(() => res.json('checked'), next);
        });
        routes.get('/unruled', (_req, res) => void res.json('unruled'));
      });
      expect(await statuses(app, '/ruled')).toEqual([200, 403, 401]);
      expect(handler).toHaveBeenCalledTimes(1);
      expect(await statuses(app, '/checked')).toEqual([200, 403, 401]);
      expect(await statuses(app, '/unruled')).toEqual([500, 500, 500]);
    });

    it('refuses a request for an unknown path and for another method before a handler runs', async () => {
      const handler = vi.fn<() => void>();
      const app = await served((routes) => {
        routes.post('/health', skipAuthorization('liveness probe'), (_req, res) => void res.json('up'));
        routes.get('/unruled', (_req, res) => {
          handler();
          res.json('unruled');
        });
      });
      expect((await statuses(app, '/health')).slice(1)).toEqual([403, 401]);
      expect((await statuses(app, '/unknown')).slice(1)).toEqual([403, 401]);
      expect((await statuses(app, '/unruled')).slice(1)).toEqual([403, 401]);
      expect(handler).toHaveBeenCalledTimes(1);
    });
  });
});
