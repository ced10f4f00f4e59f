import { Authorizer } from '@nanook/core';
import { type Context } from 'koa';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type ClientHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import request from 'supertest';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize } from '../index.js';
import { majors } from '../testing/majors.fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'nanook-blocked-'));
const file = join(folder, 'file.txt');
writeFileSync(file, 'SECRET '.repeat(200_000));
afterAll(() => rmSync(folder, { recursive: true }));

const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 5, value));

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });

describe.each(testedVersions(majors))('the response guard in %s', (_major, Koa) => {
  const seen: unknown[] = [];
  beforeEach(() => void seen.splice(0));

  function appOf(answer: (ctx: Context) => unknown, options: Parameters<typeof authorization>[1] = {}) {
    const app = new Koa();
    app.on('error', (error: unknown) => seen.push(error));
    app.use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || undefined, ...options }));
    app.use(authorize());
    app.use(async (ctx) => {
      await answer(ctx as Context);
    });
    const listener = app.callback();
    return ((req, res) => void listener(req, res)) satisfies RequestListener;
  }

  it.each([412, 416, 600, 999])('blocks the status %i', async (status) => {
    const app = appOf((ctx) => {
      ctx.respond = false;
      ctx.res.writeHead(status, { 'content-range': 'bytes */1400000' }).end('SECRET');
    });
    const response = await request(app).get('/');
    expect(response.status).toBe(500);
    expect(JSON.stringify([response.headers, response.text])).not.toMatch(/SECRET|1400000/);
    expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { status } }]);
  });

  it.each<[string, (ctx: Context) => unknown]>([
    ['end', ({ res }) => res.end('SECRET')],
    [
      'write',
      ({ res }) => {
        res.write('SECRET');
        res.end();
      },
    ],
    ['pipe', ({ res }) => createReadStream(file).pipe(res)],
    ['end, later', ({ res }) => void setTimeout(() => res.end('SECRET'), 2)],
  ])('blocks the 404 that Koa set before the handlers: %s', async (_how, write) => {
    for (const respond of [true, false]) {
      const app = appOf((ctx) => {
        ctx.respond = respond;
        void write(ctx);
        if (respond) return new Promise((later) => setTimeout(later, 1_000)); // the response guard interrupts it
      });
      seen.splice(0);
      const { status, text } = await request(app).get('/');
      expect([status, text]).toEqual([500, 'Internal Server Error']);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { status: 404 } }]);
    }
  });

  it('does not block a 404 that the application has chosen, or that Koa sends', async () => {
    const answers: ((ctx: Context) => unknown)[] = [
      () => {},
      (ctx) => void (ctx.status = 404),
      (ctx) => ctx.throw(404),
      (ctx) => {
        ctx.status = 404;
        ctx.respond = false;
        ctx.res.end('nothing here');
      },
      (ctx) => {
        ctx.respond = false;
        ctx.res.writeHead(404).end('nothing here');
      },
    ];
    for (const answer of answers) expect((await request(appOf(answer)).get('/')).status).toBe(404);
    expect(seen).toMatchObject([{ name: 'NotFoundError' }]);
  });

  it.each<[string, string, (ctx: Context) => unknown]>([
    [
      'was refused',
      'NANOOK_HTTP_REFUSED_ROUTE',
      ({ state }) => state.authz.authorize('read', 'thing').catch(() => {}),
    ],
    [
      'is pending',
      'NANOOK_HTTP_UNAWAITED_CHECK',
      ({ state }) => void state.authz.authorize('read', later('thing')).catch(() => {}),
    ],
  ])('blocks an empty response to OPTIONS while a check %s', async (_state, code, check) => {
    const app = appOf(async (ctx) => {
      await check(ctx);
      ctx.set('x-secret', 'SECRET');
      ctx.status = 204;
    });
    const { status, headers } = await request(app).options('/').set('x-user', 'bob');
    expect([status, headers['x-secret']]).toEqual([500, undefined]);
    expect(seen).toMatchObject([{ code }]);
  });

  it('ends a pipeline without an error, and reports once', async () => {
    let outcome: unknown;
    const app = appOf((ctx) => {
      ctx.respond = false;
      ctx.res.statusCode = 200;
      return pipeline(createReadStream(file), ctx.res).then(
        () => (outcome = 'done'),
        (error: unknown) => (outcome = error),
      );
    });
    expect((await request(app).get('/')).status).toBe(500);
    await vi.waitFor(() => expect([outcome, seen.length]).toEqual(['done', 1]));
  });

  it('adds WWW-Authenticate to a 401, with and without authorizationErrors()', async () => {
    const refused = (ctx: Context) => ctx.state.authz.authorize('read', 'thing');
    const raw = async (ctx: Context) => {
      await refused(ctx).catch(() => {});
      ctx.status = 401;
      ctx.body = 'sign in';
    };
    for (const answer of [refused, raw]) {
      const { headers } = await request(appOf(answer)).get('/');
      expect(headers['www-authenticate']).toBe('Bearer');
      const { headers: headersOf401 } = await request(appOf(answer, { challenge: ['Basic', 'Bearer'] })).get(
        '/',
      );
      expect(headersOf401['www-authenticate']).toBe('Basic, Bearer');
    }
  });

  it('allows a response after the actor has signed in during the request', async () => {
    const app = appOf(
      async (ctx) => {
        const { authz } = ctx.state;
        const before = await authz.can('read', 'thing');
        (ctx.state as unknown as { user: string }).user = 'alice';
        await authz.authorize('read', 'thing');
        ctx.body = [before, await authz.can('read', 'thing')];
      },
      { actor: ({ state }) => (state as unknown as { user?: string }).user, anonymous: null },
    );
    expect((await request(app).get('/')).body).toEqual([false, true]);
  });

  describe('in HTTP/2', () => {
    const streamOf = (ctx: Context) => (ctx.res as unknown as { stream: ServerHttp2Stream }).stream;
    const raw = (answer: (stream: ServerHttp2Stream, ctx: Context) => unknown) => (ctx: Context) => {
      ctx.respond = false;
      return answer(streamOf(ctx), ctx);
    };

    async function answerTo(app: RequestListener, user = '') {
      const server = createServer(app as never).listen(0);
      const { port } = server.address() as AddressInfo;
      const client: ClientHttp2Session = connect(`http://localhost:${port}`);
      try {
        return await new Promise<{ status: unknown; text: string }>((resolve, reject) => {
          const stream = client.request({ ':path': '/', 'x-user': user });
          let status: unknown;
          let text = '';
          stream.setEncoding('utf8');
          stream.on('response', (headers) => {
            status = headers[':status'];
            text += JSON.stringify(headers);
          });
          stream.on('data', (data: string) => (text += data));
          stream.on('error', reject);
          stream.on('end', () => resolve({ status, text }));
        });
      } finally {
        client.close();
        server.close();
      }
    }

    const answers: Record<string, (ctx: Context) => unknown> = {
      'ctx.body': (ctx) => (ctx.body = 'SECRET'),
      'ctx.res.end': raw((_stream, ctx) => ((ctx.res.statusCode = 200), ctx.res.end('SECRET'))),
      'ctx.res.writeHead': raw((_stream, ctx) =>
        ctx.res.writeHead(200, { 'x-secret': 'SECRET' }).end('SECRET'),
      ),
      'stream.respond': raw((stream) => {
        stream.respond({ ':status': 200, 'x-secret': 'SECRET' });
        stream.end('SECRET');
      }),
      'stream.respond without a status': raw((stream) => {
        stream.respond({ 'x-secret': 'SECRET' });
        stream.write('SECRET');
        stream.end('SECRET');
      }),
      'stream.write': raw((stream) => {
        stream.write('SECRET');
        stream.end();
      }),
      'stream.end': raw((stream) => stream.end('SECRET')),
      'stream.respondWithFile': raw((stream) => stream.respondWithFile(file, { 'x-secret': 'SECRET' })),
      'a pipeline to the stream': raw((stream) => pipeline(createReadStream(file), stream).catch(() => {})),
    };

    it.each(Object.entries(answers))('blocks the method %s', async (_how, answer) => {
      const { status, text } = await answerTo(appOf(answer));
      expect(status).toBe(500);
      expect(text).not.toContain('SECRET');
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { status: 200 } }]);
    });

    it.each(Object.entries(answers))('allows the method %s after a decision', async (_how, answer) => {
      const app = appOf(async (ctx) => {
        await ctx.state.authz.authorize('read', 'thing');
        return answer(ctx);
      });
      const { status, text } = await answerTo(app, 'alice');
      expect([status, text.includes('SECRET'), seen]).toEqual([200, true, []]);
    });

    it('blocks a response while a check is not awaited', async () => {
      const app = appOf(async (ctx) => {
        await ctx.state.authz.authorize('read', 'thing');
        void ctx.state.authz.authorize('delete', 'thing');
        ctx.respond = false;
        streamOf(ctx).respond({ ':status': 200 });
        streamOf(ctx).end('SECRET');
      });
      expect((await answerTo(app, 'alice')).status).toBe(500);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }]);
    });
  });
});
