import { Authorizer } from '@nanook/core';
import Router from '@koa/router';
import Koa3 from 'koa';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const authorizer = await Authorizer.load({ policies: 'allow(_, "read", "minutes");' });

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
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

  /** Sends two requests to an application with a route that has a requirement, one that is skipped, and one without any. */
  const served = async (
    prepare: (app: Koa3, router: Router) => void = () => {},
    isGuarded = false,
  ): Promise<void> => {
    const app = new Koa();
    const router = new Router();
    prepare(app, router);
    router.get(
      '/ruled',
      authorize('read', () => 'minutes'),
      (ctx) => void (ctx.body = 'ruled'),
    );
    router.get('/public', skipAuthorization('liveness probe'), (ctx) => void (ctx.body = 'public'));
    router.get('/notes', (ctx) => void (ctx.body = 'notes'));
    app.use(authorization(authorizer, { actor: () => 'ann' }));
    if (isGuarded) app.use(authorize());
    app.use(router.routes());
    const served = app.callback();
    expect((await request(served).get('/ruled')).text).toBe('ruled');
    await request(served).get('/ruled');
  };

  it('lists the routes without a requirement once in development', async () => {
    await served();
    expect(written).toHaveLength(1);
    const [text] = written;
    expect(text).toMatch(/neither `protect` nor `authorize\(\)` blocks their responses:\n/);
    expect(text).toMatch(
      /^ {2}GET +\/notes +– no requirement – +anonymous \(.*unblocked-routes\.test\.ts:\d+\)$/m,
    );
    expect(text).not.toMatch(/ruled|public/);
  });

  it.each([undefined, 'production', 'test'])('lists nothing when NODE_ENV is %s', async (environment) => {
    vi.stubEnv('NODE_ENV', environment);
    await served();
    expect(written).toEqual([]);
  });

  it('lists nothing when `protect` or `authorize()` is used', async () => {
    await served((app) => void protect(app));
    await served((_app, router) => void protect(router));
    await served(undefined, true);
    expect(written).toEqual([]);
  });
});
