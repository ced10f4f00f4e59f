import { authorize, protect, skipAuthorization } from '@nanook/koa';
import Router from '@koa/router';
import * as Sentry from '@sentry/node';
import { createProxyMiddleware } from 'http-proxy-middleware';
import type { Context } from 'koa';
import mount from 'koa-mount';
import serveStatic from 'koa-static';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { listenOn } from '../listen.js';
import { expectProtected, findNote, secret, withClient } from './kit.js';
import { majors, notesRouter, serve } from './koa-kit.js';

const listed = { ruled: '/notes/:id', unruled: '/unruled' };

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  it('works with koa-mount, with a protected router in the mounted application', async () => {
    const mounted = new Koa();
    mounted.use(protect(notesRouter()).routes());
    const served = await serve(Koa, (app) => {
      app.use(mount('/mounted', mounted as never));
      app.use(notesRouter().routes());
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/mounted/unruled', ruled: '/mounted/notes/1' });
      served.errors.length = 0;
      await expectProtected(served, ask, { unruled: '/unruled', listed });
    });
  });

  it('blocks a plain router in an application of koa-mount, also after a skipped route of another router', async () => {
    const pages = new Router();
    pages.get('/mounted/unruled', skipAuthorization('pages are public'), (_ctx, next) => next());
    const mounted = new Koa();
    mounted.use(notesRouter().routes());
    const served = await serve(Koa, (app) => {
      app.use(pages.routes());
      app.use(mount('/mounted', mounted as never));
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/mounted/unruled', ruled: '/mounted/notes/1' });
    });
  });

  it('works with a requirement that a plain router of @koa/router uses', async () => {
    const lists = new Router({ prefix: '/lists' });
    lists.use(authorize('list', 'Note') as never);
    lists.get('/all', (ctx) => {
      ctx.body = 'all notes';
    });
    const served = await serve(Koa, (app) => {
      app.use(lists.routes());
      app.use(notesRouter().routes());
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/unruled', listed });
      expect((await ask('/lists/all', { user: 'ben' })).text).toBe('all notes');
      expect((await ask('/lists/all')).status).toBe(401);
    });
  });

  it('works with http-proxy-middleware', async () => {
    const target = createServer((req, res) => {
      res.end(req.url === '/unruled' ? secret : 'the text of the note');
    });
    const { port, close } = await listenOn(target.listen(0, '127.0.0.1'));
    const proxy = createProxyMiddleware({ target: `http://127.0.0.1:${port}` });
    const proxied = (ctx: Context) =>
      new Promise<void>((resolve, reject) => {
        ctx.respond = false;
        ctx.res.once('close', resolve);
        void proxy(ctx.req, ctx.res, (error?: unknown) =>
          error === undefined ? resolve() : reject(error as Error),
        );
      });
    const router = new Router();
    router.get('/notes/:id', authorize('read', findNote) as never, proxied as never);
    router.get('/unruled', proxied as never);
    const served = await serve(Koa, (app) => app.use(router.routes()));
    await withClient(served, (ask) => expectProtected(served, ask, { unruled: '/unruled', listed }));
    await close();
  });

  it('works with the error handler of Sentry, which receives the errors of blocked routes', async () => {
    const sent: unknown[] = [];
    Sentry.init({
      dsn: 'https://key@sentry.invalid/1',
      beforeSend: (event) => {
        sent.push(event.exception?.values?.at(-1)?.type);
        return null;
      },
    });
    onTestFinished(async () => void (await Sentry.close()));
    const served = await serve(Koa, (app) => app.use(notesRouter().routes()), {
      before: (app) => Sentry.setupKoaErrorHandler(app),
    });
    await withClient(served, (ask) => expectProtected(served, ask, { unruled: '/unruled', listed }));
    await Sentry.flush();
    expect(sent).toEqual(['AuthorizationConfigError']);
  });

  it('works with koa-static', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanook-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a.txt'), 'a public text');
    const served = await serve(Koa, (app) => {
      app.use(mount('/public', skipAuthorization('public files', serveStatic(folder) as never) as never));
      app.use(notesRouter().routes());
      app.use(mount('/files', serveStatic(folder)));
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/files/a.txt', listed });
      expect((await ask('/public/a.txt')).text).toBe('a public text');
      expect((await ask('/public/missing.txt')).status).toBe(404);
    });
  });
});
