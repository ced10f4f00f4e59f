import { Authorizer } from '@nanook/core';
import Router from '@koa/router';
import { type Context } from 'koa';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, type AuthorizationOptions } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
  ) {}
}

const policies = 'allow(user: User, "read", note: Note) if note.owner = user.name;';
const authorizer = await Authorizer.load({ policies, types: { User, Note }, onWarning: () => {} });
const find = (ctx: { params: { id?: string } }) =>
  Promise.resolve(ctx.params.id === '1' ? new Note(1, '<b>bob</b>') : undefined);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe.each(testedVersions(majors))('the explanation of a refusal with %s', (_major, Koa) => {
  function start(options: AuthorizationOptions = {}, environment = 'development') {
    vi.stubEnv('NODE_ENV', environment);
    vi.spyOn(console, 'info').mockImplementation(() => {});
    const app = new Koa();
    app.silent = true;
    const router = new Router();
    router.get('/notes/:id', authorize('read', find), (ctx: Context) => void (ctx.body = {}));
    app.use(authorizationErrors());
    app.use(authorization(authorizer, { actor: () => new User('ann'), ...options }));
    app.use(router.routes());
    return app.callback();
  }

  it('adds a member to the problem in development, or fills a page for a browser, and forbids caching', async () => {
    const app = start();
    const { status, headers, body } = await request(app).get('/notes/1');
    expect([status, headers['content-type'], headers['cache-control'], body]).toMatchObject([
      404,
      'application/problem+json',
      'no-store',
      { explanation: { misses: [{ failure: { reason: '"<b>bob</b>" is not "ann"' } }] } },
    ]);
    const page = await request(app).get('/notes/1').set('Accept', 'text/html');
    expect([page.status, page.headers['cache-control']]).toEqual([404, 'no-store']);
    expect(page.text).toContain('<mark>note.owner = user.name</mark>');
    expect(page.text).not.toContain('<b>');
    expect(console.info).toHaveBeenCalledWith(expect.stringContaining('GET /notes/:id was refused with 404'));
  });

  it('says that the loader has found nothing', async () => {
    const { body } = await request(start()).get('/notes/2');
    expect(body).toMatchObject({ explanation: { advice: [expect.stringContaining('check the loader')] } });
  });

  it.each([
    ['production', 'development'],
    ['test', 'development'],
    ['development', false],
    ['production', () => false],
  ] as const)('stays away with the environment "%s" and the option %s', async (environment, explain) => {
    const app = start({ explain }, environment);
    const [hidden, missing] = [await request(app).get('/notes/1'), await request(app).get('/notes/2')];
    expect(hidden.body).toEqual({ type: 'about:blank', title: 'Not Found', status: 404 });
    expect(hidden.text).toBe(missing.text);
  });

  it('follows the result of a function, also in production', async () => {
    const app = start({ explain: (ctx) => ctx.get('x-staff') === 'yes' }, 'production');
    expect((await request(app).get('/notes/1')).body).not.toHaveProperty('explanation');
    expect((await request(app).get('/notes/1').set('x-staff', 'yes')).body).toHaveProperty('explanation');
  });

  it('cannot be switched on with `true` in production', () => {
    expect(() => start({ explain: true }, 'production')).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_INVALID_OPTION' }),
    );
  });
});
