import Router from '@koa/router';
import { Authorizer } from '@nanook/core';
import Koa3, { type Context, type Middleware } from 'koa';
import { createServer, request as send } from 'node:http';
import { connect, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { createGzip, gunzipSync } from 'node:zlib';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing');

/** A ruled handler that writes a part of the response itself, and continues. */
const begin: Middleware = (ctx, next) => {
  ctx.respond = false;
  ctx.status = 200;
  ctx.res.write('ruled');
  return next();
};

describe.each(testedVersions(majors))('a response that has started, in %s', (_major, Koa) => {
  const faults: { readonly code: string }[] = [];
  afterEach(() => faults.splice(0));

  const appOf = (fill: (app: Koa3) => void): Koa3 => {
    const app = new Koa();
    app.on('error', (fault) => faults.push(fault as never));
    app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
    fill(app);
    return app;
  };
  const ask = (app: Koa3) =>
    new Promise<{ text: string; isComplete: boolean }>((resolve) => {
      const handle = app.callback();
      const server = createServer((req, res) => void handle(req, res)).listen(0, () => {
        const { port } = server.address() as { readonly port: number };
        send({ port, path: '/', agent: false }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => {});
          response.on('close', () => {
            server.close();
            const isGzip = response.headers['content-encoding'] === 'gzip' && response.complete;
            const body = Buffer.concat(chunks);
            resolve({ text: (isGzip ? gunzipSync(body) : body).toString(), isComplete: response.complete });
          });
        })
          .on('error', () => {
            server.close();
            resolve({ text: '', isComplete: false });
          })
          .end();
      });
    });

  it.each<[string, (ctx: Context) => unknown]>([
    ['at once', (ctx) => ctx.res.end('SECRET')],
    ['from a timer', (ctx) => setTimeout(() => ctx.res.end('SECRET'), 5)],
    [
      'after an await',
      async (ctx) => {
        await pause(5);
        ctx.res.write('SECRET');
      },
    ],
  ])('is aborted when a later route without a decision adds data to it %s', async (_when, add) => {
    const app = appOf((koa) => {
      const router = new Router();
      router.get('/', read, begin);
      router.get('/', (ctx) => void add(ctx as Context));
      koa.use(router.routes());
    });
    const { text, isComplete } = await ask(app);
    expect(isComplete).toBe(false);
    expect(text).not.toContain('SECRET');
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { isStarted: true } }]);
  });

  it('aborts when middleware upstream without a decision adds data to it', async () => {
    const app = appOf((koa) => {
      koa.use(async (ctx, next) => {
        await next();
        ctx.res.end('SECRET');
      });
      koa.use(new Router().get('/', read, begin).routes());
    });
    const { text, isComplete } = await ask(app);
    expect(isComplete).toBe(false);
    expect(text).not.toContain('SECRET');
  });

  it('completes when its handler, or a later handler of its route, adds data to it', async () => {
    const app = appOf((koa) => {
      const end: Middleware = async (ctx) => {
        await pause(5);
        ctx.res.end(' and more');
      };
      koa.use(new Router().get('/', read, begin, end).routes());
    });
    expect(await ask(app)).toEqual({ text: 'ruled and more', isComplete: true });
    expect(faults).toEqual([]);
  });

  it('completes when its data pass a stream that middleware upstream has put before the response', async () => {
    const app = appOf((koa) => {
      koa.use(async ({ res }, next) => {
        const gzip = createGzip();
        const write = res.write.bind(res);
        const end = res.end.bind(res);
        res.setHeader('Content-Encoding', 'gzip');
        res.write = (chunk: unknown) => {
          if (!res.headersSent) res.writeHead(200);
          return gzip.write(chunk);
        };
        res.end = ((chunk: unknown) => gzip.end(chunk)) as never;
        gzip.on('data', (chunk) => write(chunk));
        gzip.on('end', () => end());
        await next();
      });
      const end: Middleware = (ctx) => void setTimeout(() => ctx.res.end(' and more'), 5);
      koa.use(new Router().get('/', read, begin, end).routes());
    });
    expect(await ask(app)).toEqual({ text: 'ruled and more', isComplete: true });
    expect(faults).toEqual([]);
  });

  it('aborts in HTTP/2, also when a route without a decision writes to the stream', async () => {
    const app = appOf((koa) => {
      const router = new Router();
      router.get('/', read, begin);
      router.get('/', (ctx) => {
        setTimeout(() => (ctx.res as unknown as { stream: NodeJS.WritableStream }).stream.end('SECRET'), 5);
      });
      koa.use(router.routes());
    });
    const handle = app.callback() as unknown as (...args: unknown[]) => void;
    const server = createHttp2Server((req, res) => handle(req, res)).listen(0);
    const { port } = server.address() as { readonly port: number };
    const session = connect(`http://localhost:${port}`);
    const stream = session.request({ ':path': '/' });
    const failure = new Promise<Error>((resolve) => stream.on('error', resolve));
    let text = '';
    stream.on('data', (chunk) => (text += String(chunk)));
    expect((await failure).message).toContain('NGHTTP2_INTERNAL_ERROR');
    expect(text).not.toContain('SECRET');
    session.close();
    server.close();
  });

  it.each([
    ['its handler', 'ruled', { 'x-early': '1', 'x-late': 'ruled' }],
    ['a handler with a decision that replaces the listener of the response', 'read', { 'x-raw': 'sent' }],
    ['a handler without a decision that replaces the listener of the response', 'unruled', undefined],
  ])('has in HTTP/2 the trailers of %s', async (_who, who, expected) => {
    const sendRaw: Middleware = (ctx) => {
      const { stream } = ctx.res as unknown as { readonly stream: ServerHttp2Stream };
      stream.removeAllListeners('wantTrailers');
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-raw': 'sent' }));
    };
    const app = new Koa();
    app.use((ctx, next) => {
      ctx.res.addTrailers({ 'x-early': '1' }); // before the response is guarded
      return next();
    });
    app.use(authorization(authorizer, { actor: () => 'alice' })).use(authorize());
    const router = new Router().get('/', read, (ctx, next) => {
      setTimeout(() => ctx.res.end(), 5);
      ctx.respond = false;
      ctx.res.write('ruled');
      if (who === 'ruled') ctx.res.addTrailers({ 'x-late': 'ruled' });
      return next();
    });
    if (who === 'read') router.get('/', read, sendRaw as never);
    if (who === 'unruled') router.get('/', sendRaw as never);
    app.use(router.routes());
    const handle = app.callback() as unknown as (...args: unknown[]) => void;
    const server = createHttp2Server((req, res) => handle(req, res)).listen(0);
    const { port } = server.address() as { readonly port: number };
    const session = connect(`http://localhost:${port}`);
    const stream = session.request({ ':path': '/' });
    let trailers: unknown;
    stream.on('trailers', (received) => (trailers = Object.fromEntries(Object.entries(received))));
    await new Promise((closed) => stream.resume().on('close', closed));
    expect(trailers).toEqual(expected);
    session.close();
    server.close();
  });
});
