import { describe, expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';
import { serve } from '../testing/serve.fixture.js';

const policy = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;';
const types = { User: { fields: { id: 'String' } }, Note: { fields: { id: 'String', ownerId: 'String' } } };
const keyHash = '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed'; // of the key `one`
const server = {
  callers: { keys: [{ name: 'shop', sha256: keyHash }] },
  entities: { user: { type: 'User' }, note: { type: 'Note', given: ['ownerId'] } },
};
const configOf = (changes: object = {}) => ({
  'main.polar': policy,
  'nanook.config.json': JSON.stringify({ types, server: { ...server, ...changes } }),
});

const ask = (url: string, ownerId: string, key = 'one') =>
  fetch(`${url}/access/v1/evaluation`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
    body: JSON.stringify({
      subject: { type: 'user', id: 'ann' },
      action: { name: 'read' },
      resource: { type: 'note', id: 'n1', properties: { ownerId } },
    }),
  });

describe('nanook serve', () => {
  it('answers with the policy of the configuration, writes a line for each request, and ends at SIGTERM', async () => {
    await enterFolder(configOf());
    const { url, lines, ended } = await serve();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await ask(url, 'ann')).json()).toEqual({ decision: true });
    expect(await (await ask(url, 'ben')).json()).toEqual({ decision: false });
    expect((await ask(url, 'ann', 'two')).status).toBe(401);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    process.emit('SIGTERM');
    expect((await ended()).code).toBe(0);
    const requests = lines().filter(({ event }) => event === 'request');
    expect(requests.map(({ endpoint, status, caller }) => [endpoint, status, caller])).toEqual([
      ['/access/v1/evaluation', 200, 'shop'],
      ['/access/v1/evaluation', 200, 'shop'],
      ['/access/v1/evaluation', 401, undefined],
    ]);
    expect(lines().at(-1)?.event).toBe('closed');
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('writes texts of callers without characters that end a line or control a terminal', async () => {
    await enterFolder(configOf());
    const { url, lines, ended } = await serve();
    const type = 'a\n\u0085\u009b31m\u2028\u202eb';
    await fetch(`${url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': 'one' },
      body: JSON.stringify({
        subject: { type, id: 'ann' },
        action: { name: 'read' },
        resource: { type: 'note', id: 'n1' },
      }),
    });
    process.emit('SIGTERM');
    const { out } = await ended();
    expect(lines().find(({ event }) => event === 'request')).toMatchObject({ unknownTypes: [type] });
    expect(out).not.toMatch(/[\u0085\u009b\u2028\u202e]/);
  });

  it('uses a module with functions, follows a source, and closes the database', async () => {
    await enterFolder({
      'main.polar': policy,
      'nanook.config.mjs': `
        const notes = new Map([['n1', { id: 'n1', ownerId: 'ann' }]]);
        const published = { content: 'allow(_: User, "write", _: Note);', tag: '1', revision: 7 };
        export default {
          types: ${JSON.stringify(types)},
          server: async () => ({
            callers: { anyone: { reason: 'a test' } },
            entities: { user: { type: 'User' }, note: { type: 'Note', find: (id) => notes.get(id) } },
            follow: { source: { name: 'test', read: async () => published } },
            close: () => { globalThis.closedByTest = true; },
          }),
        };`,
    });
    const { url, lines, ended } = await serve('--config', 'nanook.config.mjs');
    expect(await (await ask(url, 'eve')).json()).toEqual({ decision: false });
    expect(lines().find(({ event }) => event === 'policy')).toMatchObject({ version: '7', revision: 7 });
    process.emit('SIGINT');
    await ended();
    expect((globalThis as { closedByTest?: boolean }).closedByTest).toBe(true);
  });

  it('answers Envoy on a port of its own, with the same callers', async () => {
    await enterFolder({
      'main.polar': 'allow_request(nil, request: Request) if request.path = "/notes";',
      'nanook.config.mjs': `
        export default {
          types: { User: {}, Request: {} },
          server: {
            ...${JSON.stringify({ ...server, entities: { user: { type: 'User' } } })},
            // Undefined has no actor, and null is an anonymous one.
            envoy: { actor: () => null },
          },
        };`,
    });
    const { lines } = await serve('--config', 'nanook.config.mjs', '--envoy-port', '0');
    const { envoy } = lines().find(({ event }) => event === 'listening')!;
    const statusOf = async (path: string, key = 'one') =>
      (await fetch(`${String(envoy)}${path}`, { headers: { 'X-API-Key': key } })).status;
    expect([await statusOf('/notes'), await statusOf('/healthz'), await statusOf('/notes', 'two')]).toEqual([
      200, 403, 401,
    ]);
  });

  it.each<[string, Record<string, string>, string[], string]>([
    [
      'without `server`',
      { 'main.polar': policy, 'nanook.config.json': '{}' },
      [],
      'expected the option `server`',
    ],
    ['without callers', configOf({ callers: undefined }), [], 'the option `callers` must be an object'],
    ['with no kind of callers', configOf({ callers: {} }), [], 'the option `callers` must have `keys`'],
    ['with a plain key', configOf({ callers: { keys: [{ name: 'a', sha256: 'one' }] } }), [], 'SHA-256'],
    ['with an unknown option', configOf({ entites: {} }), [], 'did you mean `entities`?'],
    [
      'for other machines without an address',
      configOf(),
      ['--host', '0.0.0.0'],
      'other machines reach 0.0.0.0',
    ],
    [
      'for other machines with http',
      configOf(),
      ['--host', '0.0.0.0', '--base-url', 'http://a.example'],
      'https://',
    ],
    ['with a wrong port', configOf(), ['--port', '99999'], '--port expects'],
    ['with half of TLS', configOf(), ['--tls-cert', 'a.pem'], 'need each other'],
  ])('does not start %s', async (_, files, args, message) => {
    await enterFolder(files);
    const { code, err } = await nanook('serve', '--port', '0', ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

// cspell:ignore entites
