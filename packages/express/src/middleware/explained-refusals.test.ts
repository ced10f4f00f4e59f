import { Authorizer, type Explanation } from '@nanook/core';
import express5, { type Application, type Request } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  explanationOf,
  type AuthorizationOptions,
} from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

let calls = 0;
class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
    readonly isPublic: boolean,
  ) {}
  isOwnedBy(user: User): boolean {
    calls++;
    return this.owner === user.name;
  }
}

const policies = `
  allow(_: User, "read", note: Note) if note.isPublic;
  allow(user: User, "read", note: Note) if note.isOwnedBy(user);
  allow(user: User, "edit", note: Note) if note.isOwnedBy(user);
  allow_request(_: User, request) if request.path != "/secret";
`;
const authorizer = await Authorizer.load({ policies, types: { User, Note }, onWarning: () => {} });
const notes = [new Note(1, '<b>bob</b>', false), new Note(2, '<b>bob</b>', true)];
const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  calls = 0;
});

describe.each(testedVersions(majors))('the explanation of a refusal with %s', (_major, express) => {
  const find = (req: Request) => Promise.resolve(notes.find(({ id }) => id === Number(req.params['id'])));

  function start(options: AuthorizationOptions = {}, environment = 'development'): Application {
    vi.stubEnv('NODE_ENV', environment);
    vi.spyOn(console, 'info').mockImplementation(() => {});
    const app = express();
    app.use(authorization(authorizer, { actor: () => new User('ann'), ...options }), authorize());
    app.get('/notes/:id', authorize('read', find), (_req, res) => void res.json({}));
    app.put('/notes/:id', authorize('edit', find), (_req, res) => void res.json({}));
    app.put(
      '/gone/:id',
      authorize('edit', find, { refused: 410, missing: 410 }),
      (_req, res) => void res.json({}),
    );
    app.get('/own/:id', async (req, res, next) => {
      try {
        const user = new User('ann');
        await authorizer.authorize(user, 'read', await find(req), { explain: true });
        res.json({});
      } catch (error) {
        next(error);
      }
    });
    app.use(authorizationErrors());
    return app;
  }

  it('adds a member to the problem in development, for 404 and 403, and forbids caching', async () => {
    const app = start();
    const hidden = await request(app).get('/notes/1');
    expect(hidden.status).toBe(404);
    expect(hidden.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    const { explanation } = hidden.body as { explanation: Explanation };
    expect(explanation).toMatchObject({ outcome: 'denied', query: 'allow(a User, "read", Note{id: 1})' });
    expect(
      explanation.misses.map(({ failure }) => [failure.kind, 'text' in failure && failure.text]),
    ).toEqual([
      ['condition', 'note.isPublic'],
      ['condition', 'note.isOwnedBy(user)'],
    ]);
    expect(calls).toBe(1);

    const forbidden = await request(app).put('/notes/2');
    expect([forbidden.status, forbidden.body]).toMatchObject([403, { explanation: { outcome: 'denied' } }]);
  });

  it('fills a page for a browser, with escaped values', async () => {
    const { status, text, headers } = await request(start()).get('/notes/1').set('Accept', browser);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      404,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(text).toContain('<h1>404 Not Found</h1>');
    expect(text).toContain('<mark>note.isOwnedBy(user)</mark>');
    expect(text).not.toContain('<b>');
  });

  it('goes to the console in development, with the route and the nearest rule', async () => {
    await request(start()).get('/notes/1');
    expect(vi.mocked(console.info).mock.calls).toEqual([
      [expect.stringMatching(/^GET \/notes\/:id was refused with 404\ndenied: allow\(a User[^]*it is false/)],
    ]);
  });

  it('says that the loader has found nothing', async () => {
    const { status, body } = await request(start()).get('/notes/9');
    expect([status, body]).toMatchObject([
      404,
      { explanation: { advice: [expect.stringContaining('check the loader')] } },
    ]);
  });

  it('explains allow_request, and refusals with the status of the application', async () => {
    const app = start();
    const refused = await request(app).get('/secret');
    expect([refused.status, refused.body]).toMatchObject([
      403,
      { explanation: { query: expect.stringContaining('allow_request') as string } },
    ]);
    for (const id of [1, 9]) {
      const gone = await request(app).put(`/gone/${id}`);
      expect([gone.status, gone.body]).toMatchObject([410, { explanation: { outcome: 'denied' } }]);
    }
  });

  it.each<[string, AuthorizationOptions['explain']]>([
    ['production', undefined],
    ['test', undefined],
    ['', undefined],
    ['Development', undefined],
    ['development', false],
    ['production', () => false],
    ['development', () => false],
  ])('stays away with the environment "%s" and the option %s', async (environment, explain) => {
    const app = start(explain === undefined ? {} : { explain }, environment);
    for (const [path, accept] of [
      ['/notes/1', '*/*'],
      ['/notes/1', browser],
      ['/notes/9', '*/*'],
      ['/secret', '*/*'],
    ] as const) {
      const { text } = await request(app).get(path).set('Accept', accept);
      expect(text).not.toMatch(/explanation|allow|isPublic|loader/);
    }
    expect(vi.mocked(console.info)).not.toHaveBeenCalled();
  });

  it('makes a hidden and a missing resource look the same without it', async () => {
    const app = start({}, 'production');
    const [hidden, missing] = [await request(app).get('/notes/1'), await request(app).get('/notes/9')];
    expect(hidden.text).toBe(missing.text);
  });

  it('follows the result of a function, also in production', async () => {
    const app = start({ explain: (req) => req.get('x-staff') === 'yes' }, 'production');
    expect((await request(app).get('/notes/1')).body).not.toHaveProperty('explanation');
    const { body } = await request(app).get('/notes/1').set('x-staff', 'yes');
    expect(body).toHaveProperty('explanation.misses');
    expect(vi.mocked(console.info)).not.toHaveBeenCalled();
  });

  it('cannot be switched on with `true` in production', () => {
    expect(() => start({ explain: true }, 'production')).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_INVALID_OPTION' }),
    );
    expect(() => start({ explain: true }, 'test')).not.toThrow();
    expect(() => start({ explain: 'production' as never })).toThrow(/must be 'development', true, false/);
  });

  it.each<[string, () => boolean]>([
    [
      'throws',
      () => {
        throw new Error('no session');
      },
    ],
    ['returns a promise', () => Promise.resolve(true) as never],
  ])('disappears, and the refusal stays, when the function %s', async (_how, explain) => {
    const errors: Error[] = [];
    const app = start({ explain, onError: (error) => errors.push(error) }, 'production');
    const { status, body } = await request(app).get('/notes/1');
    expect([status, body]).toEqual([404, { type: 'about:blank', title: 'Not Found', status: 404 }]);
    expect(errors).toHaveLength(2); // allow_request, and the route
  });

  it('hides the values that the mask replaces, and stays a refusal when the mask throws', async () => {
    const masked = await request(start({ mask: (name) => (name.endsWith('.id') ? '…' : undefined) })).get(
      '/notes/1',
    );
    expect(masked.body).toMatchObject({ explanation: { query: 'allow(a User, "read", Note{id: …})' } });
    const failing = start({
      mask: () => {
        throw new Error('secret');
      },
    });
    const { status, text } = await request(failing).get('/notes/1');
    expect([status, text.includes('secret'), text.includes('failed')]).toEqual([404, false, true]);
  });

  it('shows no explanation that the application asked for itself, such as for its log', async () => {
    const app = start({}, 'production');
    expect((await request(app).get('/own/1')).body).not.toHaveProperty('explanation');
    expect(explanationOf(new Error('x'))).toBeUndefined();
  });
});
