import { Authorizer } from '@nanook/core';
import express5, { type Application, type RequestHandler } from 'express';
import express4 from 'express4';
import { EventEmitter } from 'node:events';
import { ServerResponse, createServer } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
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
const emitterOf = (req: express5.Request): EventEmitter =>
  (req as unknown as { readonly emitter: EventEmitter }).emitter;
const checkParameter = (req: Express.Request, _res: unknown, next: (error?: unknown) => void): void =>
  void req.authz.authorize('read', 'thing').then(() => next(), next);

describe.each(testedVersions(majors))('decisions in %s', (_major, express) => {
  const faults: { readonly code: string; readonly message: string }[] = [];
  afterEach(() => {
    faults.splice(0);
    vi.restoreAllMocks();
  });

  const appOf = (routes: (app: Application) => void, isProtecting = false) => {
    const app = express();
    if (isProtecting) protect(app);
    app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    routes(app);
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
    return app;
  };
  const ask = async (app: Application, path: string) => {
    const { status, text } = await request(app).get(path);
    return status === 200 ? text : status;
  };

  describe.each([true, false])('where protect is used: %s', (isProtecting) => {
    it('a callback of app.param decides for no route with another parameter', async () => {
      const app = appOf((routes) => {
        routes.param('org', checkParameter);
        routes.get('/:org', ((_req, _res, next) => next('route')) as RequestHandler);
        routes.get('/:team', answer('SECRET'));
      }, isProtecting);
      expect(await ask(app, '/nanook')).toBe(500);
      expect(faults.map(({ code }) => code)).toEqual([
        isProtecting ? 'NANOOK_HTTP_UNPROTECTED_ROUTE' : 'NANOOK_HTTP_UNDECIDED_ROUTE',
      ]);
    });

    it('a callback of app.param decides for each route with the same parameter and value', async () => {
      const app = appOf((routes) => {
        routes.param('org', checkParameter);
        routes.get('/:org', ((_req, _res, next) => next('route')) as RequestHandler);
        routes.get('/:org', answer('an organization'));
      }, isProtecting);
      expect(await ask(app, '/nanook')).toBe('an organization');
    });

    it('a callback of app.param decides for the router at the path with the parameter', async () => {
      const app = appOf((routes) => {
        routes.param('org', checkParameter);
        routes.use('/:org', express.Router().get('/teams', answer('teams')));
        routes.get('/nanook/teams', answer('SECRET'));
      }, isProtecting);
      expect(await ask(app, '/nanook/teams')).toBe('teams');
    });

    it('a callback of router.param decides only in its router', async () => {
      const app = appOf((routes) => {
        const router = express.Router();
        router.param('org', checkParameter);
        router.get('/:org', (_req, _res, next) => next());
        routes.use(router);
        routes.get('/:org', answer('SECRET'));
      }, isProtecting);
      expect(await ask(app, '/nanook')).toBe(500);
    });

    it('a skip counts in the first router that a function calls, and not in the router after it', async () => {
      const pages = express.Router();
      pages.get('/pages', skip, answer('a page'));
      pages.use(skip);
      const admin = express.Router().get('/admin', answer('SECRET')).get('/ruled', read, answer('ruled'));
      const app = appOf((routes) => {
        routes.use((req, res, next) => pages(req, res, () => admin(req, res, next)));
      }, isProtecting);
      expect(await ask(app, '/pages')).toBe('a page');
      expect(await ask(app, '/admin')).toBe(500);
      expect(await ask(app, '/ruled')).toBe('ruled');
    });

    it('a skip does not count in a router that a function calls later, or without an asynchronous context', async () => {
      const waiting: (() => void)[] = [];
      const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
      const pages = express.Router().use(skip);
      const admin = express.Router().get(/.*/, answer('SECRET'));
      const app = appOf((routes) => {
        routes.use('/later', (req, res, next) =>
          pages(req, res, () => void setTimeout(() => admin(req, res, next), 1)),
        );
        routes.use('/lost', (req, res, next) =>
          pages(req, res, () => void waiting.push(() => admin(req, res, next))),
        );
        routes.use(
          '/all',
          (req, res, next) => void waiting.push(() => pages(req, res, () => admin(req, res, next))),
        );
      }, isProtecting);
      expect([await ask(app, '/later'), await ask(app, '/lost'), await ask(app, '/all')]).toEqual([
        500, 500, 500,
      ]);
      clearInterval(timer);
    });
  });

  it('a check that ends after next() counts for no later handler', async () => {
    const app = appOf((routes) => {
      routes.use((req, _res, next) => {
        void pause(5).then(() => req.authz.authorize('read', 'thing'));
        next();
      });
      routes.param('page', (_req, _res, next) => void setTimeout(next, 15));
      routes.get('/:page', (_req, res) => void setTimeout(() => res.end('SECRET'), 15));
    });
    expect(await ask(app, '/1')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
  });

  it('a check that ends after next() counts for no response while a later handler runs', async () => {
    const app = appOf((routes) => {
      routes.get('/1', (req, res, next) => {
        void pause(5)
          .then(() => req.authz.authorize('read', 'thing'))
          .then(() => res.end('found'));
        next();
      });
      routes.use((_req, _res, next) => void setTimeout(next, 30));
    });
    expect(await ask(app, '/1')).toBe(500);
  });

  it('a decision before next() does not count for code of a later handler that an emitter or a stream of the handler calls', async () => {
    const app = appOf((routes) => {
      const pages = express.Router();
      pages.use(read, (req, _res, next) => {
        const emitter = new EventEmitter();
        setTimeout(() => emitter.emit('go'), 5);
        Object.assign(req, { emitter, stream: Readable.from(['SEC', 'RET']) });
        next();
      });
      routes.use(pages);
      routes.get('/emitter', (req, res) => void emitterOf(req).on('go', () => res.end('SECRET')));
      routes.get('/stream', (req, res) => void (req as unknown as { stream: Readable }).stream.pipe(res));
    });
    expect([await ask(app, '/emitter'), await ask(app, '/stream')]).toEqual([500, 500]);
  });

  it('a skip of a mounted application does not count for the application to which its handler passes the request', async () => {
    const app = appOf((routes) => {
      const mounted = express();
      mounted.get('/old', skip, (req, res) => {
        req.url = '/secret';
        req.baseUrl = '';
        (routes as unknown as { handle(...args: unknown[]): void }).handle(req, res);
      });
      routes.use('/mounted', mounted);
      routes.get('/secret', answer('SECRET'));
    }, true);
    expect(await ask(app, '/mounted/old')).toBe(500);
  });

  it('a skip does not count for another route to which its handler passes the request, with a callback of a parameter', async () => {
    const app = appOf((routes) => {
      routes.param('id', (_req, _res, next) => next());
      routes.get('/old', skip, (req, res) => {
        req.url = '/page/1';
        (req.app as unknown as { handle(...args: unknown[]): void }).handle(req, res);
      });
      routes.get('/page/:id', answer('SECRET'));
    });
    expect(await ask(app, '/old')).toBe(500);
  });

  it('a callback without its context responds for no route of protect alone that the request has left', async () => {
    const waiting: (() => void)[] = [];
    const timer = setInterval(() => waiting.splice(0).forEach((each) => each()), 1);
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    const early: RequestHandler = (_req, res, next) => {
      waiting.push(() => res.end('SECRET'));
      next();
    };
    app.get('/', early, read, (_req, _res, next) => next());
    const server = createServer((req, res) =>
      (app as unknown as (...args: unknown[]) => void)(req, res, (error?: { code: string }) =>
        error === undefined ? undefined : res.end(error.code),
      ),
    );
    const { status, text } = await request(server).get('/');
    clearInterval(timer);
    expect([status, text]).toEqual([500, 'NANOOK_HTTP_UNDECIDED_ROUTE']);
  });

  describe('where a route passes the request to its own router again', () => {
    const again =
      (router: (req: never, res: never, next: never) => unknown, url: string): RequestHandler =>
      (req, res, next) => {
        req.url = url;
        router(req as never, res as never, next as never);
      };
    /** A router whose route `/old` is skipped and passes the request to `/secret`, and whose route `/free` passes it to `/ruled`. */
    const routerOf = () => {
      const router = express.Router();
      router.get('/old', skip, again(router, '/secret'));
      router.get('/later', skip, (req, res, next) =>
        setTimeout(() => again(router, '/secret')(req, res, next), 1),
      );
      router.get('/checked', checkParameter as RequestHandler, again(router, '/secret'));
      const nested = express.Router().get('/', again(router, '/secret'));
      router.use('/nested', skip, nested);
      router.get('/free', skip, again(router, '/ruled'));
      router.get('/ruled', read, answer('ruled'));
      router.param('id', (_req, _res, next) => void setTimeout(next, 1));
      router.get('/parameter', skip, again(router, '/secret/1'));
      router.get('/secret/:id', answer('SECRET'));
      return router.get('/secret', answer('SECRET'));
    };

    it.each([
      ['used', (app: Application, router: express5.Router) => app.use(router)],
      [
        'called by a function',
        (app: Application, router: express5.Router) => app.use((req, res, next) => router(req, res, next)),
      ],
      [
        'mounted in a router',
        (app: Application, router: express5.Router) => app.use(express.Router().use(router)),
      ],
    ])('the skip of the route counts for no other route of a router that is %s', async (_how, use) => {
      const app = appOf((routes) => use(routes, routerOf()));
      for (const path of ['/old', '/later', '/checked', '/nested', '/parameter'])
        expect([path, await ask(app, path)]).toEqual([path, 500]);
      expect(await ask(app, '/free')).toBe('ruled');
    });

    it('a requirement outside of the router counts for all of its routes', async () => {
      const app = appOf((routes) => routes.use('/a', read, routerOf()));
      expect(await ask(app, '/a/old')).toBe('SECRET');
      expect(await ask(app, '/a/nested')).toBe('SECRET');
    });

    it('a requirement of the router itself counts again', async () => {
      const router = express.Router();
      router.use(read);
      router.get('/old', again(router, '/new'));
      router.get('/new', answer('new'));
      expect(
        await ask(
          appOf((routes) => routes.use(router)),
          '/old',
        ),
      ).toBe('new');
    });

    it('the skip of the route counts for another router that its handler calls', async () => {
      const other = express.Router().get('/new', answer('new'));
      const app = appOf((routes) => routes.get('/old', skip, again(other, '/new')));
      expect(await ask(app, '/old')).toBe('new');
    });
  });

  it('the response guard waits for the checks of each authorization() that the request has passed', async () => {
    const app = appOf((routes) => {
      routes.use(
        (req, _res, next) => {
          void req.authz.authorize(
            'read',
            pause(20).then(() => 'other'),
          );
          next();
        },
        authorization(authorizer, { actor: () => 'alice' }),
      );
      routes.get('/thing', read, answer('SECRET'));
    });
    expect(await ask(app, '/thing')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('the hook');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the hook'))],
  ])('a lost failure is logged with the error of an onError that %s', async (_name, fail: () => unknown) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const app = express().use(
      authorization(authorizer, { actor: () => 'alice', onError: () => fail() as undefined }),
    );
    app.get('/', skip, (req, res) => {
      res.end('sent');
      void pause(5).then(() => void req.authz.authorize('read', 'other'));
    });
    expect(await ask(app, '/')).toBe('sent');
    await vi.waitFor(() => expect(log).toHaveBeenCalledOnce());
    expect(log.mock.lastCall).toMatchObject([{ code: 'NANOOK_HTTP_LOST_FAILURE' }, { message: 'the hook' }]);
  });

  it('a blocked response is logged with the error of an onError of authorizationErrors that throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const app = express().use(authorization(authorizer, { actor: () => 'alice' }), authorize());
    app.get('/', answer('SECRET'));
    app.use(
      authorizationErrors({
        onError() {
          throw new Error('the hook');
        },
      }),
    );
    expect(await ask(app, '/')).toBe(500);
    expect(log.mock.lastCall).toMatchObject([
      { code: 'NANOOK_HTTP_UNDECIDED_ROUTE' },
      { message: 'the hook' },
    ]);
  });

  it.each([
    ['end', ['SECRET']],
    ['write', ['SECRET']],
    ['writeHead', [200]],
    ['flushHeaders', []],
  ])('the response guard blocks the method %s of the prototype', async (name, args) => {
    const method = Reflect.get(ServerResponse.prototype, name) as (...given: unknown[]) => unknown;
    const app = appOf((routes) => routes.get('/', (_req, res) => void Reflect.apply(method, res, args)));
    expect(await ask(app, '/')).toBe(500);
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
  });

  it('the response guard blocks an application that a handler calls with another request', async () => {
    const inner = express().use(answer('SECRET')) as unknown as (req: object, res: object) => void;
    const app = appOf((routes) =>
      routes.use((req, res) =>
        inner(Object.create(req, { url: { value: '/', writable: true } }) as object, res),
      ),
    );
    const other = appOf((routes) =>
      routes.use((_req, res) => inner({ method: 'GET', url: '/', headers: {} }, res)),
    );
    expect([await ask(app, '/'), await ask(other, '/')]).toEqual([500, 500]);
  });

  describe('a response to OPTIONS without a decision', () => {
    const headersOf = async (handler: RequestHandler) => {
      const app = express();
      app.use((_req, res, next) => {
        res.setHeader('X-Before', 'before');
        next();
      });
      app.use(authorization(authorizer, { actor: () => 'alice' }), authorize());
      app.use(handler);
      const { status, headers } = await request(app).options('/notes');
      return { status, headers };
    };

    it.each<[string, RequestHandler]>([
      ['setHeader', (_req, res) => void res.setHeader('X-Secret', 'yes').status(204).end()],
      ['writeHead', (_req, res) => void res.writeHead(204, { 'X-Secret': 'yes' }).end()],
      ['writeHead and a list', (_req, res) => void res.writeHead(204, ['X-Secret', 'yes']).end()],
      ['writeHead and pairs', (_req, res) => void res.writeHead(204, [['X-Secret', 'yes']] as never).end()],
      [
        'a changed header from before',
        (_req, res) => void res.setHeader('X-Before', 'SECRET').status(204).end(),
      ],
      ['a message', (_req, res) => void res.writeHead(204, 'SECRET', { 'X-Secret': 'yes' }).end()],
    ])('lets no header of a handler pass with %s', async (_name, handler) => {
      const { status, headers } = await headersOf((req, res, next) => {
        res.setHeader('Allow', 'GET');
        res.vary('Origin');
        res.setHeader('Access-Control-Allow-Origin', '*');
        return handler(req, res, next);
      });
      expect(status).toBe(204);
      expect(headers).toMatchObject({
        allow: 'GET',
        vary: 'Origin',
        'access-control-allow-origin': '*',
        'x-before': 'before',
      });
      expect(headers).not.toHaveProperty('x-secret');
    });

    it('keeps the headers of a handler for preflight requests', async () => {
      const app = appOf((routes) =>
        routes.options('/notes', (_req, res) => void res.setHeader('X-Own', 'yes').status(204).end()),
      );
      expect((await request(app).options('/notes')).headers).toMatchObject({ 'x-own': 'yes' });
    });
  });
});
