import { authorize, skipAuthorization } from '@nanook/express';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import type { Router } from 'express';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { addNotes, conditionalRequests, majors, requireFor, serve, type Express } from './express-kit.js';
import { expectProtected, findNote, secret, withClient } from './kit.js';

const listed = { ruled: '/notes/:id', unruled: '/unruled' };

describe.each(testedVersions(majors))('%s', (_major, express) => {
  it('works with express-promise-router', async () => {
    const createRouter = requireFor(express, 'express-promise-router') as () => Router;
    const router = createRouter();
    router.get(
      '/notes/:id',
      authorize('read', findNote),
      async (req, res) => void res.json(req.authz.resource),
    );
    router.get('/unruled', async (_req, res) => void res.json(secret));
    const served = await serve(express, (app) => app.use(router));
    await withClient(served, (ask) => expectProtected(served, ask, { unruled: '/unruled', listed }));
  });

  it('works with the instrumentation of OpenTelemetry, also for a mounted application', async () => {
    instrument(express);
    const served = await serve(express, (app) => {
      addNotes(app);
      const mounted = express();
      addNotes(mounted);
      app.use('/mounted', mounted);
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/unruled', listed });
      served.errors.length = 0;
      await expectProtected(served, ask, {
        unruled: '/mounted/unruled',
        ruled: '/mounted/notes/1',
        listed: { ruled: '/mounted/notes/:id', unruled: '/mounted/unruled' },
      });
    });
  });

  it('answers conditional requests for static files that are skipped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nanook-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'a.txt'), 'the text of the note');
    const served = await serve(express, (app) =>
      app.use('/public', skipAuthorization('public files', express.static(folder))),
    );
    await withClient(served, async (ask) => {
      const etag = String((await ask('/public/a.txt')).headers['etag']);
      for (const [headers, status] of conditionalRequests(etag))
        expect({ headers, status: (await ask('/public/a.txt', headers)).status }).toEqual({
          headers,
          status,
        });
    });
  });
});

// It supports only Express 4, so it runs with this version in every run.
describe('Express 4', () => {
  const [[, express]] = majors;

  it('works with express-async-errors', async () => {
    requireFor(express, 'express-async-errors');
    const served = await serve(express, (app) => {
      app.get(
        '/notes/:id',
        authorize('read', findNote),
        async (req, res) => void res.json(req.authz.resource),
      );
      app.get('/unruled', async (_req, res) => void res.json(secret));
      app.get('/fails', authorize('list', 'Note'), async () =>
        Promise.reject(new Error('the database is down')),
      );
    });
    await withClient(served, async (ask) => {
      await expectProtected(served, ask, { unruled: '/unruled', listed });
      expect((await ask('/fails', { user: 'ann' })).status).toBe(500);
    });
  });
});

/** Lets OpenTelemetry instrument a copy of Express, as it does when an application requires it. */
function instrument(express: Express): void {
  const [definition] = [new ExpressInstrumentation()].flatMap((instrumentation) =>
    (instrumentation as unknown as { init(): Instrumented[] }).init(),
  );
  definition!.patch(express);
  onTestFinished(() => void definition!.unpatch(express));
}

interface Instrumented {
  patch(module: unknown): unknown;
  unpatch(module: unknown): unknown;
}
