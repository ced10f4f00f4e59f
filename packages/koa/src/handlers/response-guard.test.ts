import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Middleware } from 'koa';
import { EventEmitter } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'nanook-guard-'));
const file = join(folder, 'file.txt');
writeFileSync(file, 'SECRET '.repeat(100_000));
afterAll(() => rmSync(folder, { recursive: true }));

let authorizer: Authorizer;
beforeAll(async () => {
  authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
});

const pause = (ms = 2) => new Promise((later) => setTimeout(later, ms));
const secret = { value: 'SECRET' };

/** Emits events outside the context of a request, as a message broker does. */
const broker = new EventEmitter();
const clock = setInterval(() => broker.emit('message', 'SECRET'), 1);
afterAll(() => clearInterval(clock));

/** Ways of a handler to write a response that bypasses Koa. */
const raw =
  (answer: (ctx: Context) => unknown): ((ctx: Context) => unknown) =>
  (ctx) => {
    ctx.respond = false;
    ctx.res.statusCode = 200;
    return answer(ctx);
  };

/** Ways to respond with data for which no decision was made. */
const answers: Record<string, (ctx: Context) => unknown> = {
  JSON: (ctx) => (ctx.body = secret),
  'JSON later': (ctx) => pause().then(() => (ctx.body = secret)),
  text: (ctx) => (ctx.body = 'SECRET'),
  'a buffer': (ctx) => (ctx.body = Buffer.from('SECRET')),
  'a stream': (ctx) => (ctx.body = createReadStream(file)),
  'a stream of JSON': (ctx) => {
    ctx.type = 'application/json';
    ctx.body = Readable.from(['"SECRET"']);
  },
  'a stream that cannot be read': (ctx) => (ctx.body = createReadStream(join(folder, 'nothing'))),
  'a status': (ctx) => (ctx.status = 200),
  'an empty 204': (ctx) => (ctx.status = 204),
  'an empty body': (ctx) => (ctx.body = null),
  'a status message': (ctx) => {
    ctx.status = 200;
    ctx.message = 'SECRET';
  },
  headers: (ctx) => {
    ctx.set({ 'x-secret': 'SECRET', link: 'SECRET' });
    ctx.body = '';
  },
  'a redirect': (ctx) => ctx.redirect('/SECRET'),
  'a cookie': (ctx) => {
    ctx.cookies.set('SECRET', 'SECRET');
    ctx.body = secret;
  },
  'an attachment': (ctx) => {
    ctx.attachment('SECRET.txt');
    ctx.body = createReadStream(file);
  },
  'not modified': (ctx) => {
    ctx.etag = 'SECRET';
    ctx.status = 304;
  },
  'an error that was caught': (ctx) => {
    ctx.body = secret;
    return ctx.state.authz.authorize('read', 'other').catch(() => {});
  },
  'an ignored answer': async (ctx) => {
    await ctx.state.authz.can('read', 'thing');
    ctx.body = secret;
  },
  'a forgotten await': (ctx) => {
    void ctx.state.authz.authorize('read', 'thing');
    ctx.body = secret;
  },
  'flushed headers': async (ctx) => {
    ctx.status = 200;
    ctx.set('x-secret', 'SECRET');
    ctx.flushHeaders();
    await pause();
    ctx.body = 'SECRET';
  },
  'a raw end': raw((ctx) => ctx.res.end('SECRET')),
  'a raw end, awaited': raw((ctx) => new Promise<void>((done) => ctx.res.end('SECRET', done))),
  'a raw end, awaited by its event': raw(
    (ctx) => new Promise<void>((done) => ctx.res.on('finish', done).end('SECRET')),
  ),
  'a raw end, later': raw((ctx) => void setTimeout(() => ctx.res.end('SECRET'), 5)),
  'raw writes over time': raw(async (ctx) => {
    for (let i = 0; i < 5; i++) {
      ctx.res.write('SECRET');
      await pause();
    }
    ctx.res.end('SECRET');
  }),
  'a raw writeHead': raw((ctx) => ctx.res.writeHead(200, 'SECRET', { 'x-secret': 'SECRET' }).end('SECRET')),
  'raw headers afterwards': raw(async (ctx) => {
    ctx.res.write('SECRET');
    ctx.res.setHeader('x-secret', 'SECRET');
    ctx.res.appendHeader('x-secret', 'SECRET');
    await pause();
    if (!ctx.res.headersSent) ctx.res.setHeader('x-secret', 'SECRET');
    ctx.res.end();
  }),
  'a raw redirect': raw((ctx) => ctx.res.writeHead(302, { location: '/SECRET' }).end()),
  'a pipe': raw((ctx) => createReadStream(file).pipe(ctx.res)),
  'a pipeline': raw((ctx) => pipeline(createReadStream(file), ctx.res).catch(() => {})),
  'raw, and Koa is not informed': (ctx) => {
    ctx.res.statusCode = 200;
    ctx.res.write('SECRET');
    ctx.body = 'SECRET';
  },
  'server-sent events': raw(async (ctx) => {
    ctx.res.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const event of Readable.from(['SECRET 1', 'SECRET 2'])) ctx.res.write(`data: ${event}\n\n`);
    ctx.res.end();
  }),
  'events from elsewhere': raw((ctx) => {
    ctx.res.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = (message: string) => ctx.res.write(`data: ${message}\n\n`);
    broker.on('message', write);
    setTimeout(() => broker.off('message', write), 50);
  }),
};

const codeOf = (name: string) =>
  name === 'a forgotten await' ? 'NANOOK_HTTP_UNAWAITED_CHECK' : 'NANOOK_HTTP_UNDECIDED_ROUTE';

/** Handlers that respond after all middleware has returned, so that only Koa can respond to the error. */
const late = ['a raw end, later', 'a pipe'];

describe.each(testedVersions(majors))('the response guard in %s', (_major, Koa) => {
  /** The errors that reached middleware upstream, and the `error` event of the application. */
  const seen: unknown[] = [];
  const emitted: unknown[] = [];
  afterEach(() => {
    seen.splice(0);
    emitted.splice(0);
  });

  const serve = (app: Pick<Koa3, 'callback'>): RequestListener => {
    const answer = app.callback();
    return (req, res) => void answer(req, res);
  };
  const newApp = () => {
    const app = new Koa();
    app.on('error', (error: unknown) => emitted.push(error));
    return app;
  };

  /** Responds asynchronously, as an error handler that logs does. */
  const lateErrors: Middleware = async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      seen.push(error);
      await pause(4);
      ctx.status = (error as { status: number }).status;
      ctx.body = { error: 'blocked' };
    }
  };

  /** Creates an application with one route, and middleware before the response guard. */
  function appOf(handler: Middleware, ...upstream: Middleware[]) {
    const app = newApp();
    app.use((ctx, next) => {
      ctx.set('x-request-id', '7');
      return next();
    });
    for (const each of upstream) app.use(each);
    app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || undefined }));
    app.use(authorize());
    const router = new Router({ prefix: '/api' });
    router.all('/things/:id', handler);
    app.use(router.routes());
    return app;
  }
  const handle =
    (answer: (ctx: Context) => unknown): Middleware =>
    async (ctx) => {
      await answer(ctx as Context);
    };
  const decided = (answer: (ctx: Context) => unknown) =>
    handle(async (ctx) => {
      await ctx.state.authz.authorize('read', 'thing');
      return answer(ctx);
    });

  describe.each(Object.entries(answers))('for a handler that sends %s', (name, answer) => {
    it.each(['get', 'head', 'post'] as const)('blocks the response of %s', async (method) => {
      const response = await request(serve(appOf(handle(answer), lateErrors)))
        [method]('/api/things/7?token=x')
        .set('x-user', 'alice');
      await pause(5);
      expect(response.status).toBe(500);
      expect(JSON.stringify([response.headers, response.text])).not.toMatch(/SECRET/);
      const isLate = late.includes(name);
      const page = method === 'head' ? {} : { error: 'blocked' };
      expect(response.body).toEqual(isLate ? {} : page);
      expect(response.headers['x-request-id']).toBe(isLate ? undefined : '7');
      const faults = isLate ? emitted : seen;
      expect(faults).toHaveLength(1);
      expect(faults[0]).toMatchObject({
        code: codeOf(name),
        status: 500,
        data: { method: method.toUpperCase(), route: '/api/things/:id' },
      });
      expect((faults[0] as Error).message).toContain(`${method.toUpperCase()} /api/things/:id (`);
    });

    it('blocks the response when no middleware upstream handles errors', async () => {
      const { status, text, headers } = await request(serve(appOf(handle(answer))))
        .get('/api/things/7')
        .set('x-user', 'alice');
      await pause(5);
      expect([status, text]).toEqual([500, 'Internal Server Error']);
      expect(JSON.stringify(headers)).not.toMatch(/SECRET/);
      expect(emitted[0]).toMatchObject({ code: codeOf(name) });
    });
  });

  it.each(Object.entries(answers))('sends %s after a decision', async (name, answer) => {
    if (['raw headers afterwards', 'a stream that cannot be read'].includes(name)) return; // these handlers fail for another reason
    if (['an error that was caught', 'a forgotten await'].includes(name)) return; // blocked for another reason
    if (name === 'raw, and Koa is not informed' || name === 'events from elsewhere') return; // these responses never end
    const response = await request(serve(appOf(decided(answer), lateErrors)))
      .get('/api/things/7')
      .set('x-user', 'alice')
      .redirects(0);
    expect(response.status).toBeLessThan(400);
    expect(seen).toEqual([]);
  });

  it('sends a response after a skip', async () => {
    const app = appOf((ctx) => {
      ctx.state.authz.skip('a test');
      ctx.body = 'ok';
    });
    expect((await request(serve(app)).get('/api/things/7')).text).toBe('ok');
  });

  it('sends errors of the application, the framework and other middleware', async () => {
    for (const status of [400, 404, 422, 500, 503]) {
      const app = appOf((ctx) => {
        ctx.status = status;
        ctx.body = { status };
      }, lateErrors);
      expect((await request(serve(app)).get('/api/things/7')).body).toEqual({ status });
    }
    const app = appOf(() => {}, lateErrors);
    for (const path of ['/elsewhere', '/api/things/7'])
      expect((await request(serve(app)).get(path)).text).toBe('Not Found');
    expect(seen).toEqual([]);
  });

  it('sends the response to a preflight request', async () => {
    const app = appOf((ctx) => {
      ctx.status = 204;
    });
    expect((await request(serve(app)).options('/api/things/7')).status).toBe(204);
  });

  it('sends any response of a handler that is for preflight requests only', async () => {
    const say: Middleware = (ctx) => {
      ctx.body = { may: 'say' };
    };
    const appWith = (routes: (router: Router) => void) => {
      const app = newApp();
      app.use(authorization(authorizer)).use(authorize());
      const router = new Router();
      routes(router);
      app.use(router.routes()).use(router.allowedMethods());
      return request(serve(app)).options('/things');
    };
    expect((await appWith((router) => router.options('/things', say))).body).toEqual({ may: 'say' });
    expect((await appWith((router) => router.all('/things', say))).status).toBe(500);
    const { status, headers } = await appWith((router) => router.get('/things', say));
    expect([status, headers['allow']]).toEqual([200, 'HEAD, GET']);
  });

  it('names the location of the handler', async () => {
    await request(serve(appOf((ctx) => void (ctx.body = secret), lateErrors))).get('/api/things/7');
    expect((seen[0] as Error).message).toMatch(
      /GET \/api\/things\/:id \(.*response-guard\.test\.ts:\d+\) answered 200/,
    );
  });

  it('closes the stream of a blocked response', async () => {
    const streams = [new PassThrough(), new PassThrough()];
    const web = new ReadableStream({ cancel: () => void (isCanceled = true) });
    let isCanceled = false;
    const bodies: unknown[] = Koa === Koa3 ? [...streams, web] : streams;
    for (const body of bodies) {
      const app = appOf((ctx) => {
        ctx.body = body;
      }, lateErrors);
      expect((await request(serve(app)).get('/api/things/7')).status).toBe(500);
    }
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect(isCanceled).toBe(Koa === Koa3);
  });

  describe('and middleware upstream', () => {
    it('hides the blocked body, so that it cannot be hashed, compressed or logged', async () => {
      const bodies: unknown[] = [];
      const app = appOf(handle(answers['JSON']!), lateErrors, async (ctx, next) => {
        try {
          await next();
        } finally {
          bodies.push([ctx.status, ctx.body, ctx.type]);
          if (ctx.body !== undefined) ctx.etag = 'SECRET';
        }
      });
      const { headers } = await request(serve(app)).get('/api/things/7');
      expect(bodies).toEqual([[500, undefined, '']]);
      expect(headers).not.toHaveProperty('etag');
    });

    it('does not send the blocked response when middleware catches the error', async () => {
      for (const answer of ['JSON', 'a stream', 'a redirect', 'a raw end', 'raw writes over time']) {
        const app = appOf(handle(answers[answer]!), async (_ctx, next) => {
          await next().catch(() => {});
        });
        const { status, text } = await request(serve(app)).get('/api/things/7');
        expect([status, text]).toEqual([500, 'Internal Server Error']);
      }
    });

    it('does not send a body that a handler prepared before it failed', async () => {
      const app = appOf(
        handle(async (ctx) => {
          ctx.body = secret;
          await ctx.state.authz.authorize('read', 'other');
        }),
        async (ctx, next) => {
          await next().catch((error: { status: number }) => {
            ctx.status = error.status;
          });
        },
      );
      const { status, text } = await request(serve(app)).get('/api/things/7').set('x-user', 'alice');
      expect([status, text]).toEqual([404, 'Not Found']);
    });

    it('sends a response to the error that bypasses Koa', async () => {
      for (const answer of ['JSON', 'a raw end']) {
        const app = appOf(handle(answers[answer]!), async (ctx, next) => {
          await next().catch(() => {
            ctx.respond = false;
            ctx.res.writeHead(500, { 'x-by': 'and middleware upstream' });
            ctx.res.end('by itself');
          });
        });
        const { headers, text } = await request(serve(app)).get('/api/things/7');
        expect([headers['x-by'], text]).toEqual(['and middleware upstream', 'by itself']);
      }
    });

    it('sends a stream as the response to the error', async () => {
      for (const answer of ['JSON', 'raw writes over time']) {
        const app = appOf(handle(answers[answer]!), async (ctx, next) => {
          await next().catch(async () => {
            await pause(3);
            ctx.body = Readable.from(['a ', 'page']);
          });
        });
        const { status, text, body } = await request(serve(app)).get('/api/things/7');
        expect([status, text ?? String(body)]).toEqual([500, 'a page']);
      }
    });

    it('blocks 2xx and 3xx from middleware upstream without a decision', async () => {
      const login: Middleware = async (ctx, next) => {
        await next().catch(() => ctx.redirect('/login'));
      };
      const refused = handle((ctx) => ctx.state.authz.authorize('read', 'thing'));
      expect((await request(serve(appOf(refused, login))).get('/api/things/7')).status).toBe(500);
      expect(emitted).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { status: 302 } }]);
      const explained: Middleware = async (ctx, next) => {
        await next().catch(() => {
          ctx.state.authz.skip('to the login page');
          ctx.redirect('/login');
        });
      };
      const { headers } = await request(serve(appOf(refused, explained)))
        .get('/api/things/7')
        .redirects(0);
      expect(headers['location']).toBe('/login');
    });

    it('ignores writes of the handler while middleware handles the error', async () => {
      const forgotten: Middleware = (ctx) => {
        void pause(2).then(() => (ctx.body = secret));
      };
      const commit: Middleware = async (_ctx, next) => {
        await next();
        await pause(8);
      };
      const { status, text } = await request(serve(appOf(forgotten, commit))).get('/api/things/7');
      expect([status, text]).toEqual([500, 'Internal Server Error']);
      expect(emitted).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
    });
  });

  it('blocks middleware that responds', async () => {
    const app = newApp();
    app.use(authorizationErrors()).use(authorization(authorizer)).use(authorize());
    app.use((ctx) => {
      ctx.body = createReadStream(file);
    });
    const { status, text } = await request(serve(app)).get('/file.txt');
    expect([status, text.includes('SECRET')]).toEqual([500, false]);
    expect(emitted).toMatchObject([{ data: { method: 'GET', route: '/file.txt' } }]);
  });

  it('works once when it is installed several times', async () => {
    const app = newApp();
    app.use(lateErrors).use(authorization(authorizer)).use(authorize()).use(authorize());
    const router = new Router();
    router.use(authorize());
    router.get('/', authorize(), handle(answers['a raw end']!));
    app.use(router.routes());
    expect((await request(serve(app)).get('/')).body).toEqual({ error: 'blocked' });
    expect(seen).toHaveLength(1);
  });

  it('responds without details when there is no error handler', async () => {
    for (const answer of ['JSON', 'a raw end']) {
      const app = appOf(handle(answers[answer]!), authorizationErrors());
      const { body, headers } = await request(serve(app)).get('/api/things/7');
      expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
      expect(headers['content-type']).toBe('application/problem+json');
    }
    expect(emitted).toMatchObject([
      { code: 'NANOOK_HTTP_UNDECIDED_ROUTE' },
      { code: 'NANOOK_HTTP_UNDECIDED_ROUTE' },
    ]);
  });

  it('keeps the connection usable after a blocked response', async () => {
    const app = appOf(handle(answers['raw writes over time']!), lateErrors);
    app.use(
      skipAuthorization('a test', (ctx) => {
        ctx.body = 'fine';
      }),
    );
    const server = createServer(serve(app)).listen(0);
    const { port } = server.address() as AddressInfo;
    for (let i = 0; i < 3; i++) {
      const blocked = await fetch(`http://localhost:${port}/api/things/1`);
      expect([blocked.status, await blocked.text()]).toEqual([500, '{"error":"blocked"}']);
      expect(await (await fetch(`http://localhost:${port}/next`)).text()).toBe('fine');
    }
    server.close();
  });
});
