import { Authorizer, isAuthorizationError, type Decision } from '@nanook/core';
import { isAuthorizationConfigError } from '@nanook/http';
import Router from '@koa/router';
import Koa3, { type Context, type Middleware } from 'koa';
import { IncomingMessage, createServer } from 'node:http';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

class User {
  constructor(readonly name: string) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: string,
    readonly isPublic: boolean,
  ) {}
}

const notes = [new Note(1, 'alice', false), new Note(2, 'bob', true), new Note(3, 'bob', false)];
const findNote = (ctx: { params: { id?: string } }): Promise<Note | undefined> =>
  Promise.resolve(notes.find(({ id }) => id === Number(ctx.params.id)));

const policy = `
  allow(_, "read", _: Note{isPublic: true});
  allow(user: User, action, note: Note) if action in ["read", "update"] and note.owner = user.name;
  allow(user: User, "create", Note) if user.name != "guest";
  allow(_: User, "break", note: Note) if note.nothing;
`;

const decisions: Decision[] = [];
const authorizer = await Authorizer.load({
  policies: policy,
  types: { User, Note },
  onDecision: (decision) => decisions.push(decision),
});
afterEach(() => decisions.splice(0));

const actor = ({ headers }: Context) => {
  const name = headers['x-user'];
  return typeof name === 'string' ? new User(name) : undefined;
};

describe.each(testedVersions(majors))('%s', (_major, Koa) => {
  /** The errors that reached the `error` event of the application. */
  const seen: unknown[] = [];
  afterEach(() => seen.splice(0));

  type Routes = (router: Router) => void;
  type Options = Parameters<typeof authorization>[1];

  const newApp = () => {
    const app = new Koa();
    app.on('error', (error: unknown) => seen.push(error));
    return app;
  };

  /** Creates an application with the routes, to whose errors Koa itself responds. */
  function bareApp(routes: Routes, options: Options = {}) {
    const router = new Router();
    routes(router);
    const app = newApp();
    return app
      .use(authorization(authorizer, { actor, ...options }))
      .use(authorize())
      .use(router.routes());
  }

  /** Creates an application with the routes, and authorizationErrors(). */
  function appOf(routes: Routes, errors: Parameters<typeof authorizationErrors>[0] = {}, options?: Options) {
    const app = newApp().use(authorizationErrors(errors));
    for (const each of bareApp(routes, options).middleware) app.use(each);
    return app;
  }

  const ask = (app: Pick<Koa3, 'callback'>) => {
    const answer = app.callback();
    return request(createServer((req, res) => void answer(req, res)));
  };
  const nothing: Middleware = () => {};

  describe('a route with a requirement', () => {
    const show = vi.fn<(ctx: Context) => void>((ctx) => {
      ctx.body = ctx.state.authz.resource;
    });
    afterEach(() => show.mockClear());
    const routes = (router: Router) => {
      const created = (ctx: Context) => {
        ctx.status = 201;
      };
      router.get('/notes/:id', authorize('read', findNote), show);
      router.put('/notes/:id', authorize('update', findNote), show);
      router.post('/notes', authorize('create', Note), created);
      router.post('/named', authorize('create', 'Note'), created);
      router.get('/broken/:id', authorize('break', findNote), show);
      router.get('/missing-type', authorize('create', 'Nothing'), show);
    };
    const apps = [
      ['Koa itself', bareApp(routes), 'text/plain; charset=utf-8'],
      ['authorizationErrors', appOf(routes), 'application/problem+json'],
    ] as const;

    it('sets the loaded and authorized resource', async () => {
      for (const [, app] of apps) {
        const { body, status } = await ask(app).get('/notes/1').set('x-user', 'alice');
        expect([status, body]).toEqual([200, { id: 1, owner: 'alice', isPublic: false }]);
      }
    });

    it('loads the resource once', async () => {
      const load = vi.fn<typeof findNote>(findNote);
      const app = bareApp((router) => router.get('/:id', authorize('read', load), show));
      await ask(app).get('/1').set('x-user', 'alice').expect(200);
      expect(load).toHaveBeenCalledTimes(1);
    });

    describe.each(apps)('with errors handled by %s', (_who, app, type) => {
      it.each([
        ['nobody', 'get', '/notes/2', undefined, 401],
        ['who may not see it', 'get', '/notes/1', 'bob', 404],
        ['who may see it, but not change it', 'put', '/notes/2', 'alice', 403],
        ['what does not exist', 'get', '/notes/99', 'alice', 404],
      ] as const)('does not run the handler for %s', async (_who, method, path, user, status) => {
        const requested = ask(app)[method](path);
        const response = await (user === undefined ? requested : requested.set('x-user', user));
        expect(response.status).toBe(status);
        expect(response.headers['content-type']).toBe(type);
        expect(show).not.toHaveBeenCalled();
        expect(seen.filter((error) => !isAuthorizationError(error))).toEqual([]);
      });

      it('responds in the same way to a hidden and a missing resource', async () => {
        const [hidden, missing] = await Promise.all(
          ['/notes/3', '/notes/99'].map((path) => ask(app).get(path).set('x-user', 'alice')),
        );
        expect(hidden!.text).toBe(missing!.text);
      });

      it('responds with a plain 500 to an error in the policy', async () => {
        for (const path of ['/broken/3', '/missing-type']) {
          const { status, text } = await ask(app).get(path).set('x-user', 'alice');
          expect(status).toBe(500);
          expect(text).toMatch(
            /^(Internal Server Error|\{"type":"about:blank","title":"Internal Server Error","status":500\})$/,
          );
        }
        expect(seen).toMatchObject([
          { code: expect.stringMatching(/^POLAR_UNDECIDED_/) },
          { code: 'POLAR_TYPE_UNKNOWN_TYPE' },
        ]);
        expect(show).not.toHaveBeenCalled();
      });
    });

    it('authorizes a class, or the name of a type, as the resource', async () => {
      for (const path of ['/notes', '/named']) {
        expect((await ask(apps[0][1]).post(path).set('x-user', 'alice')).status).toBe(201);
        expect((await ask(apps[0][1]).post(path).set('x-user', 'guest')).status).toBe(403);
      }
    });
  });

  it('works without a router', async () => {
    const app = newApp().use(authorization(authorizer, { actor })).use(authorize());
    app.use(authorize('read', () => notes[0])).use((ctx) => {
      ctx.body = ctx.state.authz.resource;
    });
    expect((await ask(app).get('/').set('x-user', 'alice')).body).toMatchObject({ id: 1 });
    expect((await ask(app).get('/').set('x-user', 'bob')).status).toBe(404);
  });

  it('uses ctx.state.user as the actor by default', async () => {
    const app = newApp();
    app.use((ctx, next) => {
      ctx.state.user = new User('alice');
      return next();
    });
    app.use(authorization(authorizer)).use(authorize('read', () => notes[0]));
    app.use((ctx) => {
      ctx.body = 'hers';
    });
    expect((await ask(app).get('/')).text).toBe('hers');
  });

  describe('errors', () => {
    const gone = Object.assign(new Error('the note is gone'), { status: 410 });

    it.each([
      [
        'throws',
        () => {
          throw gone;
        },
      ],
      ['rejects', () => Promise.reject(gone)],
      [
        'rejects late',
        async () => {
          await new Promise((later) => setTimeout(later, 5));
          throw gone;
        },
      ],
    ])('keep their status, and are passed on once, when the loader %s', async (_how, loader) => {
      const handler = vi.fn<() => void>();
      const app = appOf((router) => router.get('/', authorize('read', loader), handler));
      expect((await ask(app).get('/').set('x-user', 'alice')).status).toBe(410);
      expect(seen).toEqual([gone]);
      expect(handler).not.toHaveBeenCalled();
    });

    // Koa ignores a rejection with `undefined` or `null`, and would never respond.
    it.each([undefined, null, 0, '', 'route'])('replace a rejection with %j', async (reason) => {
      const handler = vi.fn<() => void>();
      const app = bareApp((router) => {
        // oxlint-disable-next-line prefer-promise-reject-errors -- as careless code does
        router.get(
          '/',
          authorize('read', () => Promise.reject(reason)),
          handler,
        );
      });
      const { status } = await ask(app).get('/').set('x-user', 'alice');
      expect([status, handler.mock.calls]).toEqual([500, []]);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_NO_ERROR' }]);
    });

    it('include those of the actor hook, which is called once', async () => {
      const app = bareApp(
        (router) =>
          router.get(
            '/',
            authorize('read', () => notes[0]),
            nothing,
          ),
        {
          actor: () => Promise.reject(gone),
        },
      );
      expect((await ask(app).get('/')).status).toBe(410);
      expect(seen).toEqual([gone]);
    });

    it('include those of a handler that do not concern authorization', async () => {
      const app = appOf((router) =>
        router.get('/', skipAuthorization('a test'), () => {
          throw gone;
        }),
      );
      expect((await ask(app).get('/')).status).toBe(410);
      expect(seen).toEqual([gone]);
    });

    it('reach middleware upstream unchanged', async () => {
      const caught: unknown[] = [];
      const app = newApp().use(async (ctx, next) => {
        await next().catch((error: { status: number; statusCode: number; expose: boolean }) => {
          caught.push([error.status, error.statusCode, error.expose]);
          ctx.status = error.status;
          ctx.body = { ours: true };
        });
      });
      for (const each of bareApp((router) => router.put('/:id', authorize('update', findNote), nothing))
        .middleware)
        app.use(each);
      const { status, body } = await ask(app).put('/2').set('x-user', 'alice');
      expect([status, body]).toEqual([403, { ours: true }]);
      expect(caught).toEqual([[403, 403, true]]);
    });

    it('have an HTML page for a browser', async () => {
      const app = appOf((router) =>
        router.get(
          '/',
          authorize('read', () => notes[0]),
          nothing,
        ),
      );
      const { text, headers, status } = await ask(app)
        .get('/')
        .set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
      expect(status).toBe(401);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['vary']).toBe('Accept');
      expect(text).toContain('<h1>Unauthorized</h1>');
    });

    it.each([
      [
        'Koa itself, with the option of authorization',
        'Bearer realm="notes"',
        (routes: Routes, challenge: string) => bareApp(routes, { challenge }),
      ],
      [
        'authorizationErrors, with the option of authorization',
        'Bearer',
        (routes: Routes, challenge: string) => appOf(routes, {}, { challenge }),
      ],
      ['authorizationErrors', 'Basic', (routes: Routes, challenge: string) => appOf(routes, { challenge })],
    ])('contain WWW-Authenticate for a 401 that %s handles', async (_who, challenge, app) => {
      const routes = (router: Router) => router.get('/:id', authorize('read', findNote), nothing);
      const withChallenge = app(routes, challenge);
      expect((await ask(withChallenge).get('/1')).headers['www-authenticate']).toBe(challenge);
      const hidden = await ask(withChallenge).get('/1').set('x-user', 'bob');
      expect(hidden.headers).not.toHaveProperty('www-authenticate');
    });

    it('contain all challenges of the option, or Bearer', async () => {
      const routes = (router: Router) => router.get('/:id', authorize('read', findNote), nothing);
      for (const app of [
        bareApp(routes, { challenge: ['Bearer', 'Basic'] }),
        appOf(routes, { challenge: ['Bearer', 'Basic'] }),
      ])
        expect((await ask(app).get('/1')).headers['www-authenticate']).toBe('Bearer, Basic');
      for (const app of [bareApp(routes), appOf(routes)])
        expect((await ask(app).get('/1')).headers['www-authenticate']).toBe('Bearer');
    });

    it('contain the detail and the instance of the application', async () => {
      const app = appOf((router) => router.put('/:id', authorize('update', findNote), nothing), {
        detail: () => 'Ask the owner.',
        instance: (ctx) => `/requests/${ctx.get('x-request')}`,
      });
      const { body } = await ask(app).put('/2').set('x-user', 'alice').set('x-request', '7');
      expect(body).toEqual({
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        detail: 'Ask the owner.',
        instance: '/requests/7',
      });
    });

    it('go to the option onError instead of the event when they are in the policy', async () => {
      const faults: unknown[] = [];
      const app = appOf((router) => router.get('/:id', authorize('break', findNote), nothing), {
        detail: () => 'never for an internal error',
        onError: (error, ctx) => faults.push([error, ctx.path]),
      });
      const { body } = await ask(app).get('/3').set('x-user', 'alice');
      expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
      expect(faults).toMatchObject([[{ code: expect.stringMatching(/^POLAR_/) }, '/3']]);
      expect(seen).toEqual([]);
    });

    it('contain no header or body that a handler prepared', async () => {
      const app = appOf((router) =>
        router.get('/:id', async (ctx) => {
          ctx.set({ 'content-disposition': 'attachment', etag: '"SECRET"' });
          ctx.type = 'text/csv';
          ctx.body = 'SECRET';
          ctx.respond = false;
          await ctx.state.authz.authorize('read', notes[2]);
        }),
      );
      const { status, headers, body } = await ask(app).get('/3').set('x-user', 'alice');
      expect([status, body]).toEqual([404, { type: 'about:blank', title: 'Not Found', status: 404 }]);
      expect(JSON.stringify(headers)).not.toMatch(/SECRET|attachment|csv/);
    });

    it('have a response when the handler has set ctx.respond to false', async () => {
      const app = appOf((router) =>
        router.get('/:id', authorize('read', findNote), async (ctx) => {
          ctx.respond = false;
          await ctx.state.authz.authorize('update', ctx.state.authz.resource);
        }),
      );
      expect((await ask(app).get('/2').set('x-user', 'alice')).body).toMatchObject({ status: 403 });
    });

    it('have a response when a handler throws undefined, to which Koa alone never responds', async () => {
      const app = bareApp((router) =>
        router.get('/', skipAuthorization('a test'), () => Promise.reject(undefined as unknown as Error)),
      );
      await request(app.callback()).get('/').timeout(3000).expect(500);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_NO_ERROR' }]);
    });

    it('reach Koa when the header was sent already', async () => {
      const app = appOf((router) =>
        router.get('/', skipAuthorization('a test'), async (ctx) => {
          ctx.respond = false;
          ctx.status = 200;
          ctx.res.write('half');
          try {
            await ctx.state.authz.authorize('read', notes[0]);
          } finally {
            setTimeout(() => ctx.res.destroy(), 5);
          }
        }),
      );
      await expect(ask(app).get('/').set('x-user', 'bob')).rejects.toThrow(/aborted|hang up/);
      expect(seen.filter(isAuthorizationError)).toHaveLength(1);
    });

    it('name the missing middleware of a requirement', async () => {
      for (const requirement of [authorize('read', findNote), authorize(), skipAuthorization('x')]) {
        const app = newApp().use(requirement);
        expect((await ask(app).get('/')).status).toBe(500);
      }
      expect(seen).toMatchObject(seen.map(() => ({ code: 'NANOOK_HTTP_NO_AUTHORIZATION' })));
      expect(seen).toHaveLength(3);
    });

    it('throw for an invalid requirement or option when it is created', () => {
      const untyped = authorize as (...args: unknown[]) => unknown;
      for (const requirement of [['read'], [undefined, findNote], ['', findNote], ['read', null]])
        expect(() => untyped(...requirement)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^NANOOK_HTTP_NO_(ACTION|SOURCE)$/) }),
        );
      expect(() => skipAuthorization('')).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_NO_REASON' }));
      const options = authorization as (...args: unknown[]) => unknown;
      for (const [given, option] of [
        [[{}], 'authorizer'],
        [[Promise.resolve(authorizer)], 'authorizer'],
        [[authorizer, { actor: 'alice' }], 'actor'],
        [[authorizer, { request: null }], 'request'],
      ] as const)
        expect(() => options(...given)).toThrow(
          expect.objectContaining({
            code: 'NANOOK_HTTP_INVALID_OPTION',
            data: expect.objectContaining({ option }),
          }),
        );
    });
  });

  describe('a check in a handler', () => {
    it('responds with the status of the refusal', async () => {
      const app = appOf((router) =>
        router.get('/:id', async (ctx) => {
          const { authz } = ctx.state;
          const note = await authz.authorize('read', findNote(ctx));
          ctx.body = { note, mayUpdate: await authz.can('update', note) };
        }),
      );
      const { body } = await ask(app).get('/2').set('x-user', 'alice');
      expect(body).toMatchObject({ note: { id: 2 }, mayUpdate: false });
      expect((await ask(app).get('/3').set('x-user', 'alice')).status).toBe(404);
    });
  });

  describe('allow_request', () => {
    const rules = `
      allow_request(_: User, _);
      allow_request(nil, request: Request) if request.method = "GET" and request.url = "/open";
      allow(_, "read", _: Note{isPublic: true});
    `;
    const open = skipAuthorization('open to all');
    const appWith = async (options: { anonymous?: null }) => {
      const guarded = await Authorizer.load({
        policies: rules,
        types: {
          User,
          Note,
          Request: { is: (value) => value instanceof IncomingMessage },
        },
      });
      const say = (text: string) => (ctx: Context) => {
        ctx.body = text;
      };
      const router = new Router();
      router.get('/open', open, say('open'));
      router.get('/undecided', say('let in, but nothing decided'));
      router.get('/:id', authorize('read', findNote), say('read'));
      const app = newApp().use(authorization(guarded, { actor, ...options }));
      return app.use(authorize()).use(router.routes());
    };

    it('admits or refuses a request before its route', async () => {
      const app = await appWith({ anonymous: null });
      expect((await ask(app).get('/open')).status).toBe(200);
      expect((await ask(app).get('/2')).status).toBe(401);
      expect((await ask(app).get('/2').set('x-user', 'alice')).status).toBe(200);
    });

    it('causes a 401 for an anonymous actor without the option anonymous', async () => {
      expect((await ask(await appWith({})).get('/2')).status).toBe(401);
    });

    it('receives the result of the option request', async () => {
      const guarded = await Authorizer.load({
        policies: 'allow_request(_, request) if request.path.startsWith("/open");',
      });
      const show = ({ path }: Context) => ({ path });
      const app = newApp()
        .use(authorization(guarded, { actor, request: show }))
        .use(authorize());
      app.use(
        skipAuthorization('a test', (ctx) => {
          ctx.body = 'in';
        }),
      );
      expect((await ask(app).get('/open/x').set('x-user', 'alice')).status).toBe(200);
      expect((await ask(app).get('/closed').set('x-user', 'alice')).status).toBe(403);
    });

    it('does not count as a decision for the response guard', async () => {
      const app = await appWith({});
      expect((await ask(app).get('/undecided').set('x-user', 'alice')).status).toBe(500);
      expect(isAuthorizationConfigError(seen[0])).toBe(true);
    });
  });

  it('checks the actor that replaces an anonymous one', async () => {
    const app = bareApp(
      (router) =>
        router.get('/:id', authorize('read', findNote), (ctx) => {
          ctx.body = 'public';
        }),
      { anonymous: null },
    );
    expect((await ask(app).get('/2')).text).toBe('public');
    expect((await ask(app).get('/1')).status).toBe(401);
  });

  it('keeps 500 concurrent requests of different users apart', async () => {
    const many = Array.from({ length: 500 }, (_, id) => new Note(id, `user${id % 7}`, false));
    const pause = () => new Promise((later) => setTimeout(later, Math.random() * 10));
    const router = new Router();
    router.get(
      '/:id',
      authorize<{ id: string }>('read', async (ctx) => {
        await pause();
        return many[Number(ctx.params.id)];
      }),
      async (ctx) => {
        await pause();
        const user = (await ctx.state.authz.actor()) as User;
        ctx.body = { actor: user.name, note: ctx.state.authz.resource };
      },
    );
    const app = newApp().use(authorizationErrors());
    app.use(
      authorization(authorizer, {
        actor: async (ctx) => {
          await pause();
          return actor(ctx);
        },
      }),
    );
    const server = app.use(authorize()).use(router.routes()).listen(0);
    const answers = await Promise.all(
      many.map(async (note, i) => {
        const user = `user${(i * 3) % 7}`;
        const { status, body } = await request(server).get(`/${note.id}`).set('x-user', user);
        return { status, body: body as unknown, user, note };
      }),
    );
    server.close();
    for (const { status, body, user, note } of answers) {
      const expected = user === note.owner ? { actor: user, note: { ...note } } : { title: 'Not Found' };
      expect({ status, body }).toMatchObject({ status: user === note.owner ? 200 : 404, body: expected });
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404]));
  });

  it('queries the policy once for the same check in a request', async () => {
    const requirement = authorize('read', () => notes[0]);
    const app = bareApp((router) =>
      router.get('/', requirement, requirement, async (ctx) => {
        ctx.body = { may: await ctx.state.authz.can('read', notes[0]) };
      }),
    );
    await ask(app).get('/').set('x-user', 'alice').expect(200, { may: true });
    expect(decisions).toHaveLength(1);
  });
});
