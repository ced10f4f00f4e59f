import { authorize, skipAuthorization } from '@nanook/koa';
import Router from '@koa/router';
import { KoaInstrumentation } from '@opentelemetry/instrumentation-koa';
import type { Context } from 'koa';
import compose from 'koa-compose';
import compress from 'koa-compress';
import { createRequire } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { expectProtected, secret, withClient } from './kit.js';
import { addNote, addUnruled, majors, notesRouter, serve } from './koa-kit.js';

// It has no types; its methods are those of the later major.
const Router7 = createRequire(import.meta.url)('koa-router') as typeof Router;

const listed = { ruled: '/notes/:id', unruled: '/unruled' };

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  it.each(['before the authorization', 'after it'])('works with koa-compress, used %s', async (place) => {
    const compressing = compress({ threshold: 0 });
    const isFirst = place === 'before the authorization';
    const served = await serve(
      Koa,
      (app) => {
        if (!isFirst) app.use(compressing);
        app.use(notesRouter().routes());
      },
      { before: (app) => isFirst && app.use(compressing) },
    );
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/unruled', listed });
      const response = await fetch(`http://127.0.0.1:${served.port}/notes/1`, {
        headers: { 'x-user': 'ann', 'accept-encoding': 'gzip' },
      });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.json()).toMatchObject({ text: 'the text of the note' });
    });
  });

  it('blocks a route of a router in koa-compose after a skipped route of another router', async () => {
    const pages = new Router();
    pages.get('/unruled', skipAuthorization('pages are public'), (_ctx, next) => next());
    const served = await serve(Koa, (app) =>
      app.use(compose([pages.routes(), notesRouter().routes()] as never[]) as never),
    );
    await withClient(served, (ask) => expectProtected(served, ask, { unruled: '/unruled' }));
  });

  it('blocks a check in composed middleware that is not followed', async () => {
    const served = await serve(Koa, (app) => {
      const check = authorize('list', 'Note');
      const respond = (ctx: Context) => {
        ctx.body = secret;
      };
      app.use(notesRouter().routes());
      app.use(compose([check, respond] as never[]) as never);
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/composed' });
    });
  });

  it('works with koa-router 7, with a requirement of the router', async () => {
    const router = new Router7();
    addNote(router as never);
    addUnruled(router as never);
    const lists = new Router7({ prefix: '/lists' });
    lists.use(authorize('list', 'Note') as never);
    lists.get('/all', ((ctx: Context) => {
      ctx.body = 'all notes';
    }) as never);
    const served = await serve(Koa, (app) => {
      app.use(router.routes() as never);
      app.use(lists.routes() as never);
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/unruled', listed });
      expect((await ask('/lists/all', { user: 'ben' })).text).toBe('all notes');
      expect((await ask('/lists/all')).status).toBe(401);
    });
    expect(requirementsOf(served, '/lists/all')).toEqual([['list Note']]);
  });

  it('lists a requirement of a nested router of koa-router 7 only for routes of this router', async () => {
    const inner = new Router7();
    inner.use(authorize('list', 'Note') as never);
    inner.get('/inner', ((ctx: Context) => {
      ctx.body = 'inner';
    }) as never);
    const router = new Router7();
    router.use(inner.routes() as never);
    addUnruled(router as never);
    addNote(router as never);
    const served = await serve(Koa, (app) => app.use(router.routes() as never));
    await withClient(served, async (ask) => {
      expect((await ask('/inner', { user: 'ben' })).text).toBe('inner');
      await expectProtected(served, ask, { unruled: '/unruled', listed });
    });
    expect(requirementsOf(served, '/inner')).toEqual([['list Note']]);
  });

  it('works with the instrumentation of OpenTelemetry', async () => {
    const instrumentation = new KoaInstrumentation() as unknown as { init(): Instrumented | Instrumented[] };
    const [definition] = [instrumentation.init()].flat();
    definition!.patch(Koa);
    onTestFinished(() => void definition!.unpatch(Koa));
    const served = await serve(Koa, (app) => app.use(notesRouter().routes()));
    await withClient(served, (ask) => expectProtected(served, ask, { unruled: '/unruled', listed }));
  });
});

const requirementsOf = (
  { routes }: { readonly routes: readonly { path: string; requirements: readonly object[] }[] },
  path: string,
): readonly (readonly string[])[] =>
  routes
    .filter((route) => route.path === path)
    .map(({ requirements }) =>
      requirements.flatMap((each) => {
        const { kind, action, resource } = each as { kind: string; action: string; resource: string };
        return kind === 'authorize' ? [`${action} ${resource}`] : [];
      }),
    );

interface Instrumented {
  patch(module: unknown): unknown;
  unpatch(module: unknown): unknown;
}
