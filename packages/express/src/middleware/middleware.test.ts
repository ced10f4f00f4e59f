import { Authorizer, isAuthorizationError, type Decision } from '@nanook/core';
import { isAuthorizationConfigError } from '@nanook/http';
import express5, { type Application, type ErrorRequestHandler, type Request, type Response } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

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
const findNote = (req: { params: { id?: string | string[] } }): Promise<Note | undefined> =>
  Promise.resolve(notes.find(({ id }) => id === Number(req.params.id)));

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

const actor = ({ headers }: Request) => {
  const name = headers['x-user'];
  return typeof name === 'string' ? new User(name) : undefined;
};

describe.each(testedVersions(majors))('%s', (_major, express) => {
  /** The errors that reached the error handler of the application. */
  const seen: unknown[] = [];
  afterEach(() => seen.splice(0));

  const lastResort: ErrorRequestHandler = (error, _req, res, next) => {
    seen.push(error);
    if (res.headersSent) next(error);
    else res.status((error as { status?: number }).status ?? 500).json({ error: 'from the application' });
  };

  /** Creates an application with the routes, between the middleware and the error handlers. */
  function appOf(
    routes: (app: Application) => void,
    options: Parameters<typeof authorizationErrors>[0] = {},
  ) {
    const app = express();
    app.use(authorization(authorizer, { actor }));
    app.use(authorize());
    routes(app);
    const onError = (error: unknown) => seen.push(error);
    app.use(authorizationErrors({ onError, ...options }));
    app.use(lastResort);
    return app;
  }

  describe('a route with a requirement', () => {
    const show = vi.fn<(req: Request, res: Response) => void>(
      (req, res) => void res.json(req.authz.resource),
    );
    afterEach(() => show.mockClear());
    const app = appOf((routes) => {
      routes.get('/notes/:id', authorize('read', findNote), show);
      routes.put('/notes/:id', authorize('update', findNote), show);
      routes.post('/notes', authorize('create', Note), (_req, res) => void res.status(201).end());
      routes.post('/named', authorize('create', 'Note'), (_req, res) => void res.status(201).end());
      routes.get('/broken/:id', authorize('break', findNote), show);
      routes.get('/missing-type', authorize('create', 'Nothing'), show);
    });

    it('sets the loaded and authorized resource', async () => {
      const { body, status } = await request(app).get('/notes/1').set('x-user', 'alice');
      expect([status, body]).toEqual([200, { id: 1, owner: 'alice', isPublic: false }]);
    });

    it.each([
      ['nobody', 'get', '/notes/2', undefined, 401],
      ['who may not see it', 'get', '/notes/1', 'bob', 404],
      ['who may see it, but not change it', 'put', '/notes/2', 'alice', 403],
      ['what does not exist', 'get', '/notes/99', 'alice', 404],
    ] as const)('does not run the handler for %s', async (_who, method, path, user, status) => {
      const requested = request(app)[method](path);
      const response = await (user === undefined ? requested : requested.set('x-user', user));
      expect(response.status).toBe(status);
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(show).not.toHaveBeenCalled();
      expect(seen).toEqual([]);
    });

    it('responds in the same way to a hidden and a missing resource', async () => {
      const [hidden, missing] = await Promise.all(
        ['/notes/3', '/notes/99'].map((path) => request(app).get(path).set('x-user', 'alice')),
      );
      expect(hidden!.text).toBe(missing!.text);
    });

    it('authorizes a class, or the name of a type, as the resource', async () => {
      for (const path of ['/notes', '/named']) {
        expect((await request(app).post(path).set('x-user', 'alice')).status).toBe(201);
        expect((await request(app).post(path).set('x-user', 'guest')).status).toBe(403);
      }
    });

    it('responds with a plain 500 to an error in the policy', async () => {
      for (const path of ['/broken/3', '/missing-type']) {
        const { status, body } = await request(app).get(path).set('x-user', 'alice');
        expect(status).toBe(500);
        expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
      }
      expect(seen).toMatchObject([
        { code: expect.stringMatching(/^POLAR_UNDECIDED_/) },
        { code: 'POLAR_TYPE_UNKNOWN_TYPE' },
      ]);
      expect(show).not.toHaveBeenCalled();
    });
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
      const app = appOf((routes) => routes.get('/', authorize('read', loader), handler));
      expect((await request(app).get('/').set('x-user', 'alice')).status).toBe(410);
      expect(seen).toEqual([gone]);
      expect(handler).not.toHaveBeenCalled();
    });

    // `next(undefined)` would run the handler, and `next('route')` the next one.
    it.each([undefined, null, 0, '', 'route', 'router'])('replace a rejection with %j', async (reason) => {
      const handler = vi.fn<(req: Request, res: Response) => void>((_req, res) => void res.end('in!'));
      const app = appOf((routes) => {
        // oxlint-disable-next-line prefer-promise-reject-errors -- as careless code does
        routes.get(
          '/',
          authorize('read', () => Promise.reject(reason)),
          handler,
        );
        routes.get('/', skipAuthorization('the next route'), handler);
      });
      const { status } = await request(app).get('/').set('x-user', 'alice');
      expect([status, handler.mock.calls]).toEqual([500, []]);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_NO_ERROR' }]);
    });

    it('include those of the actor hook, which is called once', async () => {
      const app = express();
      app.use(authorization(authorizer, { actor: () => Promise.reject(gone) }));
      app.get(
        '/',
        authorize('read', () => notes[0]),
        (_req, res) => void res.end(),
      );
      app.use(authorizationErrors(), lastResort);
      expect((await request(app).get('/')).status).toBe(410);
      expect(seen).toEqual([gone]);
    });

    it('include those of a handler that do not concern authorization', async () => {
      const app = appOf((routes) =>
        routes.get('/', skipAuthorization('a test'), () => {
          throw gone;
        }),
      );
      expect((await request(app).get('/')).status).toBe(410);
    });

    it('have an HTML page for a browser', async () => {
      const app = appOf((routes) =>
        routes.get(
          '/',
          authorize('read', () => notes[0]),
          (_req, res) => void res.end(),
        ),
      );
      const { text, headers, status } = await request(app)
        .get('/')
        .set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8');
      expect(status).toBe(401);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['vary']).toBe('Accept');
      expect(text).toContain('<h1>Unauthorized</h1>');
    });

    it('contain WWW-Authenticate for a 401', async () => {
      const routes = (app: Application) => {
        app.get('/:id', authorize('read', findNote), (_req, res) => void res.end());
      };
      expect((await request(appOf(routes)).get('/1')).headers['www-authenticate']).toBe('Bearer');
      const app = appOf(routes, { challenge: 'Bearer realm="notes"' });
      expect((await request(app).get('/1')).headers['www-authenticate']).toBe('Bearer realm="notes"');
      const hidden = await request(app).get('/1').set('x-user', 'bob');
      expect(hidden.headers).not.toHaveProperty('www-authenticate');
    });

    it('contain the detail and the instance of the application', async () => {
      const app = appOf(
        (routes) => routes.put('/:id', authorize('update', findNote), (_req, res) => void res.end()),
        {
          detail: () => 'Ask the owner.',
          instance: (req) => `/requests/${String(req.headers['x-request'])}`,
        },
      );
      const { body } = await request(app).put('/2').set('x-user', 'alice').set('x-request', '7');
      expect(body).toEqual({
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        detail: 'Ask the owner.',
        instance: '/requests/7',
      });
    });

    it('go to the next error handler when the header was sent already', async () => {
      const app = appOf((routes) =>
        routes.get('/', skipAuthorization('a test'), (req, res, next) => {
          res.write('half');
          req.authz.authorize('read', notes[0]).then(
            () => res.end(),
            (error: unknown) => next(error),
          );
        }),
      );
      await expect(request(app).get('/').set('x-user', 'bob')).rejects.toThrow(/aborted|hang up/);
      expect(seen).toHaveLength(1);
      expect(isAuthorizationError(seen[0])).toBe(true);
    });

    it('name the missing middleware of a requirement', async () => {
      const app = express();
      app.get('/', authorize('read', findNote), (_req, res) => void res.end());
      app.use(lastResort);
      expect((await request(app).get('/')).status).toBe(500);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_NO_AUTHORIZATION' }]);
    });

    it('throw for an invalid requirement when it is created', () => {
      const untyped = authorize as (...args: unknown[]) => unknown;
      for (const requirement of [['read'], [undefined, findNote], ['', findNote], ['read', null]])
        expect(() => untyped(...requirement)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^NANOOK_HTTP_NO_(ACTION|SOURCE)$/) }),
        );
      expect(() => skipAuthorization('')).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_NO_REASON' }));
    });
  });

  describe('a check in a handler', () => {
    it('responds with the status of the refusal', async () => {
      const app = appOf((routes) =>
        routes.get('/:id', (req, res, next) => {
          // Express 4 ignores the rejection of an async handler.
          const answer = async () => {
            const note = await req.authz.authorize('read', findNote(req));
            res.json({ note, mayUpdate: await req.authz.can('update', note) });
          };
          answer().catch(next);
        }),
      );
      const { body } = await request(app).get('/2').set('x-user', 'alice');
      expect(body).toMatchObject({ note: { id: 2 }, mayUpdate: false });
      expect((await request(app).get('/3').set('x-user', 'alice')).status).toBe(404);
    });
  });

  describe('allow_request', () => {
    const rules = `
      allow_request(_: User, _);
      allow_request(nil, request: Request) if request.method = "GET" and request.originalUrl = "/open";
      allow(_, "read", _: Note{isPublic: true});
    `;
    const appWith = async (options: { anonymous?: null }) => {
      const guarded = await Authorizer.load({
        policies: rules,
        types: {
          User,
          Note,
          Request: { is: (value) => (value as Request | null)?.originalUrl !== undefined },
        },
      });
      const app = express();
      app.use(authorization(guarded, { actor, ...options }), authorize());
      app.get('/open', skipAuthorization('open to all'), (_req, res) => void res.end('open'));
      app.get('/undecided', (_req, res) => void res.end('let in, but nothing decided'));
      app.get('/:id', authorize('read', findNote), (_req, res) => void res.end('read'));
      app.use(authorizationErrors({ onError: (error) => seen.push(error) }));
      return app;
    };

    it('admits or refuses a request before its route', async () => {
      const app = await appWith({ anonymous: null });
      expect((await request(app).get('/open')).status).toBe(200);
      expect((await request(app).get('/2')).status).toBe(401);
      expect((await request(app).get('/2').set('x-user', 'alice')).status).toBe(200);
    });

    it('causes a 401 for an anonymous actor without the option anonymous', async () => {
      expect((await request(await appWith({})).get('/2')).status).toBe(401);
    });

    it('receives the result of the option request', async () => {
      const guarded = await Authorizer.load({
        policies: 'allow_request(_, request) if request.path.startsWith("/open");',
      });
      const app = express();
      const show = (req: Request) => ({ path: req.baseUrl + req.path });
      app.use(authorization(guarded, { actor, request: show }), authorize());
      app.use(skipAuthorization('a test', (_req, res) => void res.end()));
      app.use(authorizationErrors());
      expect((await request(app).get('/open/x').set('x-user', 'alice')).status).toBe(200);
      expect((await request(app).get('/closed').set('x-user', 'alice')).status).toBe(403);
    });

    it('does not count as a decision for the response guard', async () => {
      const app = await appWith({});
      expect((await request(app).get('/undecided').set('x-user', 'alice')).status).toBe(500);
      expect(isAuthorizationConfigError(seen[0])).toBe(true);
    });
  });

  it('works in nested routers and applications', async () => {
    const app = appOf((routes) => {
      const inner = express.Router();
      inner.get('/:id', authorize('read', findNote), (req, res) => void res.json(req.authz.resource));
      const outer = express.Router();
      outer.use('/notes', inner);
      const sub = express();
      sub.use(outer);
      routes.use('/api', outer);
      routes.use('/sub', sub);
    });
    for (const path of ['/api/notes/1', '/sub/notes/1']) {
      expect((await request(app).get(path).set('x-user', 'alice')).body).toMatchObject({ id: 1 });
      expect((await request(app).get(path).set('x-user', 'bob')).status).toBe(404);
    }
  });

  it('keeps 500 concurrent requests of different users apart', async () => {
    const many = Array.from({ length: 500 }, (_, id) => new Note(id, `user${id % 7}`, false));
    const pause = () => new Promise((later) => setTimeout(later, Math.random() * 10));
    const app = express();
    app.use(
      authorization(authorizer, {
        actor: async (req) => {
          await pause();
          return actor(req);
        },
      }),
      authorize(),
    );
    const load = async (req: Request<{ id: string }>) => {
      await pause();
      return many[Number(req.params.id)];
    };
    app.get('/:id', authorize<{ id: string }>('read', load), (req, res, next) => {
      pause()
        .then(() => req.authz.actor())
        .then((user) => res.json({ actor: (user as User).name, note: req.authz.resource }))
        .catch(next);
    });
    app.use(authorizationErrors());
    const server = app.listen(0);
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
    const app = appOf((routes) =>
      routes.get(
        '/',
        authorize('read', () => notes[0]),
        authorize('read', () => notes[0]),
        (req, res, next) => {
          req.authz.can('read', notes[0]).then((may) => res.json({ may }), next);
        },
      ),
    );
    await request(app).get('/').set('x-user', 'alice').expect(200, { may: true });
    expect(decisions).toHaveLength(1);
  });
});

it('passes the rejection of an async handler to next once in Express 5', async () => {
  const seen: unknown[] = [];
  const app = express5();
  app.use(authorization(authorizer, { actor }));
  app.get('/:id', async (req, res) => void res.json(await req.authz.authorize('read', findNote(req))));
  const errors: ErrorRequestHandler = (error, _req, res, _next) => {
    seen.push(error);
    res.sendStatus((error as { status: number }).status);
  };
  app.use(errors);
  expect((await request(app).get('/3').set('x-user', 'alice')).status).toBe(404);
  expect(seen).toHaveLength(1);
});
