import { Authorizer } from '@nanook/core';
import fc from 'fast-check';
import { Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';
import { describe, expect, it, vi } from 'vitest';
import { randomCases, randomSeed } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorizationErrors,
  authorize,
  listRoutes,
  protect,
  rowOf,
  skipAuthorization,
} from '../index.js';
import {
  actor,
  authorizer,
  findNote,
  note,
  notesApp,
  policies,
  secret,
  types,
} from '../testing/notes.fixture.js';
import { covers, overlap } from './paths.js';

const read = authorize('read', findNote);
const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('protect', () => {
  it('refuses an application with a route without a requirement, and lists all of them', () => {
    const { app } = notesApp();
    app.get('/notes/:id', read, (c) => c.json(note));
    app.get('/forgotten', (c) => c.text(secret));
    const inner = new Hono();
    inner.on(['PUT', 'POST'], '/x', (c) => c.text(''));
    inner.onError((_, c) => c.text('failed', 500)); // then Hono wraps the handlers
    app.route('/in', inner);
    expect(() => protect(app)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
        message: expect.stringMatching(
          /GET +\/forgotten[^]*protect\.test\.ts:\d+[^]*PUT +\/in\/x[^]*POST +\/in\/x/,
        ) as string,
      }),
    );
  });

  it.each<[string, (app: Hono) => void]>([
    ['after the handler', (app) => app.get('/x', (c) => c.json(note), read)],
    ['of another path', (app) => app.use('/y/*', read).get('/x', (c) => c.json(note))],
    ['of another method', (app) => app.post('/x', read).get('/x', (c) => c.json(note))],
    ['of one of several methods', (app) => app.get('/x', read).all('/x', (c) => c.json(note))],
    [
      'of one of the paths of an optional parameter',
      (app) => app.use('/x/:id', read).get('/x/:id?', (c) => c.json(note)),
    ],
    ['of a part of a wildcard', (app) => app.use('/x/:id', read).get('/x/*', (c) => c.json(note))],
    ['that was added after the handler', (app) => app.get('/x', (c) => c.json(note)).use('*', read)],
    ['of a mounted application', (app) => app.mount('/x', () => new Response(secret))],
    [
      'for files',
      (app) =>
        app.use('/x/*', (async (c, next) =>
          c.req.path === '/x' ? c.text(secret) : next()) as MiddlewareHandler),
    ],
  ])('refuses a route with a requirement %s', (_name, add) => {
    const { app } = notesApp();
    add(app);
    expect(() => protect(app)).toThrow(withCode('NANOOK_HTTP_UNPROTECTED_ROUTE'));
  });

  it.each<[string, (app: Hono) => void]>([
    ['of a path above', (app) => app.use('/x/*', read).get('/x/:id/y', (c) => c.json(note))],
    ['of all paths', (app) => app.use(read).get('/x', (c) => c.json(note))],
    ['of the same path', (app) => app.use('/x/:id{[0-9]+}', read).get('/x/:id{[0-9]+}', (c) => c.json(note))],
    [
      'of an application around it',
      (app) =>
        app.use('/in/*', read).route(
          '/in',
          new Hono().get('/x', (c) => c.json(note)),
        ),
    ],
    [
      'of an application with a base path',
      (app) =>
        app.route(
          '/',
          new Hono()
            .basePath('/in')
            .use(read)
            .get('/x', (c) => c.json(note)),
        ),
    ],
    ['of several methods', (app) => app.on(['GET', 'PUT'], ['/x', '/y'], read, (c) => c.json(note))],
    ['before a mounted application', (app) => app.use('/x/*', read).mount('/x', () => new Response())],
    ['before middleware', (app) => app.get('/x', cors(), read, cors(), (c) => c.json(note))],
    [
      'around files',
      (app) =>
        app.use(skipAuthorization('files', async (_, next) => next())).get('/x', read, (c) => c.json(note)),
    ],
  ])('accepts a route with a requirement %s', (_name, add) => {
    const { app } = notesApp();
    add(app);
    expect(protect(app)).toBe(app);
  });

  it.each<[string, (app: Hono) => void, string]>([
    [
      'a requirement that no rule can allow',
      (app) => app.get('/x', authorize('raed' as 'read', 'Note'), (c) => c.text('')),
      'NANOOK_HTTP_UNGRANTABLE',
    ],
    [
      'a skip for the whole application',
      (app) => app.use(skipAuthorization('all')).get('/x', (c) => c.text('')),
      'NANOOK_HTTP_SKIPPED_APPLICATION',
    ],
    [
      'a function that returns middleware',
      (app) => app.get('/x', authorize as never, (c) => c.text('')),
      'NANOOK_HTTP_UNCALLED',
    ],
    [
      'two authorizations',
      (app) => app.use('/x/*', authorization(authorizer)).get('/x', read, (c) => c.text('')),
      'NANOOK_HTTP_INVALID_OPTION',
    ],
    ['no route', () => {}, 'NANOOK_HTTP_INVALID_OPTION'],
  ])('refuses %s', (_name, add, code) => {
    const { app } = notesApp();
    add(app);
    expect(() => protect(app)).toThrow(withCode(code));
  });

  it('refuses a route that the middleware `authorization` does not see', () => {
    const app = new Hono().get('/x', read, (c) => c.text('')).use(authorization(authorizer));
    expect(() => protect(app)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_HTTP_NO_AUTHORIZATION',
        message: expect.stringContaining('GET /x') as string,
      }),
    );
  });

  it('suggests a skip for paths that Hono matches with all paths below them', async () => {
    const { app } = notesApp();
    app.use(skipAuthorization('files')).get('/public/logo.svg', (c) => c.text('logo'));
    expect(() => protect(app)).toThrow("app.use('/public/*', skipAuthorization('files'))");
    const { app: fixed } = notesApp();
    fixed.use('/public/*', skipAuthorization('files')).get('/public/logo.svg', (c) => c.text('logo'));
    expect((await protect(fixed).request('/public/logo.svg')).status).toBe(200);
  });

  it('refuses a skip for the whole application under its base path', () => {
    const api = new Hono().basePath('/api');
    api.use(authorization(authorizer), skipAuthorization('all')).get('/x', (c) => c.text(''));
    expect(() => protect(api)).toThrow(withCode('NANOOK_HTTP_SKIPPED_APPLICATION'));
  });

  it('refuses a value that is not an application', () => {
    for (const value of [undefined, {}, () => {}])
      expect(() => protect(value as never)).toThrow(withCode('NANOOK_HTTP_INVALID_OPTION'));
  });

  it('checks routes that are added later, with the next request', () => {
    const { app } = notesApp();
    app.get('/notes/:id', read, (c) => c.json(note));
    protect(app);
    app.get('/later', (c) => c.text(secret));
    for (const path of ['/notes/1', '/later'])
      expect(() => app.request(path)).toThrow(withCode('NANOOK_HTTP_UNPROTECTED_ROUTE'));
  });

  it('installs an error handler only where the application has none', async () => {
    const plain = new Hono().use(authorization(authorizer, { actor })).get('/:id', read, (c) => c.text(''));
    const own = new Hono().use(authorization(authorizer, { actor })).get('/:id', read, (c) => c.text(''));
    own.onError((_, c) => c.text('mine', 400));
    const answers = await Promise.all([plain, own].map(async (app) => protect(app).request('/1')));
    expect(answers.map(({ status }) => status)).toEqual([401, 400]);
    expect(answers[0]!.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answers[0]!.json()).toEqual({ type: 'about:blank', title: 'Unauthorized', status: 401 });
  });
});

describe('listRoutes', () => {
  it('lists handlers with the requirements before them, in the order in which they run', () => {
    const { app } = notesApp();
    const inner = new Hono();
    inner.use('*', authorize('create', 'Note'));
    inner.get('/:id', cors(), read, function show(c) {
      return c.json(note);
    });
    inner.all('/', function all(c) {
      return c.text('');
    });
    app.route('/notes', inner);
    app.get(
      '/rows/:id',
      authorize(
        'read',
        rowOf('Note', (c) => c.req.param('id')),
      ),
      (c) => c.text(''),
    );
    const listed = listRoutes(app, { check: false });
    const request = { kind: 'request' };
    const create = { kind: 'authorize', action: 'create', resource: 'Note' };
    const show = { kind: 'authorize', action: 'read', resource: 'findNote()' };
    expect(listed).toMatchObject([
      { method: 'GET', path: '/notes/:id', handler: 'show', requirements: [request, create, show] },
      { method: 'ALL', path: '/notes', handler: 'all', requirements: [request, create] },
      { path: '/rows/:id', requirements: [request, { resource: 'row of Note' }] },
    ]);
    expect(listed[0]!.location).toMatch(/protect\.test\.ts:\d+$/);
  });
});

describe('authorization', () => {
  it.each([
    [{ user: () => 1 } as never, 'NANOOK_HTTP_UNKNOWN_OPTION'],
    [{ actor: 1 as never }, 'NANOOK_HTTP_INVALID_OPTION'],
  ])('refuses wrong options: %j', (options, code) => {
    expect(() => authorization(authorizer, options)).toThrow(withCode(code));
  });

  it.each<[string, (app: Hono) => unknown]>([
    ['authorization', (app) => app.use(authorization as never)],
    ['authorize', (app) => app.use(authorize as never)],
    ['skipAuthorization', (app) => app.use(skipAuthorization as never)],
  ])('`%s` without a call is an error', async (_name, add) => {
    const { app, ask, errors } = notesApp();
    add(app);
    app.get('/x', (c) => c.text(secret));
    expect([(await ask('/x')).status, errors]).toMatchObject([500, [{ code: 'NANOOK_HTTP_UNCALLED' }]]);
  });

  it('a requirement without the middleware `authorization` is an error', async () => {
    const app = new Hono().get('/:id', read, (c) => c.json(note));
    const errors: unknown[] = [];
    app.onError(authorizationErrors({ onError: (error) => void errors.push(error) }));
    expect((await app.request('/1')).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'NANOOK_HTTP_NO_AUTHORIZATION' }]);
  });

  it('has the variable `user` as its default actor', async () => {
    const app = new Hono<{ Variables: { user: string } }>();
    app.use(async (c, next) => {
      c.set('user', 'ann');
      await next();
    });
    app.use(authorization(authorizer)).get('/:id', read, (c) => c.json(c.var.authz.resource));
    expect(await (await app.request('/1')).json()).toEqual({ owner: 'ann', text: secret });
  });

  it('applies to the paths for which it is used', async () => {
    const app = new Hono().onError((_, c) => c.text('failed', 500));
    app.use('/api/*', authorization(authorizer, { actor }));
    app.get('/api/x', (c) => c.text(secret)).get('/page', (c) => c.text(typeof c.var.authz));
    expect([(await app.request('/api/x')).status, await (await app.request('/page')).text()]).toEqual([
      500,
      'undefined',
    ]);
  });

  it('checks allow_request before each handler, and not where authorization is skipped', async () => {
    const gated = await Authorizer.load({ policies: `${policies} allow_request("ann", _);`, types });
    const app = new Hono();
    app.use(authorization(gated, { actor, request: (c) => ({ method: c.req.method }) }));
    app.get('/notes/:id', read, (c) => c.text('note'));
    app.get('/health', skipAuthorization('probe'), (c) => c.text('up'));
    protect(app);
    const statusOf = async (path: string, user: string) =>
      (await app.request(path, { headers: { 'x-user': user } })).status;
    expect([
      await statusOf('/notes/1', 'ann'),
      await statusOf('/notes/1', 'boss'),
      await statusOf('/health', 'boss'),
      await statusOf('/nothing', 'boss'),
    ]).toEqual([200, 403, 200, 403]);
  });

  it('explains refusals in development', async () => {
    vi.stubEnv('NODE_ENV', 'development');
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const { app, ask } = notesApp();
    app.onError(authorizationErrors());
    app.get('/notes/:id', read, (c) => c.json(note));
    expect(JSON.parse((await ask('/notes/1')).text)).toMatchObject({
      status: 404,
      explanation: { outcome: 'denied' },
    });
    expect(info.mock.calls[0]![0]).toContain('GET /notes/:id was refused with 404');
  });

  it('stops a loader that takes too long with 503, and aborts its signal', async () => {
    let signal: AbortSignal | undefined;
    const { app, ask } = notesApp({ loaderTimeoutMs: 5 });
    const slow = authorize('read', (_c, options) => {
      ({ signal } = options);
      return new Promise((resolve) => setTimeout(resolve, 100));
    });
    app.get('/notes/:id', slow, (c) => c.json(note));
    expect([(await ask('/notes/1')).status, signal!.aborted]).toEqual([503, true]);
  });

  it('aborts the signal of a loader when the client closes the request', async () => {
    const { app, ask } = notesApp();
    const client = new AbortController();
    const waiting = authorize('read', (_c, { signal }) => {
      client.abort();
      return signal.aborted ? undefined : note;
    });
    app.get('/notes/:id', waiting, (c) => c.json(note));
    expect((await ask('/notes/1', 'ann', { signal: client.signal })).status).toBe(404);
  });

  it('responds with the statuses of a requirement', async () => {
    const { app, ask } = notesApp();
    app.get('/notes/:id', authorize('read', findNote, { missing: 410, refused: 403 }), (c) => c.json(note));
    expect([(await ask('/notes/2')).status, (await ask('/notes/1')).status]).toEqual([410, 403]);
  });

  it('masks fields with pick', async () => {
    const { app, ask } = notesApp();
    app.get('/notes/:id', read, async (c) => c.json(await c.var.authz.pick('read', note)));
    expect(await ask('/notes/1', 'ann')).toMatchObject({ status: 200, text: '{"owner":"ann"}' });
  });

  it('adds the challenges to a 401 of another error handler', async () => {
    const { app, ask } = notesApp({ actor: () => undefined, challenge: ['Bearer', 'Basic realm="notes"'] });
    app.get('/notes/:id', read, (c) => c.json(note));
    expect(await ask('/notes/1')).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer, Basic realm="notes"' },
    });
  });
});

// ── properties ──

const segment = fc.constantFrom('a', 'b', ':x', ':y', '*', ':x{[ab]}', ':x{[a-z]+}');
const last = fc.constantFrom('a', 'b', ':x', ':x?', '*', ':y{b|c}');
const patterns = fc
  .tuple(fc.array(segment, { maxLength: 2 }), last)
  .map(([segments, end]) => `/${[...segments, end].join('/')}`)
  // Hono refuses two parameters of one name, and an optional parameter needs another name.
  .filter((path) => new Set(path.match(/:\w/g)).size === (path.match(/:\w/g) ?? []).length);
const paths = fc
  .array(fc.constantFrom('a', 'b', 'c', 'zz', '1'), { maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`);

describe('paths', () => {
  it('compares as the routers of Hono match', () => {
    fc.assert(
      fc.property(
        patterns,
        patterns,
        fc.array(paths, { minLength: 5, maxLength: 20 }),
        fc.boolean(),
        (one, other, all, isTrie) => {
          const router = isTrie
            ? new TrieRouter<string>()
            : new SmartRouter<string>({ routers: [new RegExpRouter(), new TrieRouter()] });
          router.add('GET', one, 'one');
          router.add('GET', other, 'other');
          const claims = { covers: covers(one, other), overlap: overlap(one, other) };
          const wrong = all.filter((path) => {
            const found = router.match('GET', path)[0].map(([name]) => name);
            if (!found.includes('other')) return false;
            return found.includes('one') ? !claims.overlap : claims.covers;
          });
          expect({ ...claims, wrong }).toMatchObject({ wrong: [] });
        },
      ),
      { numRuns: randomCases(1000), seed: randomSeed(7) },
    );
  });
});

type Requirement = 'none' | 'read' | 'skip';
interface Tree {
  readonly requirement: Requirement;
  /** Whether the middleware is added after the routes, where it does not count. */
  readonly isLate: boolean;
  readonly hasErrorHandler: boolean;
  readonly routes: readonly Requirement[];
  readonly inner: readonly Tree[];
}

const requirement = fc.constantFrom<Requirement>('none', 'none', 'read', 'skip');
const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    requirement,
    isLate: fc.boolean(),
    hasErrorHandler: fc.boolean(),
    routes: fc.array(requirement, { maxLength: 3 }),
    inner: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('tree'), { minLength: 1, maxLength: 2 }),
    ),
  }),
}));

describe('random trees of applications', () => {
  const middleware = { none: [], read: [authorize('read', () => note)], skip: [skipAuthorization('random')] };

  /** Creates an application, and collects the requirements that apply to each of its routes, from the rule alone. */
  function create(
    tree: Tree,
    path: string,
    outer: readonly Requirement[],
    expected: Map<string, Requirement[]>,
  ): Hono {
    const app = new Hono();
    const status = (error: Error) => (error as { status?: 404 }).status ?? 500;
    if (tree.hasErrorHandler) app.onError((error, c) => c.text('', status(error)));
    if (!tree.isLate) for (const each of middleware[tree.requirement]) app.use(each);
    const inherited = tree.isLate ? outer : [...outer, tree.requirement];
    tree.routes.forEach((own, i) => {
      expected.set(`${path}/r${i}`, [...inherited, own]);
      app.get(`/r${i}`, ...(middleware[own] as []), (c) => c.text(secret));
    });
    tree.inner.forEach((inner, i) =>
      app.route(`/i${i}`, create(inner, `${path}/i${i}`, inherited, expected)),
    );
    if (tree.isLate) for (const each of middleware[tree.requirement]) app.use(each);
    return app;
  }

  it('answer with data only if all requirements of a route hold, and one exists', async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.boolean(), async (tree, isTrie) => {
        const expected = new Map<string, Requirement[]>();
        const inner = create(tree, '/in', [], expected);
        const app = new Hono({ router: isTrie ? new TrieRouter() : new RegExpRouter() });
        app.onError((error, c) => c.text('', (error as { status?: 404 }).status ?? 500));
        app.use(authorization(authorizer, { actor })).route('/in', inner);
        const ask = async (path: string, user: string) => {
          const response = await app.request(path, { headers: { 'x-user': user } });
          return (await response.text()) === secret ? response.status : `no data: ${response.status}`;
        };
        for (const [path, all] of expected) {
          const needsRead = all.includes('read');
          const isOpen = needsRead || all.includes('skip');
          const closed = 'no data: 500';
          expect({ path, all, answers: [await ask(path, 'ann'), await ask(path, 'bob')] }).toEqual({
            path,
            all,
            answers: isOpen ? [200, needsRead ? 'no data: 404' : 200] : [closed, closed],
          });
        }
        const listed = listRoutes(app).map((route) => [
          route.path,
          route.requirements.some(({ kind }) => kind !== 'request'),
        ]);
        expect(Object.fromEntries(listed)).toEqual(
          Object.fromEntries([...expected].map(([path, all]) => [path, all.some((each) => each !== 'none')])),
        );
      }),
      { numRuns: randomCases(60), seed: randomSeed(8) },
    );
  });
});
