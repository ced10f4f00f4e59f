import { Authorizer } from '@nanook/core';
import { describeRequirement } from '@nanook/http';
import express5, { type Application, type RequestHandler, type Router } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import {
  authorization,
  authorize,
  isProtected,
  listRoutes,
  protect,
  routeTable,
  skipAuthorization,
} from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const show: RequestHandler = (_req, res) => void res.end('shown');
const change: RequestHandler = (_req, res) => void res.end('changed');
const pass: RequestHandler = (_req, _res, next) => next();
const findThing = () => 'thing';
const read = authorize('read', findThing);
const update = authorize('update', 'Thing');
const skip = skipAuthorization('a test');

/** `GET /things/:id → read findThing(), show` */
const linesOf = (routes: Router | Application) =>
  listRoutes(routes).map(
    ({ method, path, requirements, handler }) =>
      `${method} ${path} → ${[...requirements.map(describeRequirement), handler].join(', ')}`,
  );

describe.each(testedVersions(majors))('listRoutes in %s', (major, express) => {
  it('returns the requirements and the handler of each route', () => {
    const app = express();
    app.get('/things/:id', read, show);
    app.post('/things', pass, update, [pass, change]);
    app.get('/health', skip, show);
    app.get('/forgotten', pass, show);
    expect(linesOf(app)).toEqual([
      'GET /things/:id → read findThing(), show',
      'POST /things → update Thing, change',
      'GET /health → skipped: a test, show',
      'GET /forgotten → show',
    ]);
    expect(listRoutes(app).map(isProtected)).toEqual([true, true, true, false]);
  });

  it('returns the location of the handler', () => {
    const app = express();
    app.get('/', show);
    app.get(
      '/unnamed',
      (
        () => (_req, res) =>
          void res.end()
      )() satisfies RequestHandler,
    );
    const [named, unnamed] = listRoutes(app);
    expect(named!.location).toMatch(/list-routes\.test\.ts:\d+$/);
    expect(unnamed!.handler).toBe('anonymous');
    expect(routeTable([named!])).toBe(`GET  /  – no requirement –  show (${named!.location})`);
  });

  it('returns an entry for each method of a route, and one entry for `all`', () => {
    const app = express();
    app.route('/things').all(read).get(show).post(update, change);
    app.all('/app', read, show);
    app.use(express.Router().all('/router', read, show));
    app.route('/rest').get(read, show).all(change);
    expect(linesOf(app)).toEqual([
      'GET /things → read findThing(), show',
      'POST /things → read findThing(), update Thing, change',
      'ALL /app → read findThing(), show',
      'ALL /router → read findThing(), show',
      'GET /rest → read findThing(), change',
      'ALL /rest → change',
    ]);
  });

  it('ignores a requirement after the handler', () => {
    const app = express();
    app.get('/late', show, read);
    app.get('/later', show, read, skip);
    app.get('/errors', show, read, (_error: unknown, _req: unknown, _res: unknown, next: () => void) =>
      next(),
    );
    expect(linesOf(app)).toEqual(['GET /late → show', 'GET /later → show', 'GET /errors → show']);
  });

  it('includes the requirements of the application and of its routers, in the order of a request', () => {
    const app = express();
    app.get('/before', show);
    app.use(authorize());
    const router = express.Router();
    router.get('/first', show);
    router.use([pass, read]);
    router.get('/second', update, show);
    app.use('/things', skip, router);
    app.get('/after', show);
    expect(linesOf(app)).toEqual([
      'GET /before → show',
      'GET /things/first → allow_request, skipped: a test, show',
      'GET /things/second → allow_request, skipped: a test, read findThing(), update Thing, show',
      'GET /after → allow_request, show',
    ]);
  });

  it('includes a requirement of a router where its path covers the route', () => {
    const app = express();
    app.use('/things/:thing', read);
    app.use(['/x', '/y/'], update);
    for (const path of ['/things/:id', '/things/new', '/things/:id/parts', '/x', '/y/:z'])
      app.get(path, show);
    for (const path of ['/things', '/others/:id', '/xx', '/:x', /^\/things\/7/]) app.get(path, change);
    expect(linesOf(app)).toEqual([
      'GET /things/:id → read findThing(), show',
      'GET /things/new → read findThing(), show',
      'GET /things/:id/parts → read findThing(), show',
      'GET /x → update Thing, show',
      'GET /y/:z → update Thing, show',
      'GET /things → change',
      'GET /others/:id → change',
      'GET /xx → change',
      'GET /:x → change',
      String.raw`GET /^\/things\/7/ → change`,
    ]);
  });

  it('counts the requirements of a route for that route only', () => {
    const app = express();
    app.all(major === 'Express 4' ? '/*' : '/{*all}', skip);
    app.all('/things', read);
    app.route('/things').get(show);
    app.use('/things', express.Router().get('/parts', show));
    expect(linesOf(app)).toEqual(['GET /things → show', 'GET /things/parts → show']);
  });

  it('counts the requirements of a router, and of an application in it, for their own routes only', () => {
    const app = protect(express());
    app.use(express.Router().use(skip).get('/page', show));
    app.use(express().use(skip).get('/sub', show));
    app.get('/users', change);
    expect(linesOf(app)).toEqual([
      'GET /page → skipped: a test, show',
      'GET /sub → skipped: a test, show',
      'GET /users → change',
    ]);
  });

  it('lists skipped middleware in a route as its handler, and the routes of a skipped router', () => {
    const app = express();
    app.use(skipAuthorization('files', pass));
    app.get('/file', skipAuthorization('one file', pass, [change]));
    app.use('/docs', skipAuthorization('docs', express.Router().get('/in', show)));
    app.get('/after', show);
    expect(linesOf(app)).toEqual([
      'GET /file → skipped: one file, change',
      'GET /docs/in → skipped: docs, show',
      'GET /after → show',
    ]);
  });

  it('throws for a skip of the whole application', () => {
    const open = (fill: (app: Application) => void) => () => {
      const app = express();
      fill(app);
      return listRoutes(app);
    };
    const everything = major === 'Express 4' ? '*' : '/{*all}';
    for (const fill of [
      (app: Application) => app.use(skip),
      (app: Application) => app.use('/', skip),
      (app: Application) => app.use(everything, skip),
      (app: Application) => app.use(/.*/, skip),
      (app: Application) => app.use(pass, [skip]),
    ])
      expect(open(fill)).toThrow(
        expect.objectContaining({
          code: 'NANOOK_HTTP_SKIPPED_APPLICATION',
          data: expect.objectContaining({ reason: 'a test' }) as unknown,
        }),
      );
    for (const fill of [
      (app: Application) => app.use('/public', skip),
      (app: Application) => app.use(skipAuthorization('files', pass)),
      (app: Application) => app.use(express.Router().use(skip)),
    ])
      expect(open(fill)).not.toThrow();
  });

  const mounts: [path: string | string[] | RegExp, ...paths: string[]][] = [
    ['/'],
    ['/a', '/a'],
    ['/a/', '/a'],
    ['/a/:id/b.c', '/a/:id/b.c'],
    ['/:a/:b', '/:a/:b'],
    ['/:from-:to', '/:from-:to'],
    [['/a', '/b/:id'], '/a', '/b/:id'],
    [/^\/a+/, '/^\\/a+/'],
    ...(major === 'Express 4'
      ? ([
          ['/:id(\\d+)', '/:id(\\d+)'],
          ['/a/:id?', '/a/:id?'],
          ['/f.:ext', '/f.:ext'],
          ['/a/*', '/a/*'],
          ['/a(b)?', '/a(b)?'],
        ] as [string, string][])
      : ([
          ['/a{/:id}', '/a{/:id}'],
          ['/a/*rest', '/a/*rest'],
        ] as [string, string][])),
  ];
  it.each(mounts)('returns the path of a router at %s', (mount, ...paths) => {
    const app = express();
    app.use(mount, express.Router().get('/', show).get('/in/:x', show));
    const below = paths.length === 0 ? [''] : paths;
    expect(listRoutes(app).map(({ path }) => path)).toEqual(
      below.flatMap((path) => [path || '/', `${path}/in/:x`]),
    );
  });

  it('lists a router once for each place, and stops at a router that is mounted in itself', () => {
    const app = express();
    const router = express.Router();
    router.get('/in', show);
    router.use('/again', router);
    app.use('/a', read, router);
    app.use('/b', router);
    expect(linesOf(app)).toEqual(['GET /a/in → read findThing(), show', 'GET /b/in → show']);
  });

  it('returns each path of a route with several paths', () => {
    const app = express();
    app.get(['/a', '/b'], read, show);
    expect(linesOf(app)).toEqual(['GET /a → read findThing(), show', 'GET /b → read findThing(), show']);
  });

  it('lists mounted applications of a protected one, and throws where it cannot', () => {
    const sub = (handler = show) => express().get('/in', handler);
    const app = protect(express());
    app.use(authorize());
    app.use('/sub', sub());
    app.use(['/a', '/b'], pass, [sub(), sub(change)] as never);
    app.use('/router', express.Router().use('/deep', read, sub()));
    expect(linesOf(app)).toEqual([
      'GET /sub/in → allow_request, show',
      'GET /a/in → allow_request, show',
      'GET /b/in → allow_request, show',
      'GET /a/in → allow_request, change',
      'GET /b/in → allow_request, change',
      'GET /router/deep/in → allow_request, read findThing(), show',
    ]);
    const unseen = express();
    unseen.use('/sub', sub());
    expect(() => listRoutes(unseen)).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_UNSEEN_APP' }));
  });

  it('lists a router without an application, protected or not', () => {
    const router = express.Router();
    router.get('/', read, show);
    expect(linesOf(router)).toEqual(['GET / → read findThing(), show']);
    expect(linesOf(protect(router))).toEqual(['GET / → read findThing(), show']);
    expect(listRoutes(express())).toEqual([]);
  });

  it('never lists a route as protected that `protect` refuses', async () => {
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    app.use('/protected', read);
    app.get('/protected/in', show);
    app.get('/late', show, read);
    app.get('/later', show, read, skip);
    app.get('/read', read, show);
    app.route('/both').get(read, show).all(change);
    app.get('/none', show);
    for (const route of listRoutes(app)) {
      const { status } = await request(app)[route.method === 'ALL' ? 'put' : 'get'](route.path);
      expect([route.method, route.path, status]).toEqual([
        route.method,
        route.path,
        isProtected(route) ? 200 : 500,
      ]);
    }
  });
});

describe.each(testedVersions(majors))('listRoutes with mounts in %s', (_major, express) => {
  it('lists handlers that use mounts at a path, and express.static, with their requirements', () => {
    const api = express.Router();
    api.use('/webhook', read, show);
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'alice' }), pass);
    app.use('/forgotten', show);
    app.use('/cors', pass, (_error: unknown, _req: unknown, _res: unknown, _next: unknown) => {});
    app.use('/public', skip, express.static('.'));
    app.use(skipAuthorization('assets', express.static('.')));
    app.use('/api', api);
    app.use(express.static('.'), (_req, res) => void res.sendStatus(404));
    app.get('/route', read, show);
    const listed = listRoutes(app, { mounts: true });
    expect(
      listed.map(({ method, path, requirements, handler, mayPassOn }) => [
        `${method} ${path}`,
        ...requirements.map(describeRequirement),
        handler,
        mayPassOn,
      ]),
    ).toEqual([
      ['USE /forgotten', 'show', false],
      ['USE /cors', 'pass', true],
      ['USE /public', 'skipped: a test', 'serveStatic', false],
      ['USE /', 'skipped: assets', 'serveStatic', false],
      ['USE /api/webhook', 'read findThing()', 'show', false],
      ['USE /', 'serveStatic', false],
      ['GET /route', 'read findThing()', 'show', undefined],
    ]);
    expect(linesOf(app)).toEqual(['GET /route → read findThing(), show']);
  });
});

it('listRoutes() shows … for the path of an older router of Express 5, which does not keep it', () => {
  const app = express5();
  app.use('/a', authorize('read', findThing));
  app.use('/a', express5.Router().get('/in', show));
  app.use(read, express5.Router().get('/in', show));
  for (const layer of app.router.stack) delete (layer as { rawPath?: unknown }).rawPath;
  expect(linesOf(app)).toEqual(['GET /…/in → show', 'GET /in → read findThing(), show']);
});

it('listRoutes lists requirements that no rule can allow only with `check: false`', () => {
  const app = express5();
  app.use(authorization(authorizer, { actor: () => 'alice' }));
  app.get('/things', authorize('destroy', findThing), show);
  expect(() => listRoutes(app)).toThrow(
    expect.objectContaining({ code: 'NANOOK_HTTP_UNGRANTABLE' }) as Error,
  );
  expect(listRoutes(app, { check: false }).map(({ requirements }) => requirements)).toEqual([
    [{ kind: 'authorize', action: 'destroy', resource: 'findThing()' }],
  ]);
});
