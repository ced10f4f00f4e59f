import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Middleware } from 'koa';
import compose from 'koa-compose';
import compress from 'koa-compress';
import mount from 'koa-mount';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import request from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

// A decision counts in the handlers of the route, router or application that carries it, as far as the code can be followed. Anywhere else
// it counts for nothing.

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = () => authorize('read', () => 'thing');
const skip = () => skipAuthorization('public pages');
const goOn: Middleware = (_ctx, next) => next();
const answer =
  (text: string): Middleware =>
  (ctx) =>
    void (ctx.body = text);
const secret = answer('SECRET');
const check: Middleware = async (ctx, next) => {
  await ctx.state.authz.authorize('read', 'thing');
  await next();
};
const skipAndAnswer: Middleware = (ctx) => {
  ctx.state.authz.skip('a test');
  ctx.body = 'SECRET';
};
const wrapBody: Middleware = async (ctx, next) => {
  await next();
  ctx.body = { wrapped: ctx.body };
};

describe.each(testedVersions(majors))('in %s', (_major, Koa) => {
  const faults: { readonly code: string; readonly message: string }[] = [];
  afterEach(() => faults.splice(0));

  const appOf = (fill: (app: Koa3) => void, isProtecting: boolean) => {
    const app = new Koa();
    app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
    if (isProtecting) protect(app);
    app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
    fill(app);
    return app;
  };
  const send = (app: Koa3, path: string) => {
    const handle = app.callback();
    return request(createServer((req, res) => void handle(req, res))).get(path);
  };
  const ask = async (app: Koa3, path: string) => {
    const { status, text } = await send(app, path);
    return status === 200 ? text : status;
  };

  describe.each([
    ['with protect', true],
    ['with the response guard alone', false],
  ])('%s', (_name, isProtecting) => {
    describe('where a route passes the request to its own router again', () => {
      const again =
        (target: () => Middleware, path: string): Middleware =>
        (ctx, next) => {
          ctx.path = path;
          return target()(ctx, next);
        };
      /** A router whose route `/old` is skipped and passes the request to `/secret`, and whose route `/free` passes it to `/ruled`. */
      const routerOf = (router = new Router()) => {
        const self = () => router.routes() as unknown as Middleware;
        router.get('/old', skip(), again(self, '/secret'));
        router.get('/later', skip(), async (ctx, next) => {
          await pause(1);
          await again(self, '/secret')(ctx as never, next);
        });
        const inner: Middleware = again(self, '/secret');
        router.get('/function', skip(), (ctx, next) => inner(ctx as never, next));
        router.get('/nested', skip(), new Router().get('/nested', again(self, '/secret')).routes());
        router.get('/free', skip(), again(self, '/ruled'));
        router.get('/ruled', read(), answer('ruled'));
        return router.get('/secret', secret);
      };

      it.each<[string, (app: Koa3, router: Router) => unknown]>([
        ['used', (app, router) => app.use(router.routes())],
        [
          'called by a function',
          (app, router) => app.use((ctx, next) => router.routes()(ctx as never, next)),
        ],
        ['mounted in a router', (app, router) => app.use(new Router().use(router.routes()).routes())],
        ['in a mounted application', (app, router) => app.use(mount(new Koa().use(router.routes())))],
      ])('the skip of the route counts for no other route of a router that is %s', async (_how, use) => {
        const app = appOf((koa) => use(koa, routerOf()), isProtecting);
        for (const path of ['/old', '/later', '/function', '/nested'])
          expect([path, await ask(app, path)]).toEqual([path, 500]);
        expect(await ask(app, '/free')).toBe('ruled');
      });

      it('the skip of the route counts for no other route of the application', async () => {
        const app = appOf((koa) => {
          const self = () => compose(koa.middleware as Middleware[]);
          const router = new Router().get('/old', skip(), again(self, '/secret'));
          koa.use(router.routes()).use(new Router().get('/secret', secret).routes());
        }, isProtecting);
        expect(await ask(app, '/old')).toBe(500);
      });

      it('the skip of the route counts for no other route whose handlers it calls', async () => {
        const router = new Router();
        router.get('/old', skip(), (ctx, next) => {
          const [route] = router.match('/secret', 'GET').pathAndMethod;
          return compose(route!.stack as unknown as Middleware[])(ctx as never, next);
        });
        router.get('/secret', secret);
        expect(
          await ask(
            appOf((koa) => koa.use(router.routes()), isProtecting),
            '/old',
          ),
        ).toBe(500);
      });

      it('a requirement outside of the router counts for all of its routes', async () => {
        const app = appOf(
          (koa) => koa.use(new Router().use(read()).use(routerOf().routes()).routes()),
          isProtecting,
        );
        expect(await ask(app, '/old')).toBe('SECRET');
        const outer = appOf((koa) => koa.use(read()).use(routerOf().routes()), isProtecting);
        expect(await ask(outer, '/old')).toBe('SECRET');
      });

      it('a requirement of the router itself counts again', async () => {
        const router = new Router().use(read());
        router.get(
          '/old',
          again(() => router.routes() as unknown as Middleware, '/new'),
        );
        router.get('/new', answer('new'));
        expect(
          await ask(
            appOf((koa) => koa.use(router.routes()), isProtecting),
            '/old',
          ),
        ).toBe('new');
      });

      it('the skip of the route counts for another router that its handler calls', async () => {
        const other = new Router().get('/new', answer('new')).routes() as unknown as Middleware;
        const router = new Router().get(
          '/old',
          skip(),
          again(() => other, '/new'),
        );
        const app = appOf((koa) => koa.use(router.routes()), isProtecting);
        expect(await ask(app, '/old')).toBe('new');
      });
    });

    it('a body that an unruled handler sets while Koa writes is not sent', async () => {
      for (let turns = 0; turns < 16; turns++) {
        const app = appOf((koa) => {
          koa.use((ctx, next) => {
            ctx.state.authz.skip('a test');
            ctx.body = 'public';
            void next();
          });
          koa.use(async (ctx) => {
            // oxlint-disable-next-line no-await-in-loop -- one turn after the other
            for (let i = 0; i < turns; i++) await Promise.resolve();
            ctx.body = 'SECRET';
          });
        }, isProtecting);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(await ask(app, '/')).not.toBe('SECRET');
      }
    });

    it('an emitter of a ruled handler opens no response of a later handler', async () => {
      const app = appOf((koa) => {
        koa.use(async (ctx, next) => {
          await ctx.state.authz.authorize('read', 'thing');
          const emitter = new EventEmitter();
          setTimeout(() => emitter.emit('go'), 5);
          ctx.state['emitter'] = emitter;
          await next();
        });
        koa.use(
          (ctx) =>
            new Promise<void>((resolve) => {
              (ctx.state['emitter'] as EventEmitter).on('go', () => {
                ctx.body = 'SECRET';
                resolve();
              });
            }),
        );
      }, isProtecting);
      expect(await ask(app, '/')).toBe(500);
    });

    const pages = () => new Router().get('/about', skip(), answer('about')).get('/:page', skip(), goOn);
    const admin = () => new Router().get('/users', secret).get('/ruled', read(), answer('ruled'));
    type Place = (app: Koa3) => unknown;

    it.each<[string, Place]>([
      ['composed routers', (app) => app.use(compose([pages().routes(), admin().routes()] as Middleware[]))],
      [
        'routers that functions call',
        (app) => {
          const first = pages();
          const second = admin();
          app.use((ctx, next) => first.routes()(ctx as never, next));
          app.use((ctx, next) => second.routes()(ctx as never, next));
        },
      ],
      [
        'routers that one function calls',
        (app) => {
          const first = pages().routes();
          const second = admin().routes();
          app.use((ctx, next) => first(ctx as never, () => second(ctx as never, next) as Promise<void>));
        },
      ],
      [
        'a router in a mounted application',
        (app) => app.use(mount(new Koa().use(pages().routes()) as never)).use(admin().routes()),
      ],
      [
        'a router in a mounted application, with another one',
        (app) => app.use(mount(new Koa().use(pages().routes()).use(admin().routes()) as never)),
      ],
      [
        'a router in composed middleware of a router',
        (app) =>
          app
            .use(
              new Router()
                .use(compose([pages().routes() as never]))
                .get('/:any', skip(), goOn)
                .routes(),
            )
            .use(admin().routes()),
      ],
      [
        'routers of composed applications',
        (app) =>
          app.use(
            compose([
              compose(new Koa().use(pages().routes()).middleware as Middleware[]),
              compose(new Koa().use(admin().routes()).middleware as Middleware[]),
            ]),
          ),
      ],
    ])('a skip in a route does not open the routes of another router: %s', async (_place, place) => {
      const app = appOf(place, isProtecting);
      expect(await ask(app, '/users')).toBe(500);
      expect(await ask(app, '/ruled')).toBe('ruled');
      expect(await ask(app, '/about')).toBe('about');
    });

    it('a requirement of a router that a function calls counts as if the application used the router', async () => {
      const app = appOf((routes) => {
        const ruled = new Router().use(read()).get('/in', answer('in')).get('/:any', goOn);
        routes.use((ctx, next) => ruled.routes()(ctx as never, next)).use(secret);
      }, isProtecting);
      expect(await ask(app, '/in')).toBe('in');
      expect(await ask(app, '/other')).toBe(500);
    });

    it('a router that a second call reaches by another path has only its own decisions', async () => {
      const app = appOf((routes) => {
        const router = new Router().get('/public', skip(), goOn).get('/users', secret);
        const dispatch = router.routes();
        routes.use((ctx, next) =>
          dispatch(ctx as never, () => {
            ctx.path = '/users';
            return dispatch(ctx as never, next) as Promise<void>;
          }),
        );
      }, isProtecting);
      expect(await ask(app, '/public')).toBe(500);
    });

    it.each<[string, () => Middleware]>([
      ['a requirement', () => compose([read(), secret])],
      ['a skip', () => compose([skip(), secret])],
      ['a check', () => compose([check, secret])],
      ['a check of the handler itself', () => compose([skipAndAnswer])],
      ['a requirement of mounted middleware', () => mount(compose([read(), secret]))],
    ])(
      '%s in composed middleware counts for nothing, and the error names the repair',
      async (_what, middleware) => {
        for (const place of [
          (app: Koa3) => app.use(middleware()),
          (app: Koa3) =>
            app.use(
              new Router()
                .use(middleware() as never)
                .get('/:any', goOn)
                .routes(),
            ),
        ]) {
          faults.splice(0);
          expect(await ask(appOf(place, isProtecting), '/in')).toBe(500);
          expect(faults[0]!.message).toMatch(
            /composed middleware \(.*unfollowed-code\.test\.ts:\d+\).*call `use` for each/,
          );
        }
      },
    );

    it('a check that is composed with `authorization` counts for nothing, but the routes after it count', async () => {
      const composedApp = (...last: Middleware[]) => {
        const app = new Koa();
        app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
        if (isProtecting) protect(app);
        const setUp = [authorization(authorizer, { actor: () => 'alice' }), authorize(), check];
        return app.use(compose([...(setUp as Middleware[]), ...last]));
      };
      expect(await ask(composedApp(secret), '/in')).toBe(500);
      const app = composedApp();
      app.use(admin().routes()).use(secret);
      expect(await ask(app, '/other')).toBe(500);
      for (const { message } of faults)
        expect(message).toMatch(/composed middleware \(.*unfollowed-code\.test\.ts:\d+\)/);
      expect(await ask(app, '/ruled')).toBe('ruled');
    });

    it('a requirement before composed middleware counts in it', async () => {
      const app = appOf((routes) => routes.use(read()).use(compose([goOn, answer('in')])), isProtecting);
      expect(await ask(app, '/in')).toBe('in');
    });

    it('a requirement of a mounted application counts in it, and not outside', async () => {
      const app = appOf((routes) => {
        const inner = new Koa()
          .use(read())
          .use((ctx, next) => (ctx.path === '/in' ? answer('in')(ctx, next) : next()));
        routes.use(mount('/inner', inner as never)).use(secret);
      }, isProtecting);
      expect(await ask(app, '/inner/in')).toBe('in');
      expect(await ask(app, '/inner/other')).toBe(500);
      expect(await ask(app, '/other')).toBe(500);
    });

    it('composed middleware upstream of a blocked router cannot send its body', async () => {
      const blocked = new Router().get('/users', secret);
      const opening = new Router().get('/:any', skip(), wrapBody);
      for (const upstream of [
        wrapBody,
        opening.routes() as unknown as Middleware,
        mount(new Koa().use(wrapBody) as never),
      ]) {
        const app = appOf(
          (routes) => routes.use(compose([upstream, blocked.routes() as never])),
          isProtecting,
        );
        expect(await ask(app, '/users')).toBe(500);
      }
    });

    it('a handler upstream in a mounted application cannot send the body of a handler without a decision', async () => {
      const app = appOf((routes) => {
        const inner = new Koa().use(read()).use(wrapBody);
        routes.use(mount(inner as never)).use(secret);
      }, isProtecting);
      expect(await ask(app, '/users')).toBe(500);
    });

    it('code in composed middleware cannot replace the body of a router before it', async () => {
      const early: Middleware = (ctx, next) => {
        ctx.body = 'public';
        return next();
      };
      const router = new Router().get('/users', skip(), early);
      for (const before of [router.routes() as unknown as Middleware, skipAuthorization('files', early)]) {
        const app = appOf((routes) => routes.use(compose([before, secret])), isProtecting);
        expect(await ask(app, '/users')).toBe(500);
      }
    });

    it('a later route that sets only the status does not send the body of middleware', async () => {
      const early: Middleware = (ctx, next) => ((ctx.body = 'SECRET'), next());
      const app = appOf((routes) => {
        routes.use(early);
        routes.use(
          new Router()
            .get('/status', read(), (ctx) => void (ctx.status = 200))
            .get('/body', read(), answer('own'))
            .routes(),
        );
      }, isProtecting);
      expect(await ask(app, '/status')).toBe(500);
      expect(await ask(app, '/body')).toBe('own');
    });

    it('a check that ends after the call of next counts for no later handler', async () => {
      const late: Middleware = async (ctx, next) => {
        const check = ctx.state.authz.authorize('read', 'thing');
        const rest = next();
        await check;
        await rest;
      };
      const slow: Middleware = async (ctx) => {
        await pause(20);
        ctx.body = 'SECRET';
      };
      const app = appOf((routes) => {
        routes.use(new Router().get('/late', late, slow).get('/own', read(), goOn).routes()).use(slow);
      }, isProtecting);
      expect([await ask(app, '/late'), await ask(app, '/own')]).toEqual([500, 500]);
    });

    it('a check in a callback without its asynchronous context counts for nothing', async () => {
      const app = appOf((routes) => {
        routes.use(async (ctx) => {
          await outside(() => ctx.state.authz.skip('lost'));
          ctx.body = 'SECRET';
        });
      }, isProtecting);
      expect(await ask(app, '/')).toBe(500);
    });

    it('a response from a callback without its asynchronous context belongs to the handler that was called last', async () => {
      const later: Middleware = (ctx) => outside(() => void (ctx.body = ctx.path));
      const app = appOf((routes) => {
        routes.use(new Router().get('/ruled', read(), later).get('/left', read(), goOn).routes());
        routes.use(later);
      }, isProtecting);
      expect([await ask(app, '/ruled'), await ask(app, '/left'), await ask(app, '/none')]).toEqual([
        '/ruled',
        500,
        500,
      ]);
    });

    it('middleware upstream may replace a stream that was decided', async () => {
      const app = appOf((routes) => {
        routes.use(async (ctx, next) => {
          await next();
          if (ctx.body instanceof Readable) ctx.body = ctx.body.pipe(new PassThrough());
        });
        routes.use(
          new Router()
            .get('/ruled', read(), (ctx) => void (ctx.body = Readable.from(['a ', 'stream'])))
            .get('/none', (ctx) => void (ctx.body = Readable.from(['SECRET'])))
            .routes(),
        );
      }, isProtecting);
      expect((await send(app, '/ruled').buffer(true)).body.toString()).toBe('a stream');
      expect(await ask(app, '/none')).toBe(500);
    });

    it.each(['before', 'after'])('koa-compress %s authorize() compresses responses', async (order) => {
      const text = 'a long text '.repeat(500);
      const app = new Koa();
      app.use(authorizationErrors({ onError: (fault) => faults.push(fault as never) }));
      if (isProtecting) protect(app);
      if (order === 'before') app.use(compress() as never);
      app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
      if (order === 'after') app.use(compress() as never);
      app.use(
        new Router()
          .get('/text', read(), (ctx) => void (ctx.body = text))
          .get('/stream', read(), (ctx) => {
            ctx.type = 'text/plain';
            ctx.body = Readable.from([text]);
          })
          .get('/none', (ctx: Context) => void (ctx.body = text))
          .routes(),
      );
      for (const path of ['/text', '/stream']) {
        const response = await send(app, path).set('accept-encoding', 'gzip');
        expect([response.text, response.headers['content-encoding']]).toEqual([text, 'gzip']);
      }
      expect((await send(app, '/none').set('accept-encoding', 'gzip')).status).toBe(500);
    });
  });
});

/** Runs a function outside the asynchronous context of the caller, as a driver with its own queue does. */
const outside = (work: () => void): Promise<void> =>
  new Promise((resolve) => {
    queue.push(() => {
      work();
      resolve();
    });
  });
const queue: (() => void)[] = [];
setInterval(() => queue.splice(0).forEach((work) => work()), 1).unref();
