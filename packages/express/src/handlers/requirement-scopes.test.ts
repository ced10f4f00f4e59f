import { Authorizer } from '@nanook/core';
import express5, {
  type Application,
  type ErrorRequestHandler,
  type RequestHandler,
  type Router,
} from 'express';
import express4 from 'express4';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import request from 'supertest';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { loadCopy } from '../../../../tools/package-copy.js';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing');
const skip = skipAuthorization('public pages');
const answer =
  (text: string): RequestHandler =>
  (_req, res) =>
    void res.end(text);
const goOn: RequestHandler = (_req, _res, next) => next();
const remove: RequestHandler = (_req, res) => void res.end('deleted');

const folder = mkdtempSync(join(tmpdir(), 'nanook-static-'));
writeFileSync(join(folder, 'logo.txt'), 'a logo');
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns a function that calls others from a timer that was started before any request. */
function losingContext() {
  const waiting: (() => void)[] = [];
  const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
  return { wait: (work: () => void): void => void waiting.push(work), stop: () => clearInterval(timer) };
}

const copyOf = (major: string) =>
  loadCopy(major === 'Express 4' ? 'express4' : 'express', import.meta.url) as typeof express5;

describe.each(testedVersions(majors))('a requirement in %s', (major, express) => {
  const faults: { readonly code: string; readonly message: string }[] = [];
  afterEach(() => faults.splice(0));

  const appOf = (routes: (app: Application) => void, isProtecting = true, app = express()) => {
    if (isProtecting) protect(app);
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    routes(app);
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
    return app;
  };
  const ask = async (app: Application, path: string, method: 'get' | 'delete' = 'get') => {
    const { status, text } = await request(app)[method](path);
    return status === 200 ? text : status;
  };

  const openers: [string, (app: Application) => void][] = [
    ['a router with a skip, mounted at /', (app) => app.use(express.Router().use(skip).get('/about', goOn))],
    ['a router with an authorization', (app) => app.use(express.Router().use(read))],
    ['an application with a skip', (app) => app.use(express().use(skip))],
    ['an application in a router', (app) => app.use(express.Router().use(express().use(skip)))],
    ['static files', (app) => app.use(skipAuthorization('assets', express.static(folder)))],
    ['a catch-all route that skips', (app) => app.all(/.*/, skip)],
    ['a catch-all route that skips and calls next', (app) => app.all(/.*/, skip, goOn)],
    [
      "a protected route that calls next('route')",
      (app) => app.delete('/users/:id', read, ((_req, _res, next) => next('route')) as RequestHandler),
    ],
    [
      "a router that calls next('router')",
      (app) => app.use(express.Router().use(skip, ((_req, _res, next) => next('router')) as RequestHandler)),
    ],
    [
      'a router called by a function',
      (app) => {
        const router = express.Router().use(skip);
        app.use((req, res, next) => void router(req, res, next));
      },
    ],
    ['a router within a router', (app) => app.use(express.Router().use(express.Router().use(skip)))],
    ['a skip below another path', (app) => app.use('/users/7', skip)],
    ['a skip in the middleware of a route', (app) => app.route('/users/:id').delete(skip)],
    [
      'a skip by a handler of the application',
      (app) => app.use((req, _res, next) => (req.authz.skip('x'), next())),
    ],
    [
      'a decision by a handler that has gone on',
      (app) =>
        app.use((req, _res, next) => {
          next();
          req.authz.skip('too late');
        }),
    ],
    [
      'a skipped route that passes the request to the application again',
      (app) =>
        app
          .delete('/users/:id', skip, (req, res) => {
            req.url = '/users/2/remove';
            (app as unknown as { handle(...args: unknown[]): void }).handle(req, res);
          })
          .delete('/users/:id/remove', remove),
    ],
    [
      'a skip for another address',
      (app) => {
        app.use('/public', skip, (req, _res, next) => {
          req.url = '/users/1';
          next();
        });
        app.use((req, _res, next) => {
          if (req.url.startsWith('/public')) req.url = '/users/1';
          next();
        });
      },
    ],
  ];
  describe.each([
    ['protect', true],
    ['the response guard alone', false],
  ])('under %s', (_name, isProtecting) => {
    it.each(openers)('does not open a later route: %s', async (_opener, open) => {
      const app = appOf((routes) => {
        open(routes);
        routes.delete('/users/:id', remove);
      }, isProtecting);
      expect(await ask(app, '/users/1', 'delete')).toBe(500);
      expect(faults).toMatchObject([
        { code: isProtecting ? 'NANOOK_HTTP_UNPROTECTED_ROUTE' : 'NANOOK_HTTP_UNDECIDED_ROUTE' },
      ]);
      expect(await ask(app, '/public/1', 'delete')).not.toBe('deleted');
    });

    it.each<[string, (app: Application, router: Router) => void]>([
      ['the application', (app) => app.use(read)],
      ['the application, below a path', (app) => app.use('/a/:id', skip)],
      ['the router', (_app, router) => router.use(skip)],
      ['the router, below a path', (_app, router) => router.use('/in', read)],
      ['a wrapper in the router', (_app, router) => router.use((req, res, next) => read(req, res, next))],
      [
        'a decision of a handler',
        (_app, router) =>
          router.use((req, _res, next) => void req.authz.authorize('read', 'thing').then(() => next(), next)),
      ],
      [
        'a skip of a handler',
        (_app, router) => router.use((req, _res, next) => (req.authz.skip('x'), next())),
      ],
    ])('counts for the routes of its router: %s', async (_where, require) => {
      const app = appOf((routes) => {
        const router = express.Router({ mergeParams: true });
        require(routes, router);
        router.get('/in', answer('in'));
        routes.use('/a/:id', router);
      }, isProtecting);
      expect(await ask(app, '/a/7/in')).toBe('in');
    });

    it('counts for a handler whose parameters were authorized', async () => {
      const app = appOf((routes) => {
        const router = express.Router();
        router.param(
          'id',
          (req, _res, next) => void req.authz.authorize('read', 'thing').then(() => next(), next),
        );
        router.get('/:id', answer('shown'));
        router.get('/:id/parts', answer('parts'));
        routes.use('/things', router);
        routes.get('/things/:id/others', answer('others'));
        (routes as unknown as Router).param('note', (req, _res, next) => {
          void req.authz.authorize('read', 'thing').then(() => next(), next);
        });
        routes.get('/notes/:note', answer('a note'));
      }, isProtecting);
      expect(await ask(app, '/notes/7')).toBe('a note');
      expect(await ask(app, '/things/7')).toBe('shown');
      expect(await ask(app, '/things/7/parts')).toBe('parts');
      expect(await ask(app, '/things/7/others')).toBe(500);
    });

    it('counts for each place of a router that is mounted twice', async () => {
      const app = appOf((routes) => {
        const router = express.Router().get('/in', answer('in'));
        routes.use('/open', skip, router);
        routes.use('/closed', router);
      }, isProtecting);
      expect([await ask(app, '/open/in'), await ask(app, '/closed/in')]).toEqual(['in', 500]);
    });

    it('skips authorization only for responses of the static files that it wraps', async () => {
      const app = appOf((routes) => {
        routes.use(skipAuthorization('assets', express.static(folder)));
        routes.get('/page', answer('a page'));
      }, isProtecting);
      expect(await ask(app, '/logo.txt')).toBe('a logo');
      expect(await ask(app, '/page')).toBe(500);
    });

    it('skips authorization for a router that it wraps, and for its routes', async () => {
      const app = appOf((routes) => {
        const docs = express.Router().get('/in', answer('docs'));
        routes.use('/docs', skipAuthorization('docs', [goOn, docs]));
        routes.get('/docs/out', answer('out'));
      }, isProtecting);
      expect([await ask(app, '/docs/in'), await ask(app, '/docs/out')]).toEqual(['docs', 500]);
    });

    it('names the decisions that do not count', async () => {
      const app = appOf((routes) => {
        routes.use(express.Router().use(skip));
        routes.get('/page', answer('a page'));
      }, isProtecting);
      expect(await ask(app, '/page')).toBe(500);
      expect(faults[0]!.message).toContain('skipped: public pages');
      expect(faults[0]!.message).toContain('belong to another router or route');
    });

    it('does not count for the error handler of the application after an error in a skipped route', async () => {
      const app = appOf((routes) => {
        routes.use(
          express
            .Router()
            .get('/skipped', skip, ((_req, _res, next) => next(new Error('x'))) as RequestHandler),
        );
        routes.use(((_error, _req, res, _next) => void res.end('SECRET')) satisfies ErrorRequestHandler);
      }, isProtecting);
      expect(await ask(app, '/skipped')).toBe(500);
    });
  });

  it('counts for the path of a handler that responds late', async () => {
    const late: RequestHandler = (_req, res, next) => {
      next();
      void pause(3).then(() => !res.headersSent && res.end('SECRET'));
    };
    const app = appOf((routes) => {
      routes.use(late);
      routes.get(
        '/page',
        skip,
        (_req, res) => void pause(20).then(() => !res.headersSent && res.end('a page')),
      );
    });
    await ask(app, '/warm'); // the first request makes this package follow the layers
    faults.splice(0);
    expect(await ask(app, '/page')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
  });

  it('counts for the response of a handler that has lost its asynchronous context', async () => {
    const { wait, stop } = losingContext();
    const app = appOf((routes) => {
      routes.post('/lost', read, (_req, res) => wait(() => res.end('found')));
      routes.get('/lost', read, (_req, res, next) => {
        wait(() => res.end('SECRET'));
        next();
      });
      routes.get('/lost', (_req, res) => void pause(20).then(() => res.headersSent || res.end('later')));
    }, false);
    expect((await request(app).post('/lost')).text).toBe('found');
    expect(await ask(app, '/lost')).toBe(500); // the last handler has no decision
    stop();
  });

  it('does not count where it is made without an asynchronous context', async () => {
    const { wait, stop } = losingContext();
    const app = appOf((routes) => {
      routes.get('/lost', (req, res, next) =>
        wait(() => void req.authz.authorize('read', 'thing').then(() => res.end('decided'), next)),
      );
    }, false);
    expect(await ask(app, '/lost')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
    stop();
  });

  it('blocks a router of another copy of Express that a function hides', async () => {
    const [hiddenCopy, seenCopy] = [copyOf(major), copyOf(major)];
    expect(new Set([express, hiddenCopy, seenCopy]).size).toBe(3);
    const hidden = hiddenCopy.Router().use(skip).get('/hidden', answer('hidden'));
    const seen = seenCopy.Router().use(skip).get('/seen', answer('seen'));
    const app = appOf((routes) => {
      routes.use((req, res, next) => void hidden(req, res, next));
      routes.use(seen);
      routes.get('/page', answer('a page'));
    });
    expect(await ask(app, '/hidden')).toBe(500);
    expect(faults[0]!.message).toContain('not through a function');
    expect([await ask(app, '/seen'), await ask(app, '/page')]).toEqual(['seen', 500]);
  });

  it('counts in a router with a callback of a parameter, also if the callback calls another router', async () => {
    const app = appOf((routes) => {
      const helper = express.Router().use((_req, _res, next) => next());
      const router = express.Router();
      router.param('id', (req, res, next) => void helper(req as never, res, next));
      router.param('early', (_req, res) => void res.end('early'));
      router.get('/found/:id', answer('found')).get('/answered/:early', answer('late'));
      routes.use(read, router);
    });
    expect([await ask(app, '/found/1'), await ask(app, '/answered/1')]).toEqual(['found', 'early']);
  });

  it('throws for a skip of the application itself, at the start and in a request', async () => {
    const fault = expect.objectContaining({ code: 'NANOOK_HTTP_SKIPPED_APPLICATION' }) as unknown;
    expect(() => protect(express()).use(skip)).toThrow(fault);
    expect(() => protect(express()).use(skip)).toThrow(/app\.use\('\/public', skipAuthorization\(/);
    expect(() => protect(express().use(skip))).toThrow(fault);
    expect(() => protect(express()).use('/public', skip)).not.toThrow();
    expect(() => protect(express()).use(express().use(skip))).not.toThrow();
    expect(() => protect(express()).use(protect(express.Router().use(skip)))).not.toThrow();
    for (const hidden of [skip, ((req, res, next) => skip(req, res, next)) as RequestHandler]) {
      const app = appOf((routes) => routes.use(hidden).get('/page', answer('a page')), false);
      expect(await ask(app, '/page')).toBe(500);
      expect(faults.splice(0)).toMatchObject([{ code: 'NANOOK_HTTP_SKIPPED_APPLICATION' }]);
    }
  });

  it('throws for a skip of a value that is not middleware', () => {
    expect(() => skipAuthorization('files', 'public' as never)).toThrow(
      expect.objectContaining({ code: 'NANOOK_HTTP_INVALID_OPTION' }),
    );
  });

  it('lets an error handler respond that skips authorization', async () => {
    const app = appOf((routes) => {
      routes.get(
        '/refused',
        authorize('read', () => 'other'),
        remove,
      );
      routes.use(((_error, req, res, _next) => {
        req.authz.skip('to the login page');
        res.redirect('/login');
      }) satisfies ErrorRequestHandler);
    });
    expect(await ask(app, '/refused')).toBe(302);
  });
});
