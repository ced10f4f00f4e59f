import { request } from 'node:http';
import { connect } from 'node:http2';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import cors from '@fastify/cors';
import files from '@fastify/static';
import Fastify, { type RouteHandlerMethod, type RouteOptions } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { authorization, authorize, skipAuthorization } from '../index.js';
import {
  actor,
  authorizer,
  findNote,
  note,
  notesApp,
  secret,
  type NotesApp,
} from '../testing/notes.fixture.js';

let running: NotesApp | undefined;
const start = async (...args: Parameters<typeof notesApp>): Promise<NotesApp> =>
  (running = await notesApp(...args));
afterEach(() => running?.app.close());

const web = (): ReadableStream => new Blob([secret]).stream();

describe('the response guard', () => {
  it.each<[string, RouteHandlerMethod]>([
    ['an object', () => note],
    ['a string', () => secret],
    ['a buffer', () => Buffer.from(secret)],
    ['a typed array', (_, reply) => reply.send(new TextEncoder().encode(secret))],
    ['a stream', (_, reply) => reply.send(Readable.from([secret]))],
    ['a web stream', (_, reply) => reply.send(web())],
    ['a response of fetch', (_, reply) => reply.send(new Response(secret))],
    ['reply.send in an async handler', async (_, reply) => reply.send(secret)],
    ['a late reply.send', (_, reply) => void setTimeout(() => void reply.send(secret), 1)],
    ['a serializer', (_, reply) => reply.serializer(() => secret).send({})],
    ['nothing, with a header', (_, reply) => reply.header('x-note', secret).send()],
    ['a redirect', (_, reply) => reply.redirect(`/${secret}`)],
    ['reply.raw', (_, reply) => void reply.raw.end(secret)],
    [
      'reply.raw with writeHead',
      (_, reply) => void reply.raw.writeHead(200, { 'x-note': secret }).end(secret),
    ],
    ['reply.raw after hijack', (_, reply) => void reply.hijack().raw.end(secret)],
    ['a piped stream', (_, reply) => void Readable.from([secret]).pipe(reply.hijack().raw)],
    [
      'a response of fetch that changes the status from 404 to 200',
      (_, reply) => reply.code(404).send(new Response(secret, { status: 200 })),
    ],
    ['a status about a file', (_, reply) => reply.code(416).header('content-range', secret).send()],
    ['a trailer', (_, reply) => reply.trailer('x-note', (_r, _p, done) => done(null, secret)).send('')],
  ])('blocks %s without a decision', async (_name, handler) => {
    const { app, ask, errors } = await start();
    app.get('/notes', handler);
    const response = await app.inject({ url: '/notes', headers: { 'x-user': 'ann' } });
    expect(response.statusCode).toBe(500);
    expect(JSON.stringify([response.headers, response.payload, response.trailers])).not.toContain(secret);
    expect(errors).toMatchObject([{ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { route: '/notes' } }]);
    expect((await ask('/notes', 'ann', 'HEAD')).status).toBeGreaterThanOrEqual(400);
  });

  it('sends no early hint before a decision', async () => {
    const { app } = await start();
    app.get('/notes', (_, reply) => {
      reply.writeEarlyHints({ link: `<${secret}>` }, () => {});
      return note;
    });
    const address = await app.listen({ port: 0 });
    const hints: unknown[] = [];
    const status = await new Promise((resolve) =>
      request(`${address}/notes`, (response) => resolve(response.resume().statusCode))
        .on('information', (hint) => hints.push(hint))
        .end(),
    );
    expect([status, hints]).toEqual([500, []]);
  });

  it('blocks an error that a later hook onSend makes a success', async () => {
    const { app, ask } = await start();
    app.addHook('onSend', async (_request, reply, payload) => {
      if (reply.statusCode === 404) reply.code(200);
      return payload;
    });
    app.get('/notes', (_, reply) => reply.code(404).send(secret));
    const { status, text } = await ask('/notes');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a success of the error handler of a route, after a refusal', async () => {
    const { app, ask } = await start({});
    const errorHandler: RouteOptions['errorHandler'] = (_error, _request, reply) =>
      void reply.code(200).send(secret);
    app.get('/notes/:id', { preHandler: authorize('read', findNote), errorHandler }, () => note);
    const { status, text } = await ask('/notes/1');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a response of a hook that was added before the plugin', async () => {
    const app = Fastify();
    app.addHook('onRequest', async (_request, reply) => reply.send(secret));
    await app.register(authorization(authorizer, { actor, protect: false }));
    app.get('/notes', () => note);
    const { statusCode, payload } = await app.inject('/notes');
    expect([statusCode, payload.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a response over HTTP/2', async () => {
    const app = Fastify({ http2: true });
    await app.register(authorization(authorizer, { actor, protect: false }));
    app.get('/notes', () => secret);
    const client = connect((await app.listen({ port: 0 })).replace('[::1]', 'localhost'));
    const stream = client.request({ ':path': '/notes' }).setEncoding('utf8');
    const status = new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])));
    let text = '';
    for await (const part of stream) text += String(part);
    client.close();
    await app.close();
    expect([await status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks files, unless a plugin around them skips authorization', async () => {
    const { app, ask } = await start();
    const root = fileURLToPath(new URL('.', import.meta.url));
    await app.register(files, { root, prefix: '/closed/', decorateReply: false });
    await app.register(async (inner) => {
      inner.addHook('preHandler', skipAuthorization('public files'));
      await inner.register(files, { root, prefix: '/open/' });
    });
    const statusOf = async (path: string) => (await ask(path)).status;
    expect([
      await statusOf('/closed/hooks.test.ts'),
      await statusOf('/closed/attacks.test.ts'),
      await statusOf('/open/attacks.test.ts'),
    ]).toEqual([404, 500, 200]);
  });

  it('destroys the blocked stream', async () => {
    const { app, ask } = await start();
    const stream = Readable.from([secret]);
    app.get('/notes', (_, reply) => reply.send(stream));
    await ask('/notes');
    expect(stream.destroyed).toBe(true);
  });

  it('blocks a response of a hook before the requirement, which then does not run', async () => {
    const { app, ask } = await start({});
    app.get(
      '/notes/:id',
      { preHandler: [async (_request, reply) => reply.send(secret), authorize('read', findNote)] },
      () => note,
    );
    expect(await ask('/notes/1', 'ann')).toMatchObject({ status: 500 });
    expect((await ask('/notes/1', 'ann')).text).not.toContain(secret);
  });

  it.each(['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const)(
    'blocks a response of the hook %s of a plugin',
    async (hook) => {
      const { app, ask } = await start({});
      app.addHook(hook as 'onRequest', async (_request, reply) => reply.send(secret));
      app.get('/notes/:id', { preHandler: authorize('read', findNote) }, () => note);
      const { status, text } = await ask('/notes/1', 'ann');
      expect([status, text.includes(secret)]).toEqual([500, false]);
    },
  );

  it('blocks a success of the handler of unknown paths', async () => {
    const { app, ask } = await start();
    app.setNotFoundHandler((_request, reply) => reply.code(200).send(secret));
    const { status, text } = await ask('/nothing');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a success of an error handler, after a refusal', async () => {
    const { app, ask } = await start({});
    app.setErrorHandler((_error, _request, reply) => reply.code(200).send(secret));
    app.get('/notes/:id', { preHandler: authorize('read', findNote) }, () => note);
    const { status, text } = await ask('/notes/1', 'bob');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a response after another request of the application was skipped', async () => {
    const { app, ask } = await start();
    app.get('/open', { preHandler: skipAuthorization('open') }, () => 'open');
    app.get('/notes', () => secret);
    expect(await ask('/open')).toEqual({ status: 200, text: 'open' });
    expect((await ask('/notes')).status).toBe(500);
  });
});

describe('checks of a handler', () => {
  it('pass a response after a decision, in every form', async () => {
    const { app, ask } = await start();
    app.get('/stream', async (request, reply) => {
      await request.authz.authorize('read', note);
      return reply.send(Readable.from([secret]));
    });
    app.get('/raw', async (request, reply) => {
      await request.authz.authorize('read', note);
      reply.hijack().raw.end(secret);
    });
    expect([await ask('/stream', 'ann'), await ask('/raw', 'ann')]).toEqual(
      Array(2).fill({ status: 200, text: secret }),
    );
    expect([(await ask('/stream')).status, (await ask('/raw')).status]).toEqual([404, 404]);
  });

  it('block the response when one was not awaited', async () => {
    const { app, ask, errors } = await start();
    app.get('/notes', (request) => {
      void request.authz.authorize('read', note);
      return secret;
    });
    for (const user of ['ann', 'bob']) expect(await ask('/notes', user)).toMatchObject({ status: 500 });
    expect(errors).toMatchObject(Array(2).fill({ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }));
  });

  it('block the response when reply.send comes before the check ends', async () => {
    const { app, ask } = await start();
    app.get('/notes', async (request, reply) => {
      reply.send(secret);
      await request.authz.authorize('read', note);
      return reply;
    });
    const { status, text } = await ask('/notes', 'ann');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('block a success after a refusal that the handler caught', async () => {
    const { app, ask, errors } = await start();
    app.get('/notes', { preHandler: skipAuthorization('for the test') }, async (request) => {
      await request.authz.authorize('read', note).catch(() => {});
      return secret;
    });
    expect((await ask('/notes', 'ann')).text).toBe(secret);
    expect((await ask('/notes', 'bob')).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'NANOOK_HTTP_REFUSED_ROUTE' }]);
  });

  it('end a stream when a check that was not awaited fails after its start', async () => {
    const { app } = await start();
    app.get('/notes', async (request, reply) => {
      await request.authz.authorize('create', request.authz.authorizer.type('Note'));
      async function* text() {
        yield 'start ';
        await pause(5);
        void request.authz.authorize('read', note);
        await pause(5);
        yield secret;
      }
      return reply.send(Readable.from(text()));
    });
    const address = await app.listen({ port: 0 });
    const read = fetch(`${address}/notes`, { headers: { 'x-user': 'bob' } }).then((response) =>
      response.text(),
    );
    await expect(read).rejects.toThrow('terminated');
  });

  it('fail with 500 and without a message when a check is called wrongly', async () => {
    const { app, ask } = await start();
    app.get('/crash', async (request) => {
      await request.authz.authorize(undefined as never, note);
      return secret;
    });
    const { status, text } = await ask('/crash');
    expect(status).toBe(500);
    expect(text).toBe(JSON.stringify({ type: 'about:blank', title: 'Internal Server Error', status: 500 }));
  });
});

describe('other requests', () => {
  it('OPTIONS: passes the preflight of @fastify/cors, and blocks a body', async () => {
    const { app } = await start({});
    await app.register(cors, { origin: 'https://app.test' });
    app.get('/notes/:id', { preHandler: authorize('read', findNote) }, () => note);
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: '/notes/1',
      headers: { origin: 'https://app.test', 'access-control-request-method': 'GET' },
    });
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([
      204,
      'https://app.test',
    ]);
  });

  it('a refusal keeps the headers of CORS, so that the browser shows it', async () => {
    const { app } = await start({});
    await app.register(cors, { origin: 'https://app.test' });
    app.get('/notes/:id', { preHandler: authorize('read', findNote) }, () => note);
    const { statusCode, headers } = await app.inject({ url: '/notes/1', headers: { 'x-user': 'bob' } });
    expect([statusCode, headers['access-control-allow-origin']]).toEqual([404, 'https://app.test']);
  });

  it('an injected request of a handler has its own decisions', async () => {
    const { app, ask } = await start();
    app.get('/notes', () => secret);
    app.get('/outer', { preHandler: skipAuthorization('outer') }, async () => {
      const inner = await app.inject({ url: '/notes', headers: { 'x-user': 'ann' } });
      return String(inner.statusCode);
    });
    expect(await ask('/outer')).toEqual({ status: 200, text: '500' });
  });

  it('reply.callNotFound answers with 404', async () => {
    const { app, ask } = await start();
    app.get('/notes', (_request, reply) => reply.callNotFound());
    expect((await ask('/notes')).status).toBe(404);
  });

  it('errors of the application keep their status and pass to its error handlers', async () => {
    const { app, ask } = await start();
    app.register(async (inner) => {
      inner.setErrorHandler((error, _request, reply) => {
        if ((error as { statusCode?: number }).statusCode !== 418) throw error;
        return reply.code(418).send('teapot');
      });
      inner.get('/tea', () => {
        throw Object.assign(new Error('tea'), { statusCode: 418 });
      });
      inner.get('/notes/:id', { preHandler: authorize('read', findNote) }, () => note);
    });
    expect(await ask('/tea')).toEqual({ status: 418, text: 'teapot' });
    const { status, text } = await ask('/notes/1', 'bob');
    expect([status, JSON.parse(text)]).toEqual([
      404,
      { type: 'about:blank', title: 'Not Found', status: 404 },
    ]);
  });
});
