import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa, { type Context, type Middleware } from 'koa';
import { EventEmitter, once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorization, authorizationErrors, authorize, protect, skipAuthorization } from '../index.js';

const authorizer = await Authorizer.load({
  policies: `
    allow("alice", "read", "thing");
    allow_request("alice", _);
  `,
});
const read = () => authorize('read', () => 'thing');
const authzOf = (ctx: Context) => ctx.state.authz;

/** The middleware of this package runs without an asynchronous context, so code that it calls is the target of these attacks. */
describe('a decision that code makes which middleware of this package calls', () => {
  const faults: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  let server: Server | undefined;
  beforeEach(() => faults.splice(0));
  afterEach(() => server?.close());

  /** Starts an application, and returns a function that sends requests over two connections that stay open. */
  async function start(
    fill: (app: Koa) => void,
    hooks: { readonly actor?: (ctx: Context) => unknown; readonly request?: (ctx: Context) => unknown } = {},
  ) {
    const app = new Koa();
    app.on('error', (error: { code?: string }) => faults.push(error.code ?? 'no code'));
    app.use(authorizationErrors({ onError: (error) => faults.push((error as { code: string }).code) }));
    app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || 'alice', ...hooks }));
    app.use(authorize());
    fill(app);
    const handle = app.callback();
    server = createServer((req, res) => void handle(req, res)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return (path: string, user = 'alice') =>
      new Promise<string>((resolve, reject) => {
        get({ port, path, agent, headers: { 'x-user': user } }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () =>
            resolve(`${response.statusCode} ${response.statusCode === 200 ? text : ''}`),
          );
          response.on('error', reject);
        }).on('error', reject);
      });
  }

  const secret: Middleware = (ctx) => void (ctx.body = 'secret');

  it('counts for no handler after authorize(), whose hook `request` skips', async () => {
    const ask = await start((app) => app.use(secret), {
      request: (ctx) => {
        authzOf(ctx).skip('the hook');
        return 'a request';
      },
    });
    expect(await ask('/')).toBe('500 ');
    expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
  });

  it('counts only for its own route, if the loader of a requirement makes it', async () => {
    const router = new Router();
    router.get(
      '/own',
      authorize('read', (ctx: Context) => {
        authzOf(ctx).skip('the loader');
        return 'thing';
      }),
      (_ctx, next) => next(),
    );
    const ask = await start((app) => app.use(router.routes()).use(secret));
    expect(await ask('/own')).toBe('500 ');
    expect(faults).toEqual(['NANOOK_HTTP_UNDECIDED_ROUTE']);
  });

  it('counts only for the handler of its own request, while requests interleave on open connections', async () => {
    const router = protect(new Router());
    router.get('/read/:ms', read(), async (ctx) => {
      await pause(Number(ctx.params.ms));
      ctx.body = 'a thing';
    });
    router.get('/skip/:ms', skipAuthorization('public'), async (ctx) => {
      await pause(Number(ctx.params.ms));
      ctx.body = 'public';
    });
    const ask = await start((app) =>
      app.use(router.routes()).use(async (ctx) => {
        await pause(2);
        ctx.body = 'secret';
      }),
    );
    const sent = Array.from({ length: 60 }, (_, i) => {
      const ms = i % 5;
      switch (i % 4) {
        case 0:
          return [`/read/${ms}`, 'alice', '200 a thing'] as const;
        case 1:
          return [`/read/${ms}`, 'bob', '403 '] as const;
        case 2:
          return [`/other/${ms}`, 'alice', '500 '] as const;
        default:
          return [`/skip/${ms}`, 'alice', '200 public'] as const;
      }
    });
    const responses = await Promise.all(sent.map(([path, user]) => ask(path, user)));
    expect(responses).toEqual(sent.map(([, , expected]) => expected));
  });

  it('counts only for the handler of its own request, while requests are pipelined on one connection', async () => {
    const router = protect(new Router());
    router.get('/read', read(), async (ctx) => {
      await pause(20);
      ctx.body = 'a thing';
    });
    router.get('/skip', skipAuthorization('public'), (ctx) => void (ctx.body = 'public'));
    await start((app) => app.use(router.routes()).use(secret));
    const paths = ['/read', '/other', '/skip', '/other', '/read', '/other'];
    const { port } = server!.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      paths
        .map((path, i) => {
          const closing = i === paths.length - 1 ? 'Connection: close\r\n' : '';
          return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${closing}\r\n`;
        })
        .join(''),
    );
    const received = (await socket.setEncoding('utf8').toArray()).join('');
    expect([...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(
      paths.map((path) => (path === '/other' ? '500' : '200')),
    );
    expect(received).not.toContain('secret');
  });

  it('counts only for its own request, while a limiter starts each request in the context of an earlier one', async () => {
    const router = protect(new Router());
    router.get('/read', read(), async (ctx) => {
      await pause(1);
      ctx.body = 'a thing';
    });
    router.get('/skip', skipAuthorization('public'), (ctx) => void (ctx.body = 'public'));
    const app = new Koa();
    app.on('error', () => {});
    app.use(authorizationErrors({ onError: () => {} }));
    app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || 'alice' })).use(authorize());
    app.use(router.routes()).use((ctx) => {
      if (ctx.path === '/other') ctx.body = 'secret';
    });
    const handle = app.callback();
    const waiting: (() => void)[] = [];
    let isBusy = false;
    const startNext = () => {
      const begin = waiting.shift();
      isBusy = begin !== undefined;
      begin?.();
    };
    // The asynchronous context of each request contains those of the earlier ones.
    server = createServer((req, res) => {
      const end = res.end.bind(res) as (...args: never[]) => typeof res;
      res.end = ((...args: never[]) => {
        const ended = end(...args);
        startNext();
        return ended;
      }) as typeof res.end;
      waiting.push(() => void handle(req, res));
      if (!isBusy) startNext();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = async (path: string, user: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-user': user } });
      const text = await response.text();
      return response.status === 200 ? text : response.status;
    };
    const sent = Array.from({ length: 5 }, () => [
      ['/read', 'alice', 'a thing'] as const,
      ['/other', 'alice', 500] as const,
      ['/skip', 'alice', 'public'] as const,
      ['/missing', 'alice', 404] as const,
      ['/read', 'bob', 403] as const,
    ]).flat();
    const responses = await Promise.all(sent.map(([path, user]) => ask(path, user)));
    expect(responses).toEqual(sent.map(([, , expected]) => expected));
  });

  it('counts for a stream that its route sends, and not for a stream of another handler', async () => {
    const router = protect(new Router());
    router.get('/stream', read(), (ctx) => void (ctx.body = Readable.from(['a ', 'thing'])));
    const ask = await start((app) =>
      app.use(router.routes()).use((ctx) => void (ctx.body = Readable.from(['sec', 'ret']))),
    );
    expect(await Promise.all([ask('/stream'), ask('/other'), ask('/stream')])).toEqual([
      '200 a thing',
      '500 ',
      '200 a thing',
    ]);
  });

  it('does not count for a handler that writes from a callback without its asynchronous context', async () => {
    const emitter = new EventEmitter();
    const timer = setInterval(() => emitter.emit('tick'), 1); // outside every request
    const router = protect(new Router());
    router.get('/read', read(), (ctx) => void (ctx.body = 'a thing'));
    const ask = await start((app) =>
      app.use(router.routes()).use((ctx) => {
        ctx.respond = false;
        emitter.once('tick', () => {
          ctx.res.statusCode = 200;
          ctx.res.end('secret');
        });
      }),
    );
    try {
      const responses = await Promise.all(['/read', '/other', '/read', '/other'].map((path) => ask(path)));
      expect(responses).toEqual(['200 a thing', '500 ', '200 a thing', '500 ']);
    } finally {
      clearInterval(timer);
    }
  });

  it.each([
    ['before', (ctx: Context) => ctx.throw(418)],
    ['after', (ctx: Context) => ((ctx.body = 'secret'), ctx.throw(418))],
  ])('sends no body for an error that a handler throws %s it responds', async (_, fail) => {
    const router = protect(new Router());
    router.get('/read', read(), (ctx) => void (ctx.body = 'a thing'));
    const ask = await start((app) => app.use(router.routes()).use(fail as Middleware));
    expect(await Promise.all([ask('/other'), ask('/read')])).toEqual(['418 ', '200 a thing']);
  });

  it('counts in a mounted application only for its own handlers', async () => {
    const inner = new Koa();
    inner.use(authorize()).use(async (ctx, next) => {
      if (ctx.path === '/inner') await read()(ctx, next);
      else await next();
    });
    const mounted = inner.middleware as Middleware[];
    const ask = await start((app) => {
      app.use((ctx, next) => {
        const call = (i: number): Promise<void> =>
          Promise.resolve(i === mounted.length ? next() : (mounted[i]!(ctx, () => call(i + 1)) as never));
        return call(0);
      });
      app.use(secret);
    });
    expect(await Promise.all([ask('/inner'), ask('/other')])).toEqual(['500 ', '500 ']);
  });
});
