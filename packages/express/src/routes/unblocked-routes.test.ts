import { Authorizer } from '@nanook/core';
import express5, { type Application } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, protect, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow(_, "read", "minutes");' });
const read = () => authorize('read', () => 'minutes');

describe.each(testedVersions(majors))('%s', (_major, express) => {
  let written: string[];
  beforeEach(() => {
    written = [];
    vi.stubEnv('NODE_ENV', 'development');
    vi.spyOn(console, 'warn').mockImplementation((text: string) => void written.push(text));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  /** Sends two requests to an application with a route that has a requirement, one that is skipped, and two without any. */
  const served = async (before: (app: Application) => void = () => {}) => {
    const app = express();
    before(app);
    app.use(authorization(authorizer, { actor: () => 'ann' }));
    app.get('/ruled', read(), (_req, res) => void res.json('ruled'));
    app.get('/public', skipAuthorization('liveness probe'), (_req, res) => void res.json('public'));
    app.get('/notes', (_req, res) => void res.json('notes'));
    const nested = express.Router();
    nested.post('/:id', (_req, res) => void res.json('note'));
    app.use('/nested', nested);
    await request(app).get('/ruled');
    await request(app).get('/ruled');
    return app;
  };

  it('lists the routes without a requirement once in development', async () => {
    await served();
    expect(written).toHaveLength(1);
    const [text] = written;
    expect(text).toMatch(/neither `protect` nor `authorize\(\)` blocks their responses:\n/);
    expect(text).toMatch(
      /^ {2}GET +\/notes +– no requirement – +anonymous \(.*unblocked-routes\.test\.ts:\d+\)$/m,
    );
    expect(text).toMatch(/^ {2}POST +\/nested\/:id +– no requirement – /m);
    expect(text).not.toMatch(/ruled|public/);
  });

  it('lists the routes of each application', async () => {
    await served();
    await served();
    expect(written).toHaveLength(2);
  });

  it.each([undefined, 'production', 'test'])('lists nothing when NODE_ENV is %s', async (environment) => {
    vi.stubEnv('NODE_ENV', environment);
    await served();
    expect(written).toEqual([]);
  });

  it('lists nothing when `protect` is used, for the application or for a router of it', async () => {
    await served((app) => void protect(app));
    await served((app) => {
      const router = express.Router();
      protect(router);
      app.use('/other', router);
    });
    expect(written).toEqual([]);
  });

  it('lists only routes before `authorize()` when it is used', async () => {
    await served((app) => {
      app.get('/early', (_req, res) => void res.json('early'));
      app.use(authorization(authorizer, { actor: () => 'ann' }), authorize());
    });
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('/early');
    expect(written[0]).not.toContain('/notes');
  });

  it('says why routes cannot be listed, and answers the request', async () => {
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'ann' }));
    app.use('/mounted', express());
    app.get('/ruled', read(), (_req, res) => void res.json('ruled'));
    expect((await request(app).get('/ruled')).body).toBe('ruled');
    expect(written).toEqual([
      expect.stringMatching(
        /routes without a requirement cannot be listed: an application was mounted before `protect`/,
      ),
    ]);
  });
});
