import { Authorizer } from '@nanook/core';
import express5, {
  type Application,
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import express4 from 'express4';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

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

/** Ways to respond with data for which no decision was made. */
const answers: Record<string, (req: Request, res: Response) => unknown> = {
  json: (_req, res) => res.json(secret),
  'json later': (_req, res) => pause().then(() => res.json(secret)),
  send: (_req, res) => res.send('SECRET'),
  'send a buffer': (_req, res) => res.send(Buffer.from('SECRET')),
  'an empty 204': (_req, res) => res.status(204).end(),
  'no body': (_req, res) => res.end(),
  end: (_req, res) => res.end('SECRET'),
  'end with a callback': (_req, res) => new Promise<void>((done) => res.end('SECRET', done)),
  write: (_req, res) => {
    res.write('SECRET');
    res.write('SECRET');
    res.end('SECRET');
  },
  'write over time': async (_req, res) => {
    for (let i = 0; i < 5; i++) {
      res.write('SECRET');
      await pause();
    }
    res.end('SECRET');
  },
  'write with a callback': (_req, res) =>
    new Promise<void>((done) => res.write('SECRET', () => res.end('SECRET', done))),
  writeHead: (_req, res) => res.writeHead(200, { 'x-secret': 'SECRET' }).end('SECRET'),
  'writeHead with a reason': (_req, res) => res.writeHead(200, 'SECRET', { 'x-secret': 'SECRET' }).end(),
  'a status message': (_req, res) => {
    res.statusMessage = 'SECRET';
    res.end('SECRET');
  },
  flushHeaders: async (_req, res) => {
    res.set('x-secret', 'SECRET');
    res.flushHeaders();
    await pause();
    res.end('SECRET');
  },
  'headers afterwards': async (_req, res) => {
    res.write('SECRET');
    res.setHeader('x-secret', 'SECRET');
    res.appendHeader('x-secret', 'SECRET');
    await pause();
    if (!res.headersSent) res.setHeader('x-secret', 'SECRET');
    res.end();
  },
  redirect: (_req, res) => res.redirect('/SECRET'),
  cookie: (_req, res) => res.cookie('SECRET', 'SECRET').json(secret),
  sendStatus: (_req, res) => res.sendStatus(200),
  sendFile: (_req, res) => res.sendFile(file),
  download: (_req, res) => res.download(file, 'SECRET.txt'),
  'not modified': (_req, res) => res.status(304).set('etag', '"SECRET"').end(),
  'a pipe': (_req, res) => createReadStream(file).pipe(res),
  'a pipeline': (_req, res) => pipeline(createReadStream(file), res).catch(() => {}),
  'server-sent events': async (_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for await (const event of Readable.from(['SECRET 1', 'SECRET 2'])) res.write(`data: ${event}\n\n`);
    res.end();
  },
  'an ignored refusal': async (req, res) => {
    await req.authz.authorize('read', 'other').catch(() => {});
    res.json(secret);
  },
  'an ignored answer': async (req, res) => {
    await req.authz.can('read', 'thing');
    res.json(secret);
  },
  'a forgotten await': (req, res) => {
    void req.authz.authorize('read', 'thing');
    res.json(secret);
  },
};

describe.each(testedVersions(majors))('the response guard in %s', (_major, express) => {
  const seen: unknown[] = [];
  const nextCalls: unknown[] = [];
  afterEach(() => {
    seen.splice(0);
    nextCalls.splice(0);
  });

  /** Creates an application whose error handler is asynchronous, as one that logs is. */
  function appOf(handler: RequestHandler, errors: ErrorRequestHandler = lateErrors) {
    const app = express();
    app.use((_req, res, next) => {
      res.set('x-request-id', '7');
      next();
    });
    app.use(authorization(authorizer, { actor: (req) => req.headers['x-user'] }), authorize());
    const router = express.Router();
    router.all('/things/:id', handler);
    app.use('/api', router);
    app.use(errors);
    return app;
  }
  const lateErrors: ErrorRequestHandler = (error, _req, res, next) => {
    seen.push(error);
    pause(4).then(() => res.status((error as { status: number }).status).json({ error: 'blocked' }), next);
  };

  const handle = (answer: (req: Request, res: Response) => unknown): RequestHandler => {
    return (req, res, next) => {
      Promise.resolve(answer(req, res)).catch((error: unknown) => {
        nextCalls.push(error);
        next(error);
      });
    };
  };

  describe.each(Object.entries(answers))('for a handler that sends %s', (name, answer) => {
    it.each(['get', 'head', 'post'] as const)('blocks the response of %s', async (method) => {
      const response = await request(appOf(handle(answer)))
        [method]('/api/things/7?token=x')
        .set('x-user', 'alice');
      await pause(5);
      expect(response.status).toBe(500);
      expect(response.body).toEqual(method === 'head' ? {} : { error: 'blocked' });
      expect(JSON.stringify([response.headers, response.text])).not.toMatch(/SECRET/);
      expect(response.headers).toMatchObject({ 'x-request-id': '7' });
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatchObject({
        code: name === 'a forgotten await' ? 'NANOOK_HTTP_UNAWAITED_CHECK' : 'NANOOK_HTTP_UNDECIDED_ROUTE',
        status: 500,
        data: { method: method.toUpperCase(), route: '/api/things/:id' },
      });
      expect((seen[0] as Error).message).toContain(`${method.toUpperCase()} /api/things/:id`);
      expect(nextCalls).toEqual([]);
    });
  });

  it.each(Object.entries(answers))('sends %s after a decision', async (name, answer) => {
    // These handlers fail for another reason.
    if (['an ignored refusal', 'headers afterwards', 'a forgotten await'].includes(name)) return;
    const app = appOf(
      handle(async (req, res) => {
        await req.authz.authorize('read', 'thing');
        return answer(req, res);
      }),
    );
    const response = await request(app).get('/api/things/7').set('x-user', 'alice').redirects(0);
    expect(response.status).toBeLessThan(400);
    expect(seen).toEqual([]);
  });

  it('sends a response after a skip', async () => {
    const app = appOf((req, res) => {
      req.authz.skip('a test');
      res.end('ok');
    });
    expect((await request(app).get('/api/things/7')).text).toBe('ok');
  });

  it('sends errors of the application, the framework and other middleware', async () => {
    for (const status of [400, 404, 422, 500, 503]) {
      const app = appOf((_req, res) => void res.status(status).json({ status }));
      expect((await request(app).get('/api/things/7')).body).toEqual({ status });
    }
    expect((await request(appOf(() => {})).get('/elsewhere')).status).toBe(404);
    expect(seen).toEqual([]);
  });

  it('sends the response to a preflight request', async () => {
    const app = appOf((_req, res) => void res.status(204).end());
    expect((await request(app).options('/api/things/7')).status).toBe(204);
  });

  it('blocks a 304 that Express creates from an ETag', async () => {
    const app = appOf((_req, res) => void res.send('SECRET'));
    const settled = appOf((req, res) => {
      req.authz.skip('to learn the ETag');
      res.send('SECRET');
    });
    const { etag } = (await request(settled).get('/api/things/7')).headers;
    expect((await request(settled).get('/api/things/7').set('if-none-match', etag!)).status).toBe(304);
    const response = await request(app).get('/api/things/7').set('if-none-match', etag!);
    expect([response.status, response.headers['etag'] === etag]).toEqual([500, false]);
  });

  it('blocks middleware that responds', async () => {
    const app = express();
    app.use(
      authorization(authorizer),
      authorize(),
      express.static(folder),
      authorizationErrors({ onError: () => {} }),
    );
    const { status, text } = await request(app).get('/file.txt');
    expect([status, text.includes('SECRET')]).toEqual([500, false]);
  });

  it('works once when it is installed several times', async () => {
    const app = express();
    app.use(authorization(authorizer), authorize(), authorize());
    app.get('/', authorize(), (_req, res) => void res.json(secret));
    app.use(lateErrors);
    expect((await request(app).get('/')).body).toEqual({ error: 'blocked' });
    expect(seen).toHaveLength(1);
  });

  it('blocks a response that later middleware wraps, as sessions do', async () => {
    const app = express();
    app.use(authorization(authorizer), authorize());
    app.use((_req, res, next) => {
      const end = res.end.bind(res) as (...args: unknown[]) => Response;
      const write = res.write.bind(res) as (chunk: string) => boolean;
      let hasEnded = false;
      res.write = (chunk: string) => write(chunk.toUpperCase());
      res.end = ((...args: unknown[]) => {
        if (hasEnded) return res;
        hasEnded = true;
        setTimeout(() => end(...args), 2);
        return res;
      }) as typeof res.end;
      next();
    });
    app.get('/', (_req, res) => void res.json(secret));
    app.use(lateErrors);
    expect((await request(app).get('/')).body).toEqual({ error: 'blocked' });
  });

  /** Changes the status when the header is written, as `on-headers` does. */
  const beforeHead =
    (change: (res: Response) => void): RequestHandler =>
    (_req, res, next) => {
      const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => Response;
      let isDone = false;
      res.writeHead = ((status: number, ...args: unknown[]) => {
        if (!isDone) {
          isDone = true;
          res.statusCode = status;
          change(res);
        }
        return writeHead(res.statusCode, ...args);
      }) as typeof res.writeHead;
      next();
    };

  describe.each<[string, (res: Response) => unknown]>([
    ['end', (res) => res.end('SECRET')],
    ['end without a body', (res) => res.set('x-secret', 'SECRET').end()],
    ['json', (res) => res.json(secret)],
    ['write', (res) => (res.write('SECRET'), pause().then(() => res.end('SECRET')))],
    ['writeHead', (res) => res.writeHead(404, { 'x-secret': 'SECRET' }).end('SECRET')],
    ['flushHeaders', (res) => (res.flushHeaders(), pause().then(() => res.end('SECRET')))],
    ['a pipe', (res) => createReadStream(file).pipe(res)],
  ])('for an error that becomes a success when the header is written, by %s', (_way, answer) => {
    it.each<[string, ErrorRequestHandler]>([
      ['late', lateErrors],
      [
        'at once',
        (error, _req, res, _next) => {
          seen.push(error);
          res.status(500).json({ error: 'blocked' });
        },
      ],
    ])('blocks the response that is sent with %s', async (_when, errors) => {
      const app = express();
      app.use(
        authorization(authorizer),
        authorize(),
        beforeHead((res) => (res.statusCode = 200)),
      );
      app.get(
        '/',
        handle((_req, res) => answer(res.status(404))),
      );
      app.use(errors);
      const response = await request(app).get('/');
      await pause(5);
      expect([response.status, response.body]).toEqual([500, { error: 'blocked' }]);
      expect(JSON.stringify(response.headers)).not.toMatch(/SECRET/);
      expect(seen).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { status: 200 } }]);
      expect(nextCalls).toEqual([]);
    });
  });

  it('sends an error that becomes another error when the header is written', async () => {
    const app = express();
    app.use(
      authorization(authorizer),
      authorize(),
      beforeHead((res) => (res.statusCode = 410)),
    );
    app.get('/', (_req, res) => void res.status(404).end('gone'));
    const { status, text } = await request(app).get('/');
    expect([status, text]).toEqual([410, 'gone']);
  });

  it('converts a status as Node does', async () => {
    const app = appOf((_req, res) => void res.writeHead(2 ** 32 + 200).end('SECRET'));
    expect((await request(app).get('/api/things/7')).body).toEqual({ error: 'blocked' });
  });

  it('guards writeHeader, the old name of writeHead', async () => {
    const app = appOf((_req, res) => {
      const old = res as unknown as { writeHeader: Response['writeHead'] };
      old.writeHeader(200, { 'x-secret': 'SECRET' });
      res.end('SECRET');
    });
    const { body, headers } = await request(app).get('/api/things/7');
    expect([body, headers['x-secret']]).toEqual([{ error: 'blocked' }, undefined]);
  });

  it('omits early hints before a decision', async () => {
    const hints = (res: Response) =>
      new Promise<void>((done) => res.writeEarlyHints({ link: '</SECRET>; rel=preload' }, done));
    const app = appOf(
      handle(async (req, res) => {
        await hints(res);
        if (req.params['id'] === 'decided') {
          await req.authz.authorize('read', 'thing');
          await hints(res);
        }
        res.end('shown');
        if (req.params['id'] === 'undecided') await hints(res);
      }),
    );
    expect(await rawAnswer(app, '/api/things/undecided')).not.toMatch(/SECRET|103/);
    expect((await rawAnswer(app, '/api/things/decided')).match(/SECRET/g)).toHaveLength(1);
  });

  const rawAnswer = (app: Application, path: string) =>
    new Promise<string>((resolve, reject) => {
      const server = app.listen(0, () => {
        const socket = connect((server.address() as AddressInfo).port, 'localhost');
        let text = '';
        socket.on('data', (data) => (text += data));
        socket.on('error', reject);
        socket.on('close', () => server.close(() => resolve(text)));
        socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nx-user: alice\r\nconnection: close\r\n\r\n`);
      });
    });

  describe('OPTIONS requests', () => {
    it.each<[string, (res: Response) => unknown]>([
      ['no body', (res) => res.status(204).end()],
      ['the name of the status', (res) => res.sendStatus(200)],
      ['the methods', (res) => res.set('allow', 'GET, POST').send('GET, POST')],
      ['an error', (res) => res.status(403).json({ error: 'no' })],
      ['a head first', (res) => res.writeHead(204).end()],
    ])('sends %s', async (_what, answer) => {
      const app = appOf((_req, res) => void answer(res));
      const { status } = await request(app).options('/api/things/7');
      expect(status).toBeLessThan(500);
      expect(seen).toEqual([]);
    });

    it('sends the response that Express creates', async () => {
      const app = express();
      app.use(authorization(authorizer), authorize());
      app.get('/', skipAuthorization('a test'), (_req, res) => void res.end());
      const { status, headers } = await request(app).options('/');
      expect([status, headers['allow']]).toEqual([200, expect.stringContaining('GET')]);
    });

    it('sends any response of a handler that is for OPTIONS only', async () => {
      const app = express();
      app.use(authorization(authorizer), authorize());
      app.options('/', (_req, res) => void res.json({ hello: 'preflight' }));
      expect((await request(app).options('/')).body).toEqual({ hello: 'preflight' });
    });

    it.each<[string, (res: Response) => unknown]>([
      ['json', (res) => res.json(secret)],
      ['end', (res) => res.end('SECRET')],
      ['write', (res) => (res.write(Buffer.from('SECRET')), res.end())],
      ['a pipe', (res) => createReadStream(file).pipe(res)],
    ])('blocks %s of a handler for every method', async (_what, answer) => {
      const app = appOf((_req, res) => void answer(res));
      const { status, body } = await request(app).options('/api/things/7');
      expect([status, body]).toEqual([500, { error: 'blocked' }]);
      expect(seen).toMatchObject([{ data: { method: 'OPTIONS', route: '/api/things/:id' } }]);
    });

    it('aborts the response when its header was sent already', async () => {
      const app = appOf(
        (_req, res) => void res.writeHead(200).end('SECRET'),
        (error, _req, _res, next) => next(error),
      );
      app.set('env', 'test');
      await expect(request(app).options('/api/things/7')).rejects.toThrow(/hang up|ECONNRESET/);
    });

    it('uses the method that middleware has set', async () => {
      const app = express();
      app.use(authorization(authorizer), authorize());
      app.use((req, _res, next) => {
        req.method = req.get('x-http-method-override') ?? req.method;
        next();
      });
      app.get('/', (_req, res) => void res.json(secret));
      app.use(lateErrors);
      const { body } = await request(app).options('/').set('x-http-method-override', 'GET');
      expect(body).toEqual({ error: 'blocked' });
    });
  });

  it('names the location of the handler', async () => {
    const app = appOf((_req, res) => void res.json(secret));
    await request(app).get('/api/things/7');
    expect((seen[0] as { data: unknown }).data).toMatchObject({
      handler: expect.stringMatching(/response-guard\.test\.ts:\d+$/),
    });
    expect((seen[0] as Error).message).toMatch(
      /^GET \/api\/things\/:id \(.*response-guard\.test\.ts:\d+\) answered 200/,
    );
  });

  it('responds without details when there is no error handler', async () => {
    const faults: unknown[] = [];
    const app = appOf(
      (_req, res) => void res.json(secret),
      authorizationErrors({ onError: (e) => faults.push(e) }),
    );
    const { body } = await request(app).get('/api/things/7');
    expect(body).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE' }]);
  });

  it('keeps the connection usable after a blocked response', async () => {
    const app = appOf(handle(answers['write over time']!));
    app.get('/next', skipAuthorization('a test'), (_req, res) => void res.end('fine'));
    const server = app.listen(0);
    const { port } = server.address() as { port: number };
    for (let i = 0; i < 3; i++) {
      const blocked = await fetch(`http://localhost:${port}/api/things/1`);
      expect([blocked.status, await blocked.text()]).toEqual([500, '{"error":"blocked"}']);
    }
    server.close();
  });
});
