import { Authorizer } from '@nanook/core';
import express5, { type Application, type RequestHandler, type Response } from 'express';
import express4 from 'express4';
import { request as send, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, skipAuthorization } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({ policies: 'allow("alice", "read", "thing");' });
const read = authorize('read', () => 'thing');

/** Middleware that replaces the writers as compression does, but with a stream that it creates before the handler runs. */
const compressing: RequestHandler = (_req, res, next) => {
  const gzip = createGzip();
  const write = res.write.bind(res);
  const end = res.end.bind(res) as () => Response;
  res.setHeader('Content-Encoding', 'gzip');
  res.write = (chunk: unknown) => {
    if (!res.headersSent) res.writeHead(res.statusCode);
    return gzip.write(chunk);
  };
  res.end = ((chunk?: unknown) => {
    if (!res.headersSent) res.writeHead(res.statusCode);
    if (typeof chunk === 'string') gzip.write(chunk);
    gzip.end();
    return res;
  }) as Response['end'];
  gzip.on('data', (chunk) => write(chunk));
  gzip.on('end', () => end());
  next();
};

describe.each(testedVersions(majors))('a response that has started, in %s', (_major, express) => {
  const faults: { readonly code: string; readonly message: string }[] = [];
  afterEach(() => faults.splice(0));

  const appOf = (routes: (app: Application) => void) => {
    const app = express();
    app.set('env', 'test');
    const onError = (fault: unknown): unknown => faults.push(fault as never);
    app.use(authorization(authorizer, { actor: () => 'alice', onError }), authorize());
    routes(app);
    app.use(authorizationErrors({ onError }));
    return app;
  };
  /** Returns the text and the trailers that the client receives, and whether the response was complete. */
  const ask = (app: Application, path = '/') =>
    new Promise<{ text: string; trailers: object; isComplete: boolean }>((resolve) => {
      const server = app.listen(0, () => {
        const { port } = server.address() as { readonly port: number };
        const finish = (response: IncomingMessage, chunks: readonly Buffer[]): void => {
          server.close();
          const body = Buffer.concat(chunks);
          const isGzip = response.headers['content-encoding'] === 'gzip' && response.complete;
          const text = (isGzip ? gunzipSync(body) : body).toString();
          resolve({ text, trailers: response.trailers, isComplete: response.complete });
        };
        send({ port, path, agent: false }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => {});
          response.on('close', () => finish(response, chunks));
        })
          .on('error', () => {
            server.close();
            resolve({ text: '', trailers: {}, isComplete: false }); // aborted before Node has flushed the header
          })
          .end();
      });
    });

  it.each<[string, (res: Response) => unknown]>([
    ['end', (res) => res.end('SECRET')],
    ['write', (res) => res.write(Buffer.from('SECRET'))],
    ['a stream', (res) => Readable.from(['SECRET']).pipe(res)],
    ['a timer', (res) => setTimeout(() => res.end('SECRET'), 5)],
    ['the status of an error', (res) => res.status(500).end('SECRET')],
  ])('is aborted when a later handler without a decision adds data to it with %s', async (_how, add) => {
    const app = appOf((routes) => {
      routes.get('/', read, (_req, res, next) => {
        res.write('ruled');
        next('route');
      });
      routes.get('/', (_req, res) => void add(res));
    });
    const { text, isComplete } = await ask(app);
    expect(isComplete).toBe(false);
    expect(text).not.toContain('SECRET');
    expect(faults).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { isStarted: true } }]);
    expect(faults[0]!.message).toMatch(
      /^GET \/ .*added data to a response with status 200 without .* decision on its path, so the response was aborted\. /,
    );
  });

  it('aborts when middleware without a decision adds data to it after its next()', async () => {
    const app = appOf((routes) => {
      routes.use((_req, res, next) => {
        setTimeout(() => res.write('SECRET'), 10);
        next();
      });
      routes.get('/', read, (_req, res) => {
        res.write('ruled');
        setTimeout(() => res.end('more'), 40);
      });
    });
    const { text, isComplete } = await ask(app);
    expect(isComplete).toBe(false);
    expect(text).not.toContain('SECRET');
  });

  it('aborts when an error handler without a decision adds data to it', async () => {
    const app = appOf((routes) => {
      routes.get('/', read, (_req, res) => {
        res.write('ruled');
        throw new Error('half way');
      });
      routes.use(((_error, _req, res, _next) => void res.end('SECRET')) as express5.ErrorRequestHandler);
    });
    const { text, isComplete } = await ask(app);
    expect(isComplete).toBe(false);
    expect(text).not.toContain('SECRET');
  });

  it('gets no trailers from a later handler without a decision', async () => {
    const app = appOf((routes) => {
      routes.get('/', read, (_req, res, next) => {
        res.setHeader('Trailer', 'x-more');
        res.write('ruled');
        res.addTrailers({ 'x-more': 'ruled' });
        next('route');
      });
      routes.get('/', (_req, res) => {
        res.addTrailers({ 'x-more': 'SECRET' });
        res.end();
      });
    });
    expect(await ask(app)).toEqual({ text: 'ruled', trailers: { 'x-more': 'ruled' }, isComplete: true });
  });

  it('completes when a later handler with a decision adds data to it', async () => {
    const app = appOf((routes) => {
      const begin: RequestHandler = (_req, res, next) => {
        res.write('ruled ');
        next('route');
      };
      routes.get('/', read, begin);
      routes.get('/', read, async (_req, res) => {
        res.write('and more ');
        await pause(5);
        res.end('later');
      });
      routes.get('/skipped', read, begin);
      routes.get(
        '/skipped',
        skipAuthorization('a test', (_req, res) => void res.end('and skipped')),
      );
    });
    expect(await ask(app)).toMatchObject({ text: 'ruled and more later', isComplete: true });
    expect(await ask(app, '/skipped')).toMatchObject({ text: 'ruled and skipped', isComplete: true });
    expect(faults).toEqual([]);
  });

  it('completes when a later handler ends it without data', async () => {
    const app = appOf((routes) => {
      routes.get('/', read, (_req, res, next) => {
        res.write('ruled');
        next('route');
      });
      routes.get('/', (_req, res) => void res.end());
    });
    expect(await ask(app)).toMatchObject({ text: 'ruled', isComplete: true });
  });

  it('completes without a decision when it is an error', async () => {
    const app = appOf((routes) =>
      routes.get('/', (_req, res) => {
        res.writeHead(404);
        res.write('not ');
        res.end('found');
      }),
    );
    expect(await ask(app)).toMatchObject({ text: 'not found', isComplete: true });
  });

  it.each(['before', 'after'])(
    'completes when its data pass a stream of middleware %s the authorization',
    async (place) => {
      const app = express();
      if (place === 'before') app.use(compressing);
      const inner = appOf((routes) => {
        if (place === 'after') routes.use(compressing);
        routes.get('/', read, (_req, res) => {
          res.write('ruled ');
          setTimeout(() => res.end('x'.repeat(100_000)), 5);
        });
      });
      app.use(inner);
      for (let request = 0; request < 2; request++)
        expect(await ask(app)).toMatchObject({ text: `ruled ${'x'.repeat(100_000)}`, isComplete: true });
      expect(faults).toEqual([]);
    },
  );
});
