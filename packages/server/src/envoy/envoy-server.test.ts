import { Authorizer, typed } from '@nanook/core';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { sha256 } from '../testing/sha256.fixture.js';
import { listen } from '../node/index.js';
import { envoyServer, type EnvoyServerOptions } from './index.js';

const authorizer = await Authorizer.load({
  policies: `
    allow_request(user: User, request: Request) if
      not is_administration(request) and user.isActive and request.path != "/methods";
    allow_request(_: User, request: Request) if request.path = "/methods" and request.method = "OPTIONS";
    allow_request(user: User, request: Request) if is_administration(request) and user.isAdmin;
    allow_request(nil, request: Request) if request.path = "/public";
    allow_request(_: User, request: Request) if request.path = "/broken" and Broken.fail();
    is_administration(request: Request) if request.path.startsWith("/admin");
  `,
  types: { User: {}, Request: {} },
  constants: {
    Broken: {
      fail: () => {
        throw new Error('password of the database');
      },
    },
  },
  denialWarnings: false,
});
const users: Readonly<Record<string, object>> = {
  'Bearer ann': typed('User', { id: 'ann', isActive: true, isAdmin: false }),
  'Bearer root': typed('User', { id: 'root', isActive: true, isAdmin: true }),
  'Bearer partial': typed('User', { id: 'partial' }),
};
const serverWith = (options: Partial<EnvoyServerOptions> = {}) =>
  envoyServer({
    authorizer,
    callers: { keys: [{ name: 'envoy', sha256: sha256('key-of-envoy') }] },
    actor: ({ headers: { authorization } }) => (authorization === undefined ? null : users[authorization]),
    ...options,
  });
const ask = async (
  server: ReturnType<typeof serverWith>,
  path: string,
  authorization?: string,
  headers: Readonly<Record<string, string>> = { 'X-API-Key': 'key-of-envoy' },
) =>
  server.fetch(
    new Request(`http://shop.example${path}`, {
      headers: { ...headers, ...(authorization !== undefined && { Authorization: authorization }) },
    }),
    { target: path },
  );

describe('a check of Envoy', () => {
  it.each([
    ['/notes?page=2', 'Bearer ann', 200],
    ['/admin/users', 'Bearer ann', 403],
    ['/admin/users', 'Bearer root', 200],
    ['/public', undefined, 200],
    ['/notes', undefined, 403],
    ['/notes', 'Bearer nobody', 401],
    // Undecided, and a failing method.
    ['/notes', 'Bearer partial', 403],
    ['/broken', 'Bearer partial', 403],
    // The other endpoints of a decision server do not exist here.
    ['/healthz', 'Bearer nobody', 401],
    ['/access/v1/evaluation', 'Bearer nobody', 401],
  ])('has the right status: %s by %s: %i', async (path, authorization, status) => {
    const onError = vi.fn<() => void>();
    const response = await ask(serverWith({ onError }), path, authorization);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('password');
    expect(onError).toHaveBeenCalledTimes(path === '/broken' ? 1 : 0);
  });

  it.each([
    '/public/../admin',
    '/x/%2e%2e/public',
    '/%61dmin',
    '/a\\..\\admin',
    '/./public',
    '/%zz',
    '//..//admin',
    '//admin',
    '/x//admin',
    '/x/..;/admin',
    '/x%2f..%2fadmin',
    '/x%5C..%5Cadmin',
    '/x%00',
    '/x%0d%0aX: y',
    '/x%7f',
    '/x#/admin',
  ])('has the status 403 for %s, which servers read in different ways', async (path) => {
    expect((await ask(serverWith(), path, 'Bearer ann')).status).toBe(403);
  });

  it('can accept encoded slashes', async () => {
    const server = serverWith({ encodedSlashes: true });
    expect((await ask(server, '/group%2Fnote', 'Bearer ann')).status).toBe(200);
    expect((await ask(server, '/x/%2e%2e%2fadmin', 'Bearer ann')).status).toBe(403);
  });

  it('knows the host in small letters', async () => {
    const hosts: string[] = [];
    const server = serverWith({ refusal: (_, { host }) => (hosts.push(host), {}) });
    await server.fetch(
      new Request('http://shop.example/admin', {
        headers: { 'X-API-Key': 'key-of-envoy', Host: 'Shop.EXAMPLE:8080' },
      }),
    );
    expect(hosts).toEqual(['shop.example:8080']);
  });

  it('has the status 401 if Envoy has no key, also if the client has one', async () => {
    const server = serverWith();
    expect((await ask(server, '/public', undefined, {})).status).toBe(401);
    expect((await ask(server, '/public', 'Bearer key-of-envoy', {})).status).toBe(401);
  });

  it('sets and removes headers of the upstream', async () => {
    const server = serverWith({
      headers: (actor) => ({
        set: { 'x-user': (actor as { id: string }).id },
        remove: ['x-admin', 'cookie'],
      }),
    });
    const response = await ask(server, '/notes', 'Bearer ann');
    expect(response.headers.get('x-user')).toBe('ann');
    expect(response.headers.get('x-envoy-auth-headers-to-remove')).toBe('x-admin,cookie');
  });

  it.each<[string, unknown]>([
    ['no object', undefined],
    ['a list to set', { set: ['x-user'] }],
    ['a text to remove', { remove: 'x-user' }],
    ['a value that is not a text', { set: { 'x-user': 5 } }],
    ['a value that is missing', { set: { 'x-user': undefined } }],
    ['a second header', { set: { 'x-user': 'ann\r\nx-admin: yes' } }],
    ['a control character', { set: { 'x-user': 'ann\u0001' } }],
    ['a character outside of ASCII', { set: { 'x-user': 'café' } }],
    ['a name twice', { set: { 'x-user': 'ann', 'X-User': 'root' } }],
    ['a name with a space', { set: { 'x user': 'ann' } }],
    ['a pseudo header', { set: { ':path': '/admin' } }],
    ['the length of the answer', { set: { 'Content-Length': '5' } }],
    ['the header with removals', { set: { 'x-envoy-auth-headers-to-remove': 'x-user' } }],
    ['two names in one text', { remove: ['x-user,x-admin'] }],
    ['an empty name', { remove: [''] }],
  ])('has the status 403 if the changes of headers have %s', async (_, changes) => {
    const onError = vi.fn<() => void>();
    const response = await ask(
      serverWith({ headers: () => changes as never, onError }),
      '/notes',
      'Bearer ann',
    );
    expect([response.status, response.headers.get('x-user')]).toEqual([403, null]);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it('has one content type, that of the problem or of the application', async () => {
    const typeOf = async (server: ReturnType<typeof serverWith>) =>
      (await ask(server, '/admin', 'Bearer ann')).headers.get('content-type');
    expect(await typeOf(serverWith())).toBe('application/problem+json');
    const headers = { 'Content-Type': 'text/html' };
    expect(await typeOf(serverWith({ refusal: () => ({ headers }) }))).toBe('text/html');
  });

  it('has the usual response if that of the application is not valid', async () => {
    const onError = vi.fn<() => void>();
    for (const headers of [{ 'x-a': 'a\nb' }, { 'transfer-encoding': 'chunked' }]) {
      const server = serverWith({ refusal: () => ({ status: 404, headers }), onError });
      // oxlint-disable-next-line no-await-in-loop -- two
      expect((await ask(server, '/admin', 'Bearer ann')).status).toBe(403);
    }
    expect(onError).toHaveBeenCalledTimes(2);
    const server = serverWith({ refusal: () => ({ status: 404, headers: undefined as never }) });
    expect((await ask(server, '/admin', 'Bearer ann')).status).toBe(404);
  });

  it('has the body of the application for a refusal, but never a status that Envoy could allow', async () => {
    const onError = vi.fn<() => void>();
    const refusal = vi.fn<NonNullable<EnvoyServerOptions['refusal']>>(() => ({
      status: 404,
      body: 'nothing here',
      headers: { 'content-type': 'text/plain' },
    }));
    const server = serverWith({ refusal, onError });
    const response = await ask(server, '/admin', 'Bearer ann');
    expect([response.status, await response.text()]).toEqual([404, 'nothing here']);
    for (const status of [200, 503, 302, Number.NaN]) {
      refusal.mockReturnValueOnce({ status });
      // oxlint-disable-next-line no-await-in-loop -- few
      expect((await ask(server, '/admin', 'Bearer ann')).status).toBe(403);
    }
    expect(onError).toHaveBeenCalledTimes(4);
  });

  it('has the status 403 if the actor cannot be found in time, or not at all', async () => {
    const onError = vi.fn<() => void>();
    const late = serverWith({ actor: () => new Promise(() => {}), timeoutMs: 20, onError });
    expect((await ask(late, '/notes', 'Bearer ann')).status).toBe(403);
    const failing = serverWith({ actor: () => Promise.reject(new Error('key server')), onError });
    expect((await ask(failing, '/notes', 'Bearer ann')).status).toBe(403);
    expect(onError).toHaveBeenCalledTimes(2);
  });

  it('works with a prefix, over a connection', async () => {
    const { url, close } = await listen(serverWith({ path: '/check' }), { port: 0 });
    const statusOf = async (line: string) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(
        `${line} HTTP/1.1\r\nHost: shop.example\r\nX-API-Key: key-of-envoy\r\nAuthorization: Bearer ann\r\nConnection: close\r\n\r\n`,
      );
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return text.split(' ')[1];
    };
    expect(await statusOf('GET /check/notes')).toBe('200');
    expect(await statusOf('DELETE /check/admin/1')).toBe('403');
    expect(await statusOf('GET /check/../check/notes')).toBe('403');
    expect(await statusOf('GET /notes')).toBe('403');
    expect(await statusOf('TRACE /check/notes')).toBe('405');
    expect(await statusOf('PROPFIND /check/methods')).toBe('403');
    expect(await statusOf('OPTIONS /check/methods')).toBe('200');
    expect(await statusOf('CONNECT /check/notes')).toBe('405');
    await close();
  });

  it('is answered until the port closes, which further checks do not prevent', async () => {
    const { url, close } = await listen(serverWith(), { port: 0 });
    const check = async (): Promise<number | string> => {
      try {
        const headers = { 'X-API-Key': 'key-of-envoy', Authorization: 'Bearer ann' };
        return (await fetch(`${url}/notes`, { headers })).status;
      } catch {
        return 'closed';
      }
    };
    let isClosed = false;
    const closing = close({ drainMs: 300 }).then(() => (isClosed = true));
    const statuses: (number | string)[] = [];
    while (!isClosed) {
      // oxlint-disable-next-line no-await-in-loop -- as long as the server runs
      statuses.push(await check());
    }
    await closing;
    expect(statuses[0]).toBe(200);
    expect(new Set(statuses.filter((status) => status !== 'closed'))).toEqual(new Set([200]));
    expect(await check()).toBe('closed');
  });

  it('is refused if the callback for certificates takes too long', async () => {
    const certificate = { subject: {}, alternativeNames: undefined, sha256: '' };
    const onError = vi.fn<() => void>();
    const server = serverWith({
      callers: { certificate: () => new Promise<never>(() => {}) },
      timeoutMs: 20,
      onError,
    });
    const response = await server.fetch(new Request('http://shop.example/public'), { certificate });
    expect(response.status).toBe(403);
    expect(onError).toHaveBeenCalledTimes(1);
  });
});
