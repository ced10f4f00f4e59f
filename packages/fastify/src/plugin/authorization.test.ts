import { Authorizer } from '@nanook/core';
import Fastify, { type FastifyInstance } from 'fastify';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { randomCases, randomSeed } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, listRoutes, skipAuthorization } from '../index.js';
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

const read = authorize('read', findNote);

describe('the start of the application', () => {
  it('fails with a route without a requirement, and the error lists all of them', async () => {
    const { app } = await notesApp({});
    app.get('/notes/:id', { preHandler: read }, () => note);
    app.get('/forgotten', () => secret);
    app.register(
      async (inner) => void inner.route({ method: ['PUT', 'POST'], url: '/x', handler: () => '' }),
      {
        prefix: '/in',
      },
    );
    await expect(app.ready()).rejects.toMatchObject({
      code: 'NANOOK_HTTP_UNPROTECTED_ROUTE',
      message: expect.stringMatching(/GET +\/forgotten[^]*PUT +\/in\/x[^]*POST +\/in\/x/) as string,
    });
  });

  it('fails with a requirement in a hook that runs after the handler', async () => {
    const { app } = await notesApp({});
    app.get('/notes/:id', { preSerialization: read as never }, () => note);
    await expect(app.ready()).rejects.toMatchObject({ code: 'NANOOK_HTTP_UNPROTECTED_ROUTE' });
  });

  it('fails with a requirement that no rule can allow', async () => {
    const { app } = await notesApp({ protect: false });
    app.get('/notes/:id', { preHandler: authorize('raed' as 'read', 'Note') }, () => note);
    await expect(app.ready()).rejects.toMatchObject({ code: 'NANOOK_HTTP_UNGRANTABLE' });
  });

  it('fails with routes that were added before the plugin', async () => {
    const app = Fastify();
    app.register(authorization(authorizer));
    app.get('/notes/:id', { preHandler: read }, () => note); // without await, before the plugin is loaded
    await expect(app.ready()).rejects.toMatchObject({
      code: 'NANOOK_HTTP_UNSEEN_APP',
      message: expect.stringContaining('await app.register') as string,
    });
  });

  it('fails with a skip for the whole application', async () => {
    const { app } = await notesApp({ protect: false });
    app.addHook('preHandler', skipAuthorization('everything'));
    await expect(app.ready()).rejects.toMatchObject({
      code: 'NANOOK_HTTP_SKIPPED_APPLICATION',
      message: expect.stringContaining(
        "part.addHook('preHandler', skipAuthorization('everything'))",
      ) as string,
    });
  });

  it('names a forgotten GET route once, and a HEAD route that differs from its GET route', async () => {
    const { app } = await notesApp({});
    const show = () => note;
    app.get('/forgotten', () => secret);
    app.get('/notes/:id', { preHandler: read, exposeHeadRoute: false }, show);
    app.head('/notes/:id', show);
    const error = await app.ready().then(
      () => new Error('started'),
      (reason: Error) => reason,
    );
    expect(error.message.match(/^ {2}\S+ +\S+ +– no requirement –/gm)).toEqual([
      '  GET   /forgotten  – no requirement –',
      '  HEAD  /notes/:id  – no requirement –',
    ]);
  });

  it('fails with a function that returns a hook in the place of a hook', async () => {
    const { app } = await notesApp({});
    app.get('/notes/:id', { preHandler: authorize as never }, () => note);
    await expect(app.ready()).rejects.toMatchObject({ code: 'NANOOK_HTTP_UNCALLED' });
  });

  it('fails with a second plugin in the same application', async () => {
    const { app } = await notesApp({});
    await expect(app.register(authorization(authorizer))).rejects.toMatchObject({
      code: 'NANOOK_HTTP_INVALID_OPTION',
    });
  });

  it('fails with a second plugin in an inner plugin, whose authorizer would not decide', async () => {
    const { app } = await notesApp({});
    app.register(async (inner) => {
      await inner.register(authorization(authorizer));
    });
    await expect(app.ready()).rejects.toMatchObject({
      code: 'NANOOK_HTTP_INVALID_OPTION',
      message: expect.stringContaining('register it once') as string,
    });
  });

  it('starts with two plugins side by side, each with its own authorizer', async () => {
    const app = Fastify();
    for (const user of ['ann', 'bob'])
      app.register(
        async (inner) => {
          await inner.register(authorization(authorizer, { actor: () => user }));
          inner.get('/notes/:id', { preHandler: read }, () => 'note');
        },
        { prefix: `/${user}` },
      );
    const statusOf = async (path: string) => (await app.inject(path)).statusCode;
    expect([await statusOf('/ann/notes/1'), await statusOf('/bob/notes/1')]).toEqual([200, 404]);
    expect(listRoutes(app)).toHaveLength(2);
  });
});

describe('authorization', () => {
  it.each([
    [{ protect: 'yes' as never }, 'NANOOK_HTTP_INVALID_OPTION'],
    [{ user: () => 1 } as never, 'NANOOK_HTTP_UNKNOWN_OPTION'],
    [{ actor: 1 as never }, 'NANOOK_HTTP_INVALID_OPTION'],
  ])('refuses wrong options: %j', (options, code) => {
    expect(() => authorization(authorizer, options)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('throws when it is registered without a call', () => {
    expect(() => authorization(Fastify() as never, {})).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_INVALID_OPTION' }) as Error,
    );
  });

  it('has request.user as its default actor', async () => {
    const app = Fastify();
    await app.register(authorization(authorizer));
    app.addHook('onRequest', async (request) => void Object.assign(request, { user: 'ann' }));
    app.get('/notes/:id', { preHandler: read }, (request) => request.authz.resource);
    expect((await app.inject('/notes/1')).json()).toEqual({ owner: 'ann', text: secret });
  });

  it('protects only the plugin that registers it, and the plugins in it', async () => {
    const app = Fastify();
    await app.register(async (api) => {
      await api.register(authorization(authorizer, { actor, protect: false }));
      api.register(async (inner) => void inner.get('/inner', () => secret));
    });
    await app.register(async (pages) => void pages.get('/page', (request) => String('authz' in request)));
    await app.ready();
    expect((await app.inject('/page')).payload).toBe('false');
    expect((await app.inject('/inner')).statusCode).toBe(500);
    expect(listRoutes(app)).toMatchObject([{ path: '/inner' }]);
  });

  it('reports the refusal of an outer plugin that is not protected', async () => {
    const app = Fastify();
    app.get('/notes/:id', { preHandler: read }, () => note);
    const { statusCode, payload } = await app.inject('/notes/1');
    expect([statusCode, payload.includes(secret)]).toEqual([500, false]);
  });

  it('checks allow_request before each handler, and not where authorization is skipped', async () => {
    const gated = await Authorizer.load({ policies: `${policies} allow_request("ann", _);`, types });
    const app = Fastify();
    await app.register(authorization(gated, { actor, request: ({ method }) => ({ method }) }));
    app.get('/notes/:id', { preHandler: read }, () => 'note');
    app.get('/health', { preHandler: skipAuthorization('probe') }, () => 'up');
    const statusOf = async (url: string, user: string) =>
      (await app.inject({ url, headers: { 'x-user': user } })).statusCode;
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
    const { app, ask } = await notesApp({});
    app.get('/notes/:id', { preHandler: read }, () => note);
    expect(JSON.parse((await ask('/notes/1')).text)).toMatchObject({
      status: 404,
      explanation: { outcome: 'denied' },
    });
    expect(info.mock.calls[0]![0]).toContain('GET /notes/:id was refused with 404');
  });

  it('leaves the error handler of the application, if that is set before', async () => {
    const app = Fastify();
    app.setErrorHandler(authorizationErrors({ detail: () => 'ask the owner' }));
    await app.register(authorization(authorizer, { actor }));
    app.get('/notes/:id', { preHandler: read }, () => note);
    const { headers, payload } = await app.inject('/notes/1');
    expect(headers).toMatchObject({
      'www-authenticate': 'Bearer',
      'content-type': 'application/problem+json',
    });
    expect(JSON.parse(payload)).toMatchObject({ status: 401, detail: 'ask the owner' });
  });

  it('stops a loader that takes too long with 503, and aborts its signal', async () => {
    let signal: AbortSignal | undefined;
    const { app, ask } = await notesApp({ loaderTimeoutMs: 5 });
    const slow = authorize('read', (_request, options) => {
      ({ signal } = options);
      return new Promise((resolve) => setTimeout(resolve, 100));
    });
    app.get('/notes/:id', { preHandler: slow }, () => note);
    expect([(await ask('/notes/1')).status, signal!.aborted]).toEqual([503, true]);
  });

  it('responds with the statuses of a requirement', async () => {
    const { app, ask } = await notesApp({});
    const gone = authorize('read', findNote, { missing: 410, refused: 403 });
    app.get('/notes/:id', { preHandler: gone }, () => note);
    expect([(await ask('/notes/2')).status, (await ask('/notes/1')).status]).toEqual([410, 403]);
  });

  it('masks fields with pick', async () => {
    const { app, ask } = await notesApp({});
    app.get('/notes/:id', { preHandler: read }, (request) => request.authz.pick('read', note));
    expect(await ask('/notes/1', 'ann')).toEqual({ status: 200, text: '{"owner":"ann"}' });
  });
});

describe('listRoutes', () => {
  it('lists the routes with the requirements of their plugins, in the order in which they run', async () => {
    const { app } = await notesApp({});
    app.register(
      async (inner) => {
        inner.get('/:id', { preHandler: [read] }, function show() {
          return note;
        });
        inner.all('/', function all() {
          return '';
        });
        inner.addHook('onRequest', authorize('create', 'Note')); // a later hook counts, too
      },
      { prefix: '/notes' },
    );
    await app.ready();
    const listed = listRoutes(app);
    const request = { kind: 'request' };
    const create = { kind: 'authorize', action: 'create', resource: 'Note' };
    const show = { kind: 'authorize', action: 'read', resource: 'findNote()' };
    expect(listed).toMatchObject([
      { method: 'GET', path: '/notes/:id', handler: 'show', requirements: [create, request, show] },
      { method: 'ALL', path: '/notes/', handler: 'all', requirements: [create, request] },
    ]);
    expect(listed[0]!.location).toMatch(/authorization\.test\.ts:\d+$/);
  });

  it('fails without the plugin', () => {
    expect(() => listRoutes(Fastify())).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_NO_AUTHORIZATION' }) as Error,
    );
  });
});

// ── a property: random trees of plugins ──

type Requirement = 'none' | 'read' | 'skip';
interface Plugin {
  readonly requirement: Requirement;
  /** Whether the hook is added after the routes and the plugins. */
  readonly isLate: boolean;
  readonly routes: readonly Requirement[];
  readonly plugins: readonly Plugin[];
}

const requirement = fc.constantFrom<Requirement>('none', 'none', 'read', 'skip');
const { plugin: trees } = fc.letrec<{ plugin: Plugin }>((tie) => ({
  plugin: fc.record({
    requirement,
    isLate: fc.boolean(),
    routes: fc.array(requirement, { maxLength: 3 }),
    plugins: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant([]),
      fc.array(tie('plugin'), { minLength: 1, maxLength: 2 }),
    ),
  }),
}));

describe('random trees of plugins', () => {
  const hookOf = { none: [], read: [authorize('read', () => note)], skip: [skipAuthorization('random')] };

  /** Adds a plugin, and collects the requirements that apply to each of its routes, from the rule alone. */
  function add(
    app: FastifyInstance,
    tree: Plugin,
    outer: readonly Requirement[],
    expected: Map<string, Requirement[]>,
  ) {
    const inherited = [...outer, tree.requirement];
    const hooks = (instance: FastifyInstance) =>
      hookOf[tree.requirement].forEach((hook) => instance.addHook('preHandler', hook));
    app.register(async (instance) => {
      if (!tree.isLate) hooks(instance);
      for (const own of tree.routes) {
        const path = `/r${expected.size}`;
        expected.set(path, [...inherited, own]);
        instance.get(path, { preHandler: hookOf[own] }, () => secret);
      }
      for (const inner of tree.plugins) add(instance, inner, inherited, expected);
      if (tree.isLate) hooks(instance);
    });
  }

  it('answer with data only if all requirements of a route hold, and one exists', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const { app, ask } = await notesApp({ protect: false });
        const expected = new Map<string, Requirement[]>();
        add(app, tree, [], expected);
        await app.ready();
        for (const [path, all] of expected) {
          const needsRead = all.includes('read');
          const isOpen = needsRead || all.includes('skip');
          const statuses = [(await ask(path, 'ann')).status, (await ask(path, 'bob')).status];
          expect({ path, all, statuses }).toEqual({
            path,
            all,
            statuses: isOpen ? [200, needsRead ? 404 : 200] : [500, 500],
          });
        }
        await app.close();
      }),
      { numRuns: randomCases(200), seed: randomSeed(5) },
    );
  });

  it('start only if each route has a requirement', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const { app } = await notesApp({});
        const expected = new Map<string, Requirement[]>();
        add(app, tree, [], expected);
        const started = await app.ready().then(
          () => true,
          () => false,
        );
        expect(started).toBe([...expected.values()].every((all) => all.some((each) => each !== 'none')));
        await app.close();
      }),
      { numRuns: randomCases(200), seed: randomSeed(6) },
    );
  });
});
