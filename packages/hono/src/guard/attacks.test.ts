import { setTimeout as pause } from 'node:timers/promises';
import { Hono, type Context, type Handler, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { methodOverride } from 'hono/method-override';
import { mount } from 'hono/mount';
import { stream, streamSSE, streamText } from 'hono/streaming';
import { describe, expect, it } from 'vitest';
import { authorization, authorize, protect, skipAuthorization } from '../index.js';
import { actor, authorizer, findNote, note, notesApp, secret } from '../testing/notes.fixture.js';

const read = authorize('read', findNote);
const failed = (_error: Error, c: Context): Response => c.text('failed', 500);

describe('the response guard', () => {
  it.each<[string, Handler]>([
    ['an object', (c) => c.json(note)],
    ['a string', (c) => c.text(secret)],
    ['HTML', (c) => c.html(`<b>${secret}</b>`)],
    ['a buffer', (c) => c.body(new TextEncoder().encode(secret))],
    ['a response of fetch', () => new Response(secret)],
    ['a promise of a response', async () => new Response(secret)],
    ['a stream', (c) => c.body(new Blob([secret]).stream())],
    ['a stream of Hono', (c) => stream(c, async (out) => void (await out.write(secret)))],
    ['a text stream', (c) => streamText(c, async (out) => void (await out.write(secret)))],
    ['server-sent events', (c) => streamSSE(c, (out) => out.writeSSE({ data: secret }))],
    ['c.res', (c) => void (c.res = new Response(secret))],
    ['nothing, with a header', (c) => c.body(null, 200, { 'x-note': secret })],
    ['a prepared header', (c) => (c.header('x-note', secret), c.body(null))],
    ['a cookie', (c) => (c.header('set-cookie', `note=${secret}`, { append: true }), c.body(null, 204))],
    ['a redirect', (c) => c.redirect(`/${secret}`)],
    ['a renderer', (c) => (c.setRenderer(() => c.text(secret)), c.render(''))],
    ['a status about a file', (c) => c.body(null, 416, { 'content-range': secret })],
    ['an HTTPException with a success', () => throwing(new Response(secret))],
    ['not found, with a success', (c) => ((c.res = new Response(secret)), undefined as never)],
  ])('blocks %s without a decision', async (_name, handler) => {
    const { app, ask, errors } = notesApp();
    app.get('/notes', handler);
    const response = await ask('/notes', 'ann');
    expect(response.status).toBe(500);
    expect(JSON.stringify(response)).not.toContain(secret);
    expect(errors.at(-1)).toMatchObject({ code: 'NANOOK_HTTP_UNDECIDED_ROUTE', data: { route: '/notes' } });
    expect(await ask('/notes', 'ann', { method: 'HEAD' })).toMatchObject({ status: 500, text: '' });
  });

  const throwing = (response: Response): never => {
    throw new HTTPException(200 as 400, { res: response });
  };

  it('cancels the stream of a blocked response', async () => {
    const { app, ask } = notesApp();
    let isCanceled = false;
    const body = new ReadableStream({ cancel: () => void (isCanceled = true) });
    app.get('/notes', () => new Response(body));
    await ask('/notes');
    expect(isCanceled).toBe(true);
  });

  it('blocks a response when middleware does not await the next handler', async () => {
    const { app, ask } = notesApp();
    app.use('/late/*', (_, next) => void next() as never);
    app.get('/late/notes', async (c) => (await pause(1), c.text(secret)));
    const { status, text } = await ask('/late/notes', 'ann');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a response that a handler sets late, while outer middleware still runs', async () => {
    const app = new Hono().onError(failed);
    app.use(async (_, next) => {
      await next();
      await pause(5);
    });
    app.use(authorization(authorizer, { actor }));
    app.use('*', (_, next) => void next() as never);
    app.get('/notes', async (c) => (await pause(1), void (c.res = new Response(secret))) as never);
    const response = await app.request('/notes');
    expect([response.status, (await response.text()).includes(secret)]).toEqual([500, false]);
  });

  it('blocks a response before the requirement, which then does not run', async () => {
    const { app, ask } = notesApp();
    let isLoaded = false;
    const load = (c: Context) => ((isLoaded = true), findNote(c));
    app.get('/notes/:id', (c) => c.text(secret), authorize('read', load));
    const { status, text } = await ask('/notes/1', 'ann');
    expect([status, text.includes(secret), isLoaded]).toEqual([500, false, false]);
  });

  it('blocks a response of middleware after a refused requirement has not been awaited', async () => {
    const { app, ask } = notesApp();
    const careless: MiddlewareHandler = async (c, next) => {
      void read(c, next);
      return c.text(secret);
    };
    app.get('/notes/:id', careless, (c) => c.text(secret));
    const { status, text } = await ask('/notes/1', 'bob');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a success of the handler of unknown paths', async () => {
    const { app, ask } = notesApp();
    app.notFound((c) => c.text(secret, 200));
    app.get('/known', read, (c) => c.notFound());
    for (const path of ['/nothing', '/known']) {
      const { status, text } = await ask(path);
      expect([status >= 400, text.includes(secret)]).toEqual([true, false]);
    }
  });

  it.each<[string, (error: Error, c: Context) => Response]>([
    ['a success', (_, c) => c.text(secret)],
    ['a redirect', (_, c) => c.redirect(`/${secret}`)],
  ])('blocks %s of an error handler after a refusal', async (_name, handle) => {
    const { app, ask } = notesApp();
    app.onError(handle);
    app.get('/notes/:id', read, (c) => c.json(note));
    const { status, text, headers } = await ask('/notes/1');
    expect([status, text, headers['location']]).toEqual([500, '', undefined]);
  });

  it('blocks a success of the error handler of an application inside, after a refusal', async () => {
    const { app, ask } = notesApp();
    const inner = new Hono();
    inner.onError((_, c) => c.text(secret));
    inner.get('/:id', read, (c) => c.json(note));
    app.route('/notes', inner);
    const { status, text } = await ask('/notes/1');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('blocks a success of an error handler after allow_request has refused', async () => {
    const { Authorizer } = await import('@nanook/core');
    const closed = await Authorizer.load({
      policies: 'allow(_: String, "read", _: Note); allow_request("ann", _);',
      types: { Note: { fields: { owner: 'String', text: 'String' } } },
    });
    const app = new Hono();
    app.onError((_, c) => c.text(secret));
    app.use(authorization(closed, { actor }));
    app.get('/notes/:id', read, (c) => c.json(note));
    const response = await app.request('/notes/1', { headers: { 'x-user': 'bob' } });
    expect([response.status, await response.text()]).toEqual([500, '']);
  });

  it('keeps a response blocked, whatever other middleware does afterwards', async () => {
    const app = new Hono().onError(failed);
    app.use(async (c, next) => {
      await next();
      c.res = new Response(secret);
    });
    app.use(authorization(authorizer, { actor }));
    app.get('/notes', (c) => c.text(secret));
    const response = await app.request('/notes');
    expect([response.status, (await response.text()).includes(secret)]).toEqual([500, false]);
  });

  it('passes decided responses through middleware that replaces them', async () => {
    const app = new Hono();
    app.use(compress());
    app.use(authorization(authorizer, { actor }));
    app.get('/notes/:id', read, (c) => c.text(secret.repeat(200)));
    const response = await app.request('/notes/1', {
      headers: { 'x-user': 'ann', 'accept-encoding': 'gzip' },
    });
    expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  });

  it('keeps the decisions of requests apart', async () => {
    const { app, ask } = notesApp();
    app.get('/open', skipAuthorization('open'), async (c) => (await pause(1), c.text('open')));
    app.get('/notes', async (c) => (await pause(1), c.text(secret)));
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i % 2 ? '/open' : '/notes')));
    expect(all.map(({ status }) => status)).toEqual(all.map((_, i) => (i % 2 ? 200 : 500)));
  });
});

describe('checks of a handler', () => {
  it('pass a response after a decision, in every form', async () => {
    const { app, ask } = notesApp();
    app.get('/text', async (c) => (await c.var.authz.authorize('read', note), c.text(secret)));
    app.get('/stream', async (c) => {
      await c.var.authz.authorize('read', note);
      return streamText(c, async (out) => void (await out.write(secret)));
    });
    for (const path of ['/text', '/stream']) {
      expect(await ask(path, 'ann')).toMatchObject({ status: 200, text: secret });
      expect(await ask(path, 'bob')).toMatchObject({ status: 404, text: 'failed' });
    }
  });

  it('block the response when one was not awaited', async () => {
    const { app, ask, errors } = notesApp();
    app.get('/notes', (c) => {
      void c.var.authz.authorize('read', note);
      return c.text(secret);
    });
    for (const user of ['ann', 'bob']) expect((await ask('/notes', user)).status).toBe(500);
    expect(errors).toMatchObject(Array(2).fill({ code: 'NANOOK_HTTP_UNAWAITED_CHECK' }));
  });

  it('block the response when the check runs in the callback of the stream', async () => {
    const { app, ask } = notesApp();
    app.get('/notes', (c) =>
      streamText(c, async (out) => {
        await c.var.authz.authorize('read', note);
        await out.write(secret);
      }),
    );
    const { status, text } = await ask('/notes', 'ann');
    expect([status, text.includes(secret)]).toEqual([500, false]);
  });

  it('block a success after a refusal that the handler caught', async () => {
    const { app, ask, errors } = notesApp();
    app.get('/notes', skipAuthorization('for the test'), async (c) => {
      await c.var.authz.authorize('read', note).catch(() => {});
      return c.text(secret);
    });
    expect((await ask('/notes', 'ann')).text).toBe(secret);
    expect((await ask('/notes', 'bob')).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'NANOOK_HTTP_REFUSED_ROUTE' }]);
  });

  it('report a failure that was not awaited in a stream', async () => {
    const { app, ask, errors } = notesApp();
    app.get('/notes', skipAuthorization('for the test'), (c) =>
      streamText(c, async (out) => {
        await pause(1);
        void c.var.authz.authorize('read', note);
        await out.write('text');
      }),
    );
    expect(await ask('/notes')).toMatchObject({ status: 200, text: 'text' });
    await pause(5);
    expect(errors).toMatchObject([{ code: 'NANOOK_HTTP_LOST_FAILURE', data: { route: '/notes' } }]);
  });
});

describe('paths', () => {
  it.each(['/notes/1', '/notes/%31', '/notes/1?id=2', '/notes/1#2'])(
    '%s is the note of Ann',
    async (path) => {
      const { app, ask } = notesApp();
      app.get('/notes/:id', read, (c) => c.text(String(c.req.param('id'))));
      expect([(await ask(path, 'ann')).text, (await ask(path, 'bob')).status]).toEqual(['1', 404]);
    },
  );

  it.each([
    '//notes/1',
    '/notes//1',
    '/notes/1/',
    '/notes/1%2f',
    '/notes/%2e%2e/notes/1',
    '/NOTES/1',
    '/notes/%',
  ])('%s reveals nothing to Bob', async (path) => {
    const { app, ask } = notesApp();
    app.get('/notes/:id', read, (c) => c.text(secret));
    app.get('/*', (c) => c.text(secret));
    const { status, text } = await ask(path, 'bob');
    expect([status >= 400, text.includes(secret)]).toEqual([true, false]);
  });

  it('the requirement reads the parameters of its own path', async () => {
    const { app, ask } = notesApp();
    // `app.use` has another name for the segment, so that the handler sees another value.
    app.use(
      '/notes/:note/*',
      authorize('read', (c) => (c.req.param('note') === '1' ? note : undefined)),
    );
    app.get('/notes/:id/text', (c) => c.text(`${c.req.param('id')} ${String(c.req.param('note' as 'id'))}`));
    expect([(await ask('/notes/1/text', 'ann')).text, (await ask('/notes/2/text', 'ann')).status]).toEqual([
      '1 undefined',
      404,
    ]);
  });

  it('a requirement that cannot see the parameter finds nothing', async () => {
    const { app, ask } = notesApp();
    app.use(
      '/notes/*',
      authorize('read', (c) => findNote(c)),
    );
    app.get('/notes/:id', (c) => c.json(note));
    expect((await ask('/notes/1', 'ann')).status).toBe(404);
  });

  it.each([
    ['/optional/:id?', '/optional', 404],
    ['/optional/:id?', '/optional/1', 200],
    ['/optional/:id{[0-9]+}', '/optional/1', 200],
    ['/optional/:id{[0-9]+}', '/optional/x', 404],
    ['/:id', '/1', 200],
    ['/a/*', '/a/1', 404],
  ])('%s answers %s with %d', async (pattern, path, status) => {
    const { app, ask } = notesApp();
    app.get(pattern, read, (c) => c.json(note));
    expect((await ask(path, 'ann')).status).toBe(status);
    expect((await ask(path, 'bob')).status).toBe(404);
  });

  it('a handler of another path responds only with its own decision', async () => {
    const { app, ask } = notesApp();
    app.get('/notes/:id', read, (c) => c.json(note));
    app.get('/notes/:id/text', (c) => c.text(secret));
    app.post('/notes/:id', (c) => c.text(secret));
    app.all('/notes/:id/all', (c) => c.text(secret));
    for (const [path, method] of [
      ['/notes/1/text', 'GET'],
      ['/notes/1', 'POST'],
      ['/notes/1/all', 'PURGE'],
    ] as const)
      expect(await ask(path, 'ann', { method })).toMatchObject({ status: 500, text: 'failed' });
  });
});

describe('mounted applications', () => {
  const foreign = () => new Response(secret);

  it('block the response of a foreign handler without a requirement, in both forms', async () => {
    const { app, ask } = notesApp();
    app.mount('/old', foreign);
    app.all('/new/*', mount(foreign));
    for (const path of ['/old', '/old/x', '/new/x'])
      expect(await ask(path, 'ann')).toMatchObject({ status: 500, text: 'failed' });
  });

  it('pass the response of a foreign handler with a requirement for its path', async () => {
    const { app, ask } = notesApp();
    app.use('/old/*', authorize('create', 'Note'));
    app.mount('/old', foreign);
    app.use('/open/*', skipAuthorization('checks itself'));
    app.mount('/open', foreign);
    protect(app);
    expect([(await ask('/old/x', 'ann')).text, (await ask('/open', 'bob')).text]).toEqual([secret, secret]);
  });

  it('have their own decisions', async () => {
    const inner = new Hono().onError(failed);
    inner.use(authorization(authorizer, { actor }));
    inner.get('/:id', read, (c) => c.json(note));
    inner.get('/', (c) => c.text(secret));
    const { app, ask } = notesApp();
    app.use('/inner/*', skipAuthorization('checks itself'));
    app.mount('/inner', inner.fetch);
    expect([
      (await ask('/inner/1', 'ann')).status,
      (await ask('/inner/1', 'bob')).status,
      (await ask('/inner', 'ann')).status,
    ]).toEqual([200, 500, 500]);
  });

  it('block a second authorization for the same request', async () => {
    const { app, ask, errors } = notesApp();
    const inner = new Hono();
    inner.use(authorization(authorizer, { actor: () => 'ann' }));
    inner.get('/:id', read, (c) => c.json(note));
    app.route('/notes', inner);
    expect((await ask('/notes/1', 'bob')).status).toBe(500);
    expect(errors[0]).toMatchObject({ code: 'NANOOK_HTTP_INVALID_OPTION' });
  });
});

describe('other requests', () => {
  it('OPTIONS: passes the preflight of cors, and blocks a body', async () => {
    const { app, ask } = notesApp();
    app.use(cors({ origin: 'https://app.test' }));
    app.get('/notes/:id', read, (c) => c.json(note));
    app.options('/body', (c) => c.text(secret));
    app.options('/header', (c) => c.body(null, 204, { 'x-note': secret, allow: 'GET' }));
    const headers = { origin: 'https://app.test', 'access-control-request-method': 'GET' };
    const preflight = await ask('/notes/1', 'bob', { method: 'OPTIONS', headers });
    expect(preflight).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'https://app.test', 'access-control-allow-methods': /GET/ },
    });
    const plain = new Hono().onError(failed).use(authorization(authorizer, { actor }));
    plain.options('/body', (c) => c.text(secret));
    plain.options('/header', (c) => c.body(null, 204, { 'x-note': secret, allow: 'GET' }));
    expect((await plain.request('/body', { method: 'OPTIONS' })).status).toBe(500);
    const options = await plain.request('/header', { method: 'OPTIONS' });
    expect([options.status, Object.fromEntries(options.headers)]).toEqual([204, { allow: 'GET' }]);
  });

  it('a refusal and a blocked response keep the headers of CORS, so that the browser shows them', async () => {
    const { app, ask } = notesApp();
    app.use(cors({ origin: 'https://app.test' }));
    app.get('/notes/:id', read, (c) => c.json(note));
    app.get('/open', (c) => c.text(secret, 200, { 'x-note': secret }));
    for (const [path, status] of [
      ['/notes/1', 404],
      ['/open', 500],
    ] as const) {
      const response = await ask(path, 'bob', { headers: { origin: 'https://app.test' } });
      expect(response).toMatchObject({
        status,
        headers: { 'access-control-allow-origin': 'https://app.test' },
      });
      expect(JSON.stringify(response)).not.toContain(secret);
    }
  });

  it('a method that a form overrides needs the requirement of its own route', async () => {
    const app = new Hono();
    app.use(methodOverride({ app }));
    app.use(authorization(authorizer, { actor }));
    app.post('/notes/:id', skipAuthorization('open'), (c) => c.text('posted'));
    app.delete('/notes/:id', authorize('update', findNote), (c) => c.text('deleted'));
    protect(app);
    const form = (user: string) => {
      const body = new URLSearchParams({ _method: 'DELETE' });
      return app.request('/notes/1', { method: 'POST', body, headers: { 'x-user': user } });
    };
    expect([await (await form('ann')).text(), (await form('bob')).status]).toEqual(['deleted', 404]);
  });

  it('HEAD passes the requirement of GET', async () => {
    const { app, ask } = notesApp();
    app.get('/notes/:id', read, (c) => c.json(note));
    const statusOf = async (user: string) => (await ask('/notes/1', user, { method: 'HEAD' })).status;
    expect([await statusOf('ann'), await statusOf('bob')]).toEqual([200, 404]);
  });

  it('a request inside a handler has its own decisions', async () => {
    const { app, ask } = notesApp();
    app.get('/notes', (c) => c.text(secret));
    app.get('/outer', skipAuthorization('outer'), async (c) =>
      c.text(String((await app.request('/notes', { headers: { 'x-user': 'ann' } })).status)),
    );
    expect(await ask('/outer')).toMatchObject({ status: 200, text: '500' });
  });

  it('errors of the application keep their status', async () => {
    const { app, ask } = notesApp();
    app.get('/tea', () => {
      throw Object.assign(new Error('tea'), { status: 418 });
    });
    app.get(
      '/load',
      authorize('read', () => Promise.reject(new HTTPException(409))),
      (c) => c.json(note),
    );
    app.get('/string', () => {
      throw 'text';
    });
    expect([(await ask('/tea')).status, (await ask('/load')).status]).toEqual([418, 409]);
    await expect(ask('/string')).rejects.toBe('text');
  });

  it('a loader that rejects with a string fails as an error', async () => {
    const { app, ask, errors } = notesApp();
    app.get(
      '/notes',
      authorize('read', () => Promise.reject('no database' as never)),
      (c) => c.json(note),
    );
    expect((await ask('/notes')).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'NANOOK_HTTP_NO_ERROR' }]);
  });

  it('skipAuthorization with middleware opens only its own responses', async () => {
    const { app, ask } = notesApp();
    const files = createMiddleware(async (c, next) => {
      if (c.req.path === '/file') return c.text('file');
      if (c.req.path === '/broken') throw new Error('broken');
      await next();
    });
    app.use(skipAuthorization('public files', files));
    app.get('/notes', (c) => c.text(secret));
    app.get('/notes/:id', read, (c) => c.json(note));
    expect([
      (await ask('/file')).text,
      (await ask('/notes')).status,
      (await ask('/notes/1', 'ann')).status,
    ]).toEqual(['file', 500, 200]);
    expect((await ask('/broken')).status).toBe(500);
  });
});
