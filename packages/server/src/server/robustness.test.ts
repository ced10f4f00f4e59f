import { describe, expect, it, vi } from 'vitest';
import type { DecisionServer, ServerOptions } from '../index.js';
import { certifiedServer, loadFixture, post } from '../testing/certification.fixture.js';

const path = '/access/v1/evaluation';
const valid = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};
const server = await certifiedServer({ limits: { bodyBytes: 2_000, timeoutMs: 200 } });
const outcome = async (body: unknown, headers?: Readonly<Record<string, string>>) => {
  const response = await post(server, path, body, headers);
  return [response.status, await response.text()];
};

describe('a request', () => {
  it.each([
    ['an empty body', '', 'expected a JSON object, found an empty body'],
    ['malformed JSON', '{"subject":', 'the body is not JSON'],
    ['a list', [valid], 'expected a JSON object as body'],
    ['null', 'null', 'expected a JSON object as body'],
    ['no subject', { ...valid, subject: undefined }, '`subject` is missing'],
    ['a subject of a wrong type', { ...valid, subject: 'alice' }, '`subject` must be an object'],
    ['a list as subject', { ...valid, subject: [] }, '`subject` must be an object'],
    ['no type', { ...valid, subject: { id: 'alice' } }, '`subject.type` is missing'],
    ['a number as id', { ...valid, resource: { type: 'record', id: 1 } }, '`resource.id` must be a string'],
    ['no name', { ...valid, action: {} }, '`action.name` is missing'],
    ['a list as name', { ...valid, action: { name: ['read'] } }, '`action.name` must be a string'],
    ['a text as context', { ...valid, context: 'now' }, '`context` must be an object'],
    [
      'null as properties',
      { ...valid, action: { name: 'read', properties: null } },
      '`action.properties` must be an object',
    ],
    ['an inherited subject', '{"__proto__":{"subject":{}}}', '`subject` is missing'],
    [
      'a key twice',
      JSON.stringify(valid).replace('"id":"alice"', '"id":"eve","id":"alice"'),
      'the body contains the key "id" twice',
    ],
    [
      'a key twice, once with an escape',
      JSON.stringify(valid).replace('"id":"alice"', '"\\u0069d" :"eve","id":"alice"'),
      'the body contains the key "id" twice',
    ],
    [
      'half a surrogate pair',
      JSON.stringify(valid).replace('alice', '\\ud83d'),
      'the body contains half a surrogate pair',
    ],
    ['too deep nesting', '['.repeat(500) + ']'.repeat(500), 'the body is nested more than 64 levels deep'],
  ])('with %s is refused with 400', async (_, body, message) => {
    expect(await outcome(body)).toEqual([400, message]);
  });

  it.each(['text/plain', 'application/jsonp', ''])('with the content type %j is refused', async (type) => {
    const expected = [400, 'expected the header Content-Type: application/json'];
    expect(await outcome(valid, { 'Content-Type': type })).toEqual(expected);
  });

  it('can name the character set, and contain texts that look like keys', async () => {
    const subject = { ...valid.subject, properties: { '"id":': '{"id":1,"id":2}', '\\': ['"', '😀'] } };
    expect(
      await outcome({ ...valid, subject }, { 'Content-Type': 'Application/JSON; charset=utf-8' }),
    ).toEqual([200, '{"decision":true}']);
  });

  it.each(['gzip', 'br', 'identity, gzip'])('with the encoding %s is refused with 415', async (encoding) => {
    const expected = [415, 'the body must not be compressed'];
    expect(await outcome(valid, { 'Content-Encoding': encoding })).toEqual(expected);
    expect((await outcome(valid, { 'Content-Encoding': 'identity' }))[0]).toBe(200);
  });

  it('causes 400 for bytes that are not UTF-8', async () => {
    const response = await server.fetch(
      new Request(`https://internal${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: new Uint8Array([0x7b, 0xff, 0x7d]),
      }),
    );
    expect([response.status, await response.text()]).toEqual([400, 'the body is not UTF-8']);
  });

  it('causes 413 for a body above the limit, also without Content-Length', async () => {
    const large = { ...valid, context: { text: 'x'.repeat(2_000) } };
    expect((await outcome(large))[0]).toBe(413);
    const bytes = new TextEncoder().encode(JSON.stringify(large));
    const sent = vi.fn<() => void>();
    const body = new ReadableStream({
      pull: (controller) => {
        sent();
        controller.enqueue(bytes);
      },
    });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, duplex: 'half' };
    const response = await server.fetch(new Request(`https://internal${path}`, init as RequestInit));
    expect(response.status).toBe(413);
    expect(sent.mock.calls.length).toBeLessThan(4);
  });

  it('causes 408 for a body that does not end in time', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, duplex: 'half' };
    const response = await server.fetch(new Request(`https://internal${path}`, init as RequestInit));
    expect([response.status, await response.text()]).toEqual([408, 'the body did not arrive in time']);
  });

  it('causes 400 for a body that breaks, which is not an error of the application', async () => {
    const onError = vi.fn<() => void>();
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) });
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, duplex: 'half' };
    const response = await (
      await certifiedServer({ onError })
    ).fetch(new Request(`https://internal${path}`, init as RequestInit));
    expect([response.status, await response.text()]).toEqual([400, 'the body ended too early']);
    expect(onError).not.toHaveBeenCalled();
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'User', ''])(
    'with the unknown type %j is denied without a reason',
    async (type) => {
      const expected = [200, '{"decision":false}'];
      expect(await outcome({ ...valid, subject: { type, id: 'alice' } })).toEqual(expected);
      expect(await outcome({ ...valid, resource: { type, id: 'record-1' } })).toEqual(expected);
    },
  );

  it('has its X-Request-ID in the answer, also in a refusal', async () => {
    const id = { 'X-Request-ID': 'a b;{}"é'.replace('é', '') };
    for (const [body, status] of [
      [valid, 200],
      ['', 400],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- two
      const response = await post(server, path, body, id);
      expect([response.status, response.headers.get('X-Request-ID')]).toEqual([status, id['X-Request-ID']]);
    }
  });

  it('to another path or with another method is refused', async () => {
    const get = await server.fetch(new Request(`https://internal${path}`));
    expect([get.status, get.headers.get('Allow')]).toEqual([405, 'POST']);
    expect((await post(server, '/access/v1/nothing', valid)).status).toBe(404);
    expect((await post(server, '/healthz', valid)).status).toBe(405);
    const preflight = new Request(`https://internal${path}`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    const answer = await server.fetch(preflight);
    expect([answer.status, answer.headers.get('Access-Control-Allow-Origin')]).toEqual([405, null]);
  });
});

describe('many requests at once', () => {
  it('each get their own answer', async () => {
    const requests = Array.from({ length: 300 }, (_, i) => ({
      ...valid,
      resource: {
        type: 'record',
        id: 'record-1',
        properties: { status: i % 3 === 0 ? 'archived' : 'active' },
      },
    }));
    const answers = await Promise.all(
      requests.map((body, i) => post(server, path, body, { 'X-Request-ID': `${i}` })),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    expect(answers.map((answer) => answer.headers.get('X-Request-ID'))).toEqual(
      requests.map((_, i) => `${i}`),
    );
    expect(bodies).toEqual(requests.map((_, i) => ({ decision: i % 3 !== 0 })));
  });
});

describe('a slow answer', () => {
  const never = () => new Promise<never>(() => {});
  const tooLong = 'the decision took too long';
  const limits = { timeoutMs: 50 };
  const entities = {
    user: { type: 'User', find: (id: string) => (id === 'alice' ? never() : { id }) },
    record: { type: 'Record', find: (id: string) => ({ id, status: 'active' }) },
  };

  it('ends when the time of the request is over, is never allowed, and counts as an error', async () => {
    const slow = await certifiedServer({ limits, entities });
    const single = await post(slow, path, valid);
    expect([single.status, await single.text()]).toEqual([503, tooLong]);
    const evaluations = [{}, { subject: { type: 'user', id: 'bob' } }];
    const batch = await post(slow, '/access/v1/evaluations', { ...valid, evaluations });
    expect(await batch.json()).toEqual({
      evaluations: [
        { decision: false, context: { error: { status: 503, message: tooLong } } },
        { decision: true },
      ],
    });
    const metrics = await (await slow.fetch(new Request('https://internal/metrics'))).text();
    expect(metrics).toContain('nanook_decisions_total{outcome="error"} 2\n');
    expect(metrics).toContain('nanook_decisions_total{outcome="allowed"} 1\n');
  });

  it.each<[string, Partial<ServerOptions>, (server: DecisionServer) => Promise<Response>]>([
    ['a search', { entities }, (server) => post(server, '/access/v1/search/action', valid)],
    [
      'a function of obligations',
      { obligations: { types: ['log'], of: never } },
      (server) => post(server, path, valid),
    ],
    [
      'the verification of a token',
      { callers: { bearer: never } },
      (server) => post(server, path, valid, { Authorization: 'Bearer token' }),
    ],
    ['isReady', { isReady: never }, (server) => server.fetch(new Request('https://internal/readyz'))],
  ])('ends with 503 when %s takes too long', async (_, options, send) => {
    const onError = vi.fn<() => void>();
    const response = await send(await certifiedServer({ limits, onError, ...options }));
    expect([response.status, await response.text()]).toEqual([503, tooLong]);
    expect(onError).not.toHaveBeenCalled();
  });

  it('loads nothing after its end, when a row arrives too late', async () => {
    const found: string[] = [];
    let arrive = (_: object): void => {};
    const late = (id: string) => {
      found.push(id);
      return new Promise<object>((resolve) => (arrive = resolve));
    };
    const all = vi.fn<() => object[]>(() => []);
    const server = await certifiedServer({
      limits,
      entities: { user: { type: 'User', find: late, all }, record: { type: 'Record', find: late } },
    });
    for (const [at, first] of [
      [path, 'alice'],
      ['/access/v1/search/action', 'alice'],
      ['/access/v1/search/subject', 'record-1'],
    ] as const) {
      // oxlint-disable no-await-in-loop -- one request after the other
      expect((await post(server, at, valid)).status).toBe(503);
      arrive({ id: first, status: 'active' });
      await new Promise((resolve) => setTimeout(resolve, 0));
      // oxlint-enable no-await-in-loop
      expect(found.splice(0)).toEqual([first]);
    }
    expect(all).not.toHaveBeenCalled();
  });

  it('ends with 503 when an explanation takes too long', async () => {
    const authorizer = await loadFixture();
    vi.spyOn(authorizer, 'explain').mockImplementation(never);
    const callers = { anyone: { reason: 'a test', scopes: ['evaluate', 'explain'] as const } };
    const server = await certifiedServer({ limits, authorizer, callers });
    const response = await post(server, path, { ...valid, options: { explain: true } });
    expect([response.status, await response.text()]).toEqual([503, tooLong]);
  });
});

it('gives no caller an answer whose change would reach another request', async () => {
  const bytes = new TextEncoder().encode(JSON.stringify(valid));
  const headers = new Headers({ 'content-type': 'application/json' });
  const ask = () =>
    server.answer(
      {
        method: 'POST',
        url: `https://internal${path}`,
        target: path,
        headers,
        readBody: async (take) => take(bytes),
      },
      {},
    );
  const first = await ask();
  expect(() => Object.assign(first, { text: '{"decision":true}' })).toThrow(TypeError);
  expect(() => Object.assign(first.headers, { 'x-other': '1' })).toThrow(TypeError);
  expect(await ask()).toEqual(first);
});
