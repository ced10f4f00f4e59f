import { Authorizer } from '@nanook/core';
import express5, { type ErrorRequestHandler, type Request, type Response } from 'express';
import express4 from 'express4';
import { EventEmitter } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import request from 'supertest';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'nanook-blocked-'));
const file = join(folder, 'file.txt');
writeFileSync(file, 'SECRET '.repeat(200_000));
afterAll(() => rmSync(folder, { recursive: true }));

const authorizer = await Authorizer.load({
  policies: `
    allow("alice", "read", "thing");
    allow("bob", action, "thing") if action in ["write", "update"];
  `,
});
const pause = (ms = 3) => new Promise((later) => setTimeout(later, ms));

/** Calls back outside the asynchronous context of the request, as a connection pool may do. */
const pool = new EventEmitter();
const clock = setInterval(() => pool.emit('ready'), 1);
afterAll(() => clearInterval(clock));

describe.each(testedVersions(majors))('the response guard in %s', (_major, express) => {
  const seen: unknown[] = [];
  beforeEach(() => {
    seen.splice(0);
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => void vi.restoreAllMocks());

  const errors: ErrorRequestHandler = (error, _req, res, next) => {
    seen.push(error);
    if (res.headersSent) next(error);
    else res.status((error as { status: number }).status).json({ error: 'from the application' });
  };

  function appOf(answer: (req: Request, res: Response) => unknown, handler: ErrorRequestHandler = errors) {
    const app = express();
    app.set('env', 'test');
    app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
    app.get('/thing', (req, res, next) => {
      Promise.resolve(answer(req, res)).catch(next);
    });
    app.use(handler);
    return app;
  }

  it.each([600, 700, 999])('blocks a status that HTTP does not define: %i', async (status) => {
    const app = appOf((_req, res) => void res.writeHead(status).end('SECRET'));
    const { text } = await request(app).get('/thing');
    expect(text).not.toContain('SECRET');
    expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { status } }]);
  });

  it.each<[number, Record<string, string>]>([
    [416, { range: 'bytes=9999999-' }],
    [412, { 'if-match': '"another"' }],
    [412, { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
    [304, { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() }],
  ])('reveals nothing about a file with %i for %o', async (status, headers) => {
    const size = String(statSync(file).size);
    for (const undecided of [
      appOf((_req, res) => res.sendFile(file)),
      appOf((req, res) =>
        res.sendFile(file, (error) => {
          if ((error as Error | undefined) !== undefined) req.next?.(error);
        }),
      ),
    ]) {
      seen.splice(0);
      const response = await request(undecided).get('/thing').set(headers);
      expect(response.status).toBe(500);
      expect(JSON.stringify([response.headers, response.text])).not.toContain(size);
      expect(response.headers).not.toHaveProperty('content-range');
      expect(response.headers).not.toHaveProperty('last-modified');
    }
    const decided = appOf(async (req, res) => {
      await req.authz.authorize('read', 'thing');
      res.sendFile(file);
    });
    expect((await request(decided).get('/thing').set(headers).set('x-user', 'alice')).status).toBe(status);
  });

  describe('an application with an error handler', () => {
    const json: ErrorRequestHandler = (error, _req, res, _next) => {
      seen.push(error);
      setTimeout(() => res.json({ error: 'from the application' }), 3);
    };

    it('ignores a status that the blocked handler sets later', async () => {
      const app = appOf(async (_req, res) => {
        res.write('SECRET');
        res.statusCode = 200;
        res.statusMessage = 'SECRET';
        res.status(201);
        await pause(1);
        res.statusCode = 200;
      }, json);
      const response = await request(app).get('/thing');
      expect([response.status, response.body]).toEqual([500, { error: 'from the application' }]);
      expect((response as unknown as { res: { statusMessage: string } }).res.statusMessage).toBe(
        'Internal Server Error',
      );
    });

    it.each<[string, (res: Response) => unknown]>([
      ['status', (res) => res.status(200).json({ ok: false })],
      ['writeHead', (res) => res.writeHead(200).end('{"ok":false}')],
      ['redirect', (res) => res.redirect('/login')],
    ])('sends status 500 when the error handler calls %s with another status', async (_how, answer) => {
      const app = appOf(
        (_req, res) => void res.json('SECRET'),
        (_error, _req, res, _next) => void answer(res),
      );
      expect((await request(app).get('/thing').redirects(0)).status).toBe(500);
    });

    it.each<[string, (res: Response) => unknown]>([
      ['json', (res) => res.json('SECRET')],
      ['write and end', (res) => (res.write('SECRET'), res.end())],
      ['a pipe', (res) => createReadStream(file).pipe(res)],
    ])(
      'ends the response as a bare 500 when the error handler lost its asynchronous context, after %s',
      async (_how, answer) => {
        const app = appOf(
          (_req, res) => void answer(res),
          (error, _req, res, _next) => {
            seen.push(error);
            pool.once('ready', () => void res.status(500).json({ error: 'SECRET, perhaps' }));
          },
        );
        const { status, text } = await request(app).get('/thing');
        expect([status, text]).toEqual([500, '']);
        expect(seen).toHaveLength(1);
      },
    );
  });

  describe.each<[string, () => Readable]>([
    ['a file', () => createReadStream(file)],
    [
      'an endless stream',
      () =>
        new Readable({
          read() {
            setImmediate(() => this.push('SECRET '.repeat(1000)));
          },
        }),
    ],
    ['a compressed file', () => createReadStream(file).pipe(createGzip())],
  ])('and a pipeline from %s', (_what, source) => {
    it.each<[string, ErrorRequestHandler | undefined]>([
      ['an error handler', errors],
      [
        'an error handler that takes its time',
        (error, _req, res, _next) => {
          seen.push(error);
          setTimeout(() => res.status(500).end('late'), 5);
        },
      ],
      ['Express', undefined],
    ])('ends the pipeline without an error, and reports once, when %s responds', async (_who, handler) => {
      const log = vi.spyOn(console, 'error').mockImplementation((error) => void seen.push(error));
      let stream: Readable | undefined;
      let outcome: unknown;
      const app = express();
      app.set('env', 'development'); // Express logs errors
      app.use(authorization(authorizer), authorize());
      app.get('/thing', (_req, res, next) => {
        stream = source();
        pipeline(stream, res).then(
          () => (outcome = 'done'),
          (error: unknown) => {
            outcome = error;
            next(error);
          },
        );
      });
      if (handler !== undefined) app.use(handler);
      const { status, text } = await request(app).get('/thing').set('accept-encoding', 'identity');
      await vi.waitFor(() => expect([outcome, stream!.destroyed]).toEqual(['done', true]));
      await pause(10);
      log.mockRestore();
      expect(status).toBe(500);
      expect(text).not.toContain('SECRET '.repeat(2));
      expect(seen).toHaveLength(1);
    });
  });

  describe('and a 401', () => {
    it.each<[string, ErrorRequestHandler | undefined]>([
      ['the application', errors],
      ['Express', undefined],
    ])('adds WWW-Authenticate when %s responds', async (_who, handler) => {
      for (const [challenge, expected] of [
        [undefined, 'Bearer'],
        ['Basic realm="notes"', 'Basic realm="notes"'],
      ] as const) {
        const app = express();
        app.set('env', 'test');
        app.use(authorization(authorizer, challenge === undefined ? {} : { challenge }));
        app.get(
          '/',
          authorize('read', () => 'thing'),
          (_req, res) => void res.end(),
        );
        app.get('/own', skipAuthorization('a test'), (_req, res) => void res.status(401).end());
        if (handler !== undefined) app.use(handler);
        const { status, headers } = await request(app).get('/');
        expect([status, headers['www-authenticate']]).toEqual([401, expected]);
        expect((await request(app).get('/own')).headers).not.toHaveProperty('www-authenticate');
      }
    });
  });

  it('does not distinguish a hidden resource from a missing one without an error handler', async () => {
    for (const env of ['test', 'development', 'production']) {
      const app = express();
      app.set('env', env);
      app.use(authorization(authorizer, { actor: (req) => req.get('x-user') }), authorize());
      for (const action of ['read', 'write', 'update'])
        app.get(
          `/${action}/:id`,
          authorize(action, (req) => (req.params.id === 'x' ? 'other' : undefined)),
          (_req, res) => void res.end(),
        );
      app.get('/handler/:id', (req, res, next) => {
        const found = req.params.id === 'x' ? 'other' : undefined;
        req.authz.authorize('read', found).then(() => res.end(), next);
      });
      for (const path of ['read', 'write', 'update', 'handler']) {
        const [hidden, missing] = await Promise.all(
          ['x', 'y'].map((id) => request(app).get(`/${path}/${id}`).set('x-user', 'alice')),
        );
        expect(hidden!.status).toBe(404);
        const { date: _, ...headers } = hidden!.headers as Record<string, string>;
        expect(missing!.headers).toMatchObject(headers);
        expect(missing!.text).toBe(hidden!.text);
      }
    }
  });

  describe('an actor', () => {
    it('becomes the actor of later checks when it signs in during the request', async () => {
      const app = express();
      app.use(authorization(authorizer, { anonymous: null }), authorize());
      app.get('/', skipAuthorization('a login'), (req, res, next) => {
        (async () => {
          const before = await req.authz.can('read', 'thing');
          Object.assign(req, { user: 'alice' });
          const after = await req.authz.can('read', 'thing');
          Object.assign(req, { user: 'bob' });
          const kept = await req.authz.can('read', 'thing');
          req.authz.forgetActor();
          res.json([before, after, kept, await req.authz.can('read', 'thing')]);
        })().catch(next);
      });
      expect((await request(app).get('/')).body).toEqual([false, true, true, false]);
    });
  });
});
