import { Authorizer } from '@nanook/core';
import { describeRule } from '@nanook/http';
import express5, { type Application, type RequestHandler, type Router } from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import {
  authorization,
  authorize,
  isProtected,
  listRoutes,
  protect,
  routeTable,
  skipAuthorization,
} from './index.js';

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
    ({ method, path, rules, handler }) =>
      `${method} ${path} → ${[...rules.map(describeRule), handler].join(', ')}`,
  );

describe.each(majors)('listRoutes in %s', (major, express) => {
  it('lists what each route demands, and who answers it', () => {
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

  it('says where the handler was written', () => {
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
    expect(routeTable([named!])).toBe(`GET  /  – no rule –  show (${named!.location})`);
  });

  it('lists the methods of a route one by one, and those of `all` as one', () => {
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

  it('takes a rule behind the handler for none', () => {
    const app = express();
    app.get('/late', show, read);
    app.get('/later', show, read, skip);
    app.get('/errors', show, read, (_error: unknown, _req: unknown, _res: unknown, next: () => void) =>
      next(),
    );
    expect(linesOf(app)).toEqual(['GET /late → show', 'GET /later → show', 'GET /errors → show']);
  });

  it('knows the rules of the app and of the routers, in the order of a request', () => {
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

  it('knows a rule on a path where the paths tell that it is passed', () => {
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

  it('knows a route that has nothing but rules for those behind it', () => {
    const app = express();
    app.all(major === 'Express 4' ? '/*' : '/{*all}', authorize());
    app.all('/things', read);
    app.get('/others', read);
    app.route('/things').get(show).post(change);
    app.route('/others').get(show).post(change);
    app.get('/things/:id', show);
    app.use('/things', express.Router().get('/parts', show));
    expect(linesOf(app)).toEqual([
      'GET /things → allow_request, read findThing(), show',
      'POST /things → allow_request, read findThing(), change',
      'GET /others → allow_request, read findThing(), show',
      'POST /others → allow_request, change',
      'GET /things/:id → allow_request, show',
      'GET /things/parts → allow_request, show',
    ]);
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
  it.each(mounts)('gives a router at %s its path', (mount, ...paths) => {
    const app = express();
    app.use(mount, express.Router().get('/', show).get('/in/:x', show));
    const below = paths.length === 0 ? [''] : paths;
    expect(listRoutes(app).map(({ path }) => path)).toEqual(
      below.flatMap((path) => [path || '/', `${path}/in/:x`]),
    );
  });

  it('keeps apart what is mounted in several places, and stops at what is mounted in itself', () => {
    const app = express();
    const router = express.Router();
    router.get('/in', show);
    router.use('/again', router);
    app.use('/a', read, router);
    app.use('/b', router);
    expect(linesOf(app)).toEqual(['GET /a/in → read findThing(), show', 'GET /b/in → show']);
  });

  it('gives each of several paths', () => {
    const app = express();
    app.get(['/a', '/b'], read, show);
    expect(linesOf(app)).toEqual(['GET /a → read findThing(), show', 'GET /b → read findThing(), show']);
  });

  it('reaches apps within a protected one, and says when it cannot', () => {
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

  it('lists a router by itself, protected or not', () => {
    const router = express.Router();
    router.get('/', read, show);
    expect(linesOf(router)).toEqual(['GET / → read findThing(), show']);
    expect(linesOf(protect(router))).toEqual(['GET / → read findThing(), show']);
    expect(listRoutes(express())).toEqual([]);
  });

  it('never lists a route as protected that `protect` refuses', async () => {
    const app = protect(express());
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    app.use('/ruled', read);
    app.get('/ruled/in', show);
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

type PathArgument = Parameters<Router['get']>[0];

describe.each(majors)('listRoutes against %s itself', (_major, express) => {
  const paths: PathArgument[] = [
    '/',
    '/a',
    '/a/',
    '/a/b',
    '/a/:x',
    '/:x',
    '/:x/b',
    '/:x/:y',
    ['/a', '/c'],
    '/a.b',
    /^\/a/,
  ];
  const parts = [0, 1];
  const asked = [
    '/',
    '/a',
    '/a/',
    '/A/b',
    '/a/b',
    '/a/b/d',
    '/a/a/b',
    '/c',
    '/c/b',
    '/a.b',
    '/a.b/a',
    '/ab',
    '/d/d',
  ];

  it.each([1, 2, 3, 4, 5, 6])('lists no rule that a request does not pass: app %i', async (seed) => {
    let state = seed * 7919;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    /** For each handler whether it was reached without a decision. */
    const reached = new Map<string, boolean>();
    let names = 0;
    const handler = (): RequestHandler => {
      const name = `h${++names}`;
      const handle: RequestHandler = (req, _res, next) => {
        reached.set(name, reached.get(name) === true || !req.authz.isSettled);
        next();
      };
      return Object.defineProperty(handle, 'name', { value: name });
    };
    const fill = (router: Router, depth: number) => {
      for (let i = 0; i < 7; i++) {
        const path = paths[random(paths.length)]!;
        const kind = random(depth < 2 ? 9 : 7);
        if (kind === 0) router.use(path, skip);
        else if (kind === 1) router.all(path, skip);
        else if (kind === 2) router.get(path, skip);
        else if (kind < 7) router.get(path, handler());
        else {
          const inner = express.Router();
          fill(inner, depth + 1);
          router.use(path, inner);
        }
      }
    };
    const app = express();
    app.use(authorization(authorizer));
    for (const i of parts) {
      const part = express.Router();
      fill(part, 0);
      app.use(`/${i}`, part);
    }
    const server = app.listen(0);
    const { port } = server.address() as { port: number };
    await Promise.all(
      parts.flatMap((i) => asked.map((path) => fetch(`http://localhost:${port}/${i}${path}`))),
    );
    server.close();

    const listed = listRoutes(app);
    const wrong = [...reached].filter(
      ([name, isUndecided]) =>
        isUndecided && listed.filter(({ handler: of }) => of === name).every(isProtected),
    );
    expect(wrong).toEqual([]);
    expect(listed.some((route) => isProtected(route) && reached.has(route.handler))).toBe(true);
  });
});

it('says of older routers of Express 5, which keep no path, what it cannot tell', () => {
  const app = express5();
  app.use('/a', authorize('read', findThing));
  app.use('/a', express5.Router().get('/in', show));
  app.use(read, express5.Router().get('/in', show));
  for (const layer of app.router.stack) delete (layer as { rawPath?: unknown }).rawPath;
  expect(linesOf(app)).toEqual(['GET /…/in → show', 'GET /in → read findThing(), show']);
});
