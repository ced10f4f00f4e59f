import { authorize, skipAuthorization } from '@nanook/express';
import compression from 'compression';
import { RedisStore } from 'connect-redis';
import session from 'express-session';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { listenOn } from '../listen.js';
import { addNotes, conditionalRequests, majors, serve } from './express-kit.js';
import { expectProtected, findNote, secret, withClient } from './kit.js';

describe.each(testedVersions(majors))('%s', (_major, express) => {
  it('works with compression', async () => {
    const served = await serve(express, addNotes, {
      before: (app) => app.use(compression({ threshold: 0 })),
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, {
        unruled: '/unruled',
        listed: { ruled: '/notes/:id', unruled: '/unruled' },
      });
      const port = served.port;
      const response = await fetch(`http://127.0.0.1:${port}/notes/1`, {
        headers: { 'x-user': 'ann', 'accept-encoding': 'gzip' },
      });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.json()).toMatchObject({ text: 'the text of the note' });
    });
  });

  it('works with sessions of connect-redis', async () => {
    const stored = new Map<string, string>();
    const client = {
      get: async (key: string) => stored.get(key) ?? null,
      set: async (key: string, value: string) => void stored.set(key, value),
      expire: async () => 1,
      del: async (keys: string | string[]) => [keys].flat().filter((key) => stored.delete(key)).length,
    };
    const served = await serve(
      express,
      (app) => {
        app.get('/login', skipAuthorization('the login page is public'), (req, res) => {
          (req.session as { user?: unknown }).user = req.query['as'];
          res.json('signed in');
        });
        addNotes(app);
      },
      {
        before: (app) =>
          app.use(
            session({
              store: new RedisStore({ client: client as never }),
              secret: 'for tests',
              resave: false,
              saveUninitialized: false,
            }),
          ),
        actor: (req) => (req.session as { user?: unknown }).user ?? req.get('x-user'),
      },
    );
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, {
        unruled: '/unruled',
        listed: { ruled: '/notes/:id', unruled: '/unruled' },
      });
      const statuses = await Promise.all(
        ['ann', 'ben'].map(async (user) => {
          const { headers } = await ask(`/login?as=${user}`);
          const cookie = String(headers['set-cookie']).split(';')[0]!;
          return (await ask('/notes/1', { cookie })).status;
        }),
      );
      expect(statuses).toEqual([200, 404]);
      expect(stored.size).toBe(2);
    });
  });

  it('works with http-proxy-middleware', async () => {
    const target = createServer((req, res) => {
      res.end(req.url === '/unruled' ? secret : 'the text of the note');
    });
    const { port, close } = await listenOn(target.listen(0, '127.0.0.1'));
    const proxy = createProxyMiddleware({ target: `http://127.0.0.1:${port}` });
    const served = await serve(express, (app) => {
      app.get('/notes/:id', authorize('read', findNote), proxy as never);
      app.get('/unruled', proxy as never);
      app.use('/mounted', proxy as never);
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, {
        unruled: '/unruled',
        listed: { ruled: '/notes/:id', unruled: '/unruled' },
      });
      served.errors.length = 0;
      expect((await ask('/mounted/unruled', { user: 'ann' })).status).toBe(500);
      expect(served.errors).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
    });
    await close();
  });

  describe('static files', () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'nanook-'));
      writeFileSync(join(folder, 'a.txt'), 'the text of the note');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('answer conditional requests of clients that may read them, and are blocked without a requirement', async () => {
      const served = await serve(express, (app) => {
        app.use('/private', authorize('list', 'Note'), express.static(folder));
        app.use('/unruled', express.static(folder));
        addNotes(app);
      });
      await withClient(served, async (ask) => {
        const etag = String((await ask('/private/a.txt', { user: 'ben' })).headers['etag']);
        for (const [headers, status] of conditionalRequests(etag)) {
          const replies = [
            await ask('/private/a.txt', { ...headers, user: 'ben' }),
            await ask('/private/a.txt', headers),
          ];
          expect({ headers, statuses: replies.map((reply) => reply.status) }).toEqual({
            headers,
            statuses: [status, 401],
          });
        }
        for (const [headers] of conditionalRequests(etag)) {
          const { text, headers: sent } = await ask('/unruled/a.txt', { ...headers, user: 'ann' });
          expect(text).not.toMatch(/^the|text of/);
          expect(sent['content-range']).toBeUndefined();
          expect(sent['etag']).toBeUndefined();
        }
        served.errors.length = 0;
        await expectProtected(served, ask, { unruled: '/unruled/a.txt', listed: { ruled: '/notes/:id' } });
      });
    });
  });
});
