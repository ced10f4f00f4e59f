import { Authorizer } from '@nanook/core';
import express5, {
  type Application,
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const readThing = () => authorize('read', () => 'thing');
const skip = skipAuthorization('a test');

describe.each(testedVersions(majors))('protect in %s', (_major, express) => {
  const run = vi.fn<(req: Request, res: Response) => void>((_req, res) => void res.end('ran'));
  const faults: unknown[] = [];
  afterEach(() => {
    run.mockClear();
    faults.splice(0);
  });

  const appOf = (routes: (app: Application) => void) => {
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'alice' }));
    routes(app);
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault) }));
    return app;
  };

  async function expectRefused(
    app: Application,
    method: 'get' | 'post' | 'head' | 'options',
    path: string,
    route = path,
  ) {
    run.mockClear();
    faults.splice(0);
    const { status } = await request(app)[method](path);
    expect(status).toBe(500);
    expect(run).not.toHaveBeenCalled();
    expect(faults).toMatchObject([
      { code: 'NANOOK_HTTP_UNPROTECTED_ROUTE', data: { method: method.toUpperCase(), route } },
    ]);
    expect((faults[0] as Error).message).toContain(`${method.toUpperCase()} ${route}`);
  }

  async function expectRun(app: Application, method: 'get' | 'post' | 'head' | 'options', path: string) {
    run.mockClear();
    expect((await request(app)[method](path)).status).toBe(200);
    expect(run).toHaveBeenCalledTimes(1);
  }

  it('does not start an application whose routes come before the authorization', () => {
    const routesFirst = (add: (app: Application) => unknown) => {
      const app = protect(express());
      add(app);
      app.use(authorization(authorizer));
      return () => app.listen(0).close();
    };
    const router = express.Router().get('/read', readThing(), run);
    expect(routesFirst((app) => app.get('/skip', skip, run))).toThrow(
      "`skipAuthorization('a test')` needs the authorization of the request; write `app.use(authorization(authorizer, …))` before it",
    );
    expect(routesFirst((app) => app.use('/nested', router))).toThrow("`authorize('read', …)` needs");
    expect(routesFirst((app) => app.use(authorize()))).toThrow('`authorize()` needs');
    expect(routesFirst((app) => app.get('/none', run))).not.toThrow();
    const own = express.Router().use(authorization(authorizer)).get('/skip', skip, run);
    expect(routesFirst((app) => app.use('/own', own))).not.toThrow();
  });

  it('refuses unprotected routes, added before and after', async () => {
    const app = appOf((routes) => {
      routes.get('/before', run);
      routes.get('/before/protected', readThing(), run);
      protect(routes);
      routes.get('/after', run);
      routes.get('/after/protected', readThing(), run);
      routes.get('/after/skipped', skip, run);
    });
    for (const path of ['/before', '/after']) await expectRefused(app, 'get', path);
    for (const path of ['/before/protected', '/after/protected', '/after/skipped'])
      await expectRun(app, 'get', path);
  });

  it('checks each method of a route', async () => {
    const app = appOf((routes) => {
      protect(routes);
      routes.route('/things').get(readThing(), run).post(run);
      routes.all('/all', run);
      routes.all('/all/protected', readThing(), run);
      routes.route('/gate').all(readThing()).get(run).post(run);
    });
    await expectRun(app, 'get', '/things');
    await expectRun(app, 'head', '/things');
    await expectRefused(app, 'post', '/things');
    for (const method of ['get', 'post', 'head', 'options'] as const) {
      await expectRefused(app, method, '/all');
      await expectRun(app, method, '/all/protected');
    }
    await expectRun(app, 'get', '/gate');
    await expectRun(app, 'post', '/gate');
  });

  it('ignores a requirement after the handler', async () => {
    const app = appOf((routes) => {
      protect(routes);
      routes.get('/late', run, readThing());
      routes.get('/later', run, readThing(), skip);
      routes.get('/errors', run, readThing(), ((error, _req, _res, next) =>
        next(error)) satisfies ErrorRequestHandler);
      routes.get('/list', [((_req, _res, next) => next()) satisfies RequestHandler, readThing()], run);
    });
    await expectRefused(app, 'get', '/late');
    await expectRefused(app, 'get', '/later');
    await expectRefused(app, 'get', '/errors');
    await expectRun(app, 'get', '/list');
  });

  it.each(['before', 'after'])('protects routers that were mounted %s', async (when) => {
    const inner = express.Router();
    const outer = express.Router();
    const fill = (name: string) => {
      inner.get(`/${name}/:id`, run);
      inner.get(`/${name}/:id/protected`, readThing(), run);
    };
    const app = appOf((routes) => {
      if (when === 'after') protect(routes);
      fill('first');
      outer.use('/inner', (_req, _res, next) => next(), inner);
      routes.use('/outer', outer);
      if (when === 'before') protect(routes);
      fill('second');
    });
    for (const name of ['first', 'second']) {
      await expectRefused(app, 'get', `/outer/inner/${name}/7`, `/outer/inner/${name}/:id`);
      await expectRun(app, 'get', `/outer/inner/${name}/7/protected`);
    }
  });

  it('protects one router without the others', async () => {
    const app = appOf((routes) => {
      const router: Router = protect(express.Router());
      router.get('/in', run);
      routes.use(router);
      routes.get('/out', run);
    });
    await expectRefused(app, 'get', '/in');
    await expectRun(app, 'get', '/out');
  });

  it('accepts the requirement of a router for its routes', async () => {
    const app = appOf((routes) => {
      protect(routes);
      const router = express.Router();
      router.use(readThing());
      router.get('/in', run);
      routes.use('/protected', router);
      routes.get('/out', run);
    });
    await expectRun(app, 'get', '/protected/in');
    await expectRefused(app, 'get', '/out');
  });

  it('does not accept allow_request as a requirement', async () => {
    const guarded = await Authorizer.load({ policies: 'allow_request(_, _);' });
    const app = express();
    app.use(authorization(guarded, { actor: () => 'alice' }), authorize());
    protect(app).get('/', authorize(), run);
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault) }));
    await expectRefused(app, 'get', '/');
  });

  it('does not change preflight requests and requests without a route', async () => {
    const app = appOf((routes) => {
      protect(routes);
      routes.options('/things', run);
      routes.post('/things', run);
      routes
        .route('/both')
        .options((_req, res) => void res.end('preflight'))
        .post(readThing(), run);
    });
    await expectRun(app, 'options', '/things');
    expect((await request(app).options('/both')).text).toBe('preflight');
    expect((await request(app).get('/elsewhere')).status).toBe(404);
    expect((await request(app).get('/things')).status).toBe(404);
    expect((await request(app).head('/things')).status).toBe(404);
    await expectRefused(app, 'post', '/things');
  });

  it('protects applications that are mounted after it, and throws for earlier ones', async () => {
    const sub = () => {
      const mounted = express();
      mounted.get('/in', run);
      return mounted;
    };
    const app = appOf((routes) => {
      protect(routes);
      routes.use('/sub', sub());
      routes.use(['/a', '/b'], [[sub()]] as never);
      routes.use(express.Router().use(sub()));
    });
    await expectRefused(app, 'get', '/sub/in');
    await expectRefused(app, 'get', '/b/in');
    await expectRefused(app, 'get', '/in');
    const late = express();
    late.use(sub());
    expect(() => protect(late)).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_UNSEEN_APP' }));
  });

  it('blocks a response before the requirement, without authorize()', async () => {
    const early: RequestHandler = (_req, res) => void res.json('SECRET');
    const app = appOf((routes) => {
      protect(routes);
      routes.get('/early', early, readThing(), run);
      routes.get(
        '/both',
        ((_req, res, next) => {
          next();
          res.json('SECRET');
        }) satisfies RequestHandler,
        readThing(),
        run,
      );
      routes.get(
        '/invalid',
        ((_req, res) => void res.status(400).end('no')) satisfies RequestHandler,
        skip,
        run,
      );
    });
    for (const path of ['/early', '/both']) {
      faults.splice(0);
      const { status, text } = await request(app).get(path);
      expect([status, text]).toEqual([500, expect.not.stringContaining('SECRET')]);
      expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { route: path } }]);
    }
    expect((await request(app).get('/invalid')).status).toBe(400);
  });

  it('does not block handlers after a route', async () => {
    const app = appOf((routes) => {
      protect(routes);
      routes.get('/page', ((_req, _res, next) => next('route')) satisfies RequestHandler, readThing(), run);
      routes.use((_req, res) => void res.end('a page'));
    });
    expect((await request(app).get('/page')).text).toBe('a page');
  });

  it('protects routes of a router that a function wraps', async () => {
    const app = appOf((routes) => {
      protect(routes);
      const router = express.Router();
      // Libraries that handle rejections for Express 4 wrap a router in this way.
      const wrapped: RequestHandler = (req, res, next) => router(req, res, next);
      routes.use(Object.assign(wrapped, { stack: router.stack }));
      router.get('/in', run);
    });
    await expectRefused(app, 'get', '/in');
  });

  it('names the location of the handler of an unprotected route', async () => {
    const app = appOf((routes) => protect(routes).get('/', (_req, res) => void res.end()));
    await request(app).get('/');
    expect((faults[0] as Error).message).toMatch(/^GET \/ \(.*protect\.test\.ts:\d+\) has no requirement/);
  });

  it('shows where the requirement of a route goes whose handler makes the check', async () => {
    const app = appOf((routes) =>
      protect(routes).delete('/notes/:id', async (req, res) => {
        await req.authz.authorize('delete', 'thing');
        res.end();
      }),
    );
    await request(app).delete('/notes/1').expect(500);
    expect((faults[0] as Error).message).toContain(
      "has no requirement, so its handler was not run. Write a requirement before the handler: .delete('/notes/:id', " +
        "authorize('delete', loadResource), handler); or skipAuthorization('reason') in its place. A check inside the handler does not count",
    );
  });

  it('throws again for an application that was mounted before', () => {
    const late = express();
    late.use(express());
    for (let i = 0; i < 2; i++)
      expect(() => protect(late)).toThrow(expect.objectContaining({ code: 'NANOOK_HTTP_UNSEEN_APP' }));
  });

  it('has no further effect when it is called twice', async () => {
    const app = appOf((routes) => protect(protect(routes)).get('/', run));
    await expectRefused(app, 'get', '/');
  });

  it('returns its argument', () => {
    const router = express.Router();
    expect(protect(router)).toBe(router);
  });
});
