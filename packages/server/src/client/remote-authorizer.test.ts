import { isForbiddenError, isNotFoundError } from '@nanook/core';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { decisionServer, type DecisionServer } from '../index.js';
import { certifiedServer, loadFixture } from '../testing/certification.fixture.js';
import { RemoteAuthorizer, type RemoteOptions } from './index.js';

const server = await certifiedServer();
const [alice, bob] = ['alice', 'bob'].map((id) => ({ type: 'user', id }));
const [active, archived] = ['record-1', 'record-2'].map((id) => ({ type: 'record', id }));

/** Returns a client whose requests a server answers, and the paths of these requests. */
function connected(to: DecisionServer = server, options: Partial<RemoteOptions> = {}) {
  const paths: string[] = [];
  const remote = new RemoteAuthorizer({
    url: 'https://pdp.example.com',
    fetch: (url, init) => {
      const request = new Request(url as string, init);
      paths.push(new URL(request.url).pathname);
      return to.fetch(request);
    },
    ...options,
  });
  return { remote, paths };
}

/** Returns a client that gets these answers, one after the other. An error is a failure of the network. */
function answered(...answers: readonly (Response | Error | 'never')[]) {
  const send = vi.fn<typeof fetch>();
  for (const answer of answers)
    if (answer === 'never')
      send.mockImplementationOnce(
        (_, init) =>
          new Promise((__, reject) =>
            init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)),
          ),
      );
    else if (answer instanceof Error) send.mockRejectedValueOnce(answer);
    else send.mockResolvedValueOnce(answer);
  const remote = new RemoteAuthorizer({ url: 'https://pdp.example.com', fetch: send, timeoutMs: 400 });
  return { send, can: () => remote.can(alice, 'read', active) };
}
const answer = (body: unknown, status = 200, headers = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

describe('RemoteAuthorizer', () => {
  it('decides as the server does', async () => {
    const { remote } = connected();
    expect(await remote.can(alice, 'read', active)).toBe(true);
    expect(await remote.can(bob, 'write', active)).toBe(false);
    expect(await remote.can(alice, { name: 'delete', properties: { soft: true } }, active)).toBe(true);
    expect(await remote.canAll(bob, 'write', [active, archived])).toEqual([false, true]);
    expect(await remote.actions(alice, active)).toEqual(new Set(['read', 'write']));
    expect(await remote.ids(bob, 'write', 'record')).toEqual(['record-2']);
  });

  it('throws the refusals of authorize', async () => {
    const { remote } = connected();
    expect(await remote.authorize(alice, 'write', active)).toBe(active);
    await expect(remote.authorize(bob, 'write', active)).rejects.toSatisfy(isForbiddenError);
    await expect(remote.authorize(alice, 'read', archived)).rejects.toSatisfy(isNotFoundError);
    await expect(remote.authorize(alice, 'read', archived, { checkRead: false })).rejects.toSatisfy(
      isForbiddenError,
    );
  });

  it('sends the checks of one turn together, in batches that the server accepts', async () => {
    const { remote, paths } = connected(server, { batchSize: 2 });
    const checks = [alice, bob, alice, bob, alice].map((actor) => remote.can(actor, 'write', active));
    expect(await Promise.all(checks)).toEqual([true, false, true, false, true]);
    expect(paths).toEqual(['/access/v1/evaluations', '/access/v1/evaluations', '/access/v1/evaluation']);
  });

  it('fails only the check of a batch whose evaluation fails', async () => {
    const failing = await certifiedServer({
      onError: () => {},
      entities: {
        user: {
          type: 'User',
          find: (id) => (id === 'bob' ? Promise.reject(new Error('lost')) : { id, role: null }),
        },
        record: { type: 'Record', find: (id) => ({ id, status: 'active' }) },
      },
    });
    const { remote } = connected(failing);
    const [first, second] = await Promise.allSettled([
      remote.can(alice, 'read', active),
      remote.can(bob, 'read', active),
    ]);
    expect(first).toEqual({ status: 'fulfilled', value: true });
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'NANOOK_SERVER_REFUSED', data: { status: 500 } },
    });
  });

  it('reads all pages of a search', async () => {
    const rows = Array.from({ length: 25 }, (_, i) => ({ id: `r${i}`, status: 'active' }));
    const paged = decisionServer({
      authorizer: await loadFixture(),
      baseUrl: 'https://pdp.example.com',
      callers: { anyone: { reason: 'a test', scopes: ['search'] } },
      entities: { user: { type: 'User' }, record: { type: 'Record', all: () => rows } },
      actions: { type: 'Action', names: ['read'] },
      limits: { results: 10 },
    });
    const { remote, paths } = connected(paged);
    expect(await remote.ids(alice, 'read', 'record')).toEqual(rows.map(({ id }) => id));
    expect(paths).toHaveLength(3);
  });

  it('waits for the policy that it needs, and throws if it does not come', async () => {
    const status = { isCurrent: true, revision: 41 };
    const followed = await certifiedServer({ follower: { status } });
    const { remote } = connected(followed, { minRevision: 42, timeoutMs: 3_000 });
    const waiting = remote.can(alice, 'read', active);
    await new Promise((resolve) => setTimeout(resolve, 20));
    status.revision = 42;
    expect(await waiting).toBe(true);
    status.revision = 41;
    const { remote: impatient } = connected(followed, { minRevision: 42, timeoutMs: 100 });
    await expect(impatient.can(alice, 'read', active)).rejects.toMatchObject({
      code: 'NANOOK_SERVER_REFUSED',
    });
  });

  it('uses the values of the application with entityOf', async () => {
    class User {
      constructor(readonly name: string) {}
    }
    const { remote } = connected(server, {
      entityOf: (value) =>
        value instanceof User ? { type: 'user', id: value.name } : { type: 'record', id: String(value) },
    });
    expect(await remote.can(new User('bob'), 'write', 'record-2')).toBe(true);
  });

  it('repeats a request after a failure that can pass', async () => {
    const { can, send } = answered(
      new Error('reset'),
      answer('', 503, { 'Retry-After': '0' }),
      answer({ decision: true }),
    );
    expect(await can()).toBe(true);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it.each<[string, (Response | Error | 'never')[], object, number]>([
    [
      'the network fails',
      [new Error('a'), new Error('b'), new Error('c')],
      { code: 'NANOOK_SERVER_UNREACHABLE' },
      3,
    ],
    ['no answer comes in time', ['never'], { code: 'NANOOK_SERVER_UNREACHABLE' }, 1],
    [
      'the server fails',
      [answer('internal error', 500)],
      { code: 'NANOOK_SERVER_REFUSED', data: expect.objectContaining({ status: 500 }) },
      1,
    ],
    ['the key is wrong', [answer('no', 401)], { code: 'NANOOK_SERVER_REFUSED' }, 1],
    [
      'it must wait too long',
      [answer('', 429, { 'Retry-After': '60' })],
      { code: 'NANOOK_SERVER_REFUSED' },
      1,
    ],
    ['the answer is not JSON', [answer('<html>')], { code: 'NANOOK_SERVER_INVALID_ANSWER' }, 1],
    ['the answer has no decision', [answer({})], { code: 'NANOOK_SERVER_INVALID_ANSWER' }, 1],
    ['the decision is a text', [answer({ decision: 'true' })], { code: 'NANOOK_SERVER_INVALID_ANSWER' }, 1],
    [
      'the decision is inherited',
      [answer('{"__proto__":{"decision":true}}')],
      { code: 'NANOOK_SERVER_INVALID_ANSWER' },
      1,
    ],
    ['the answer is a list', [answer([{ decision: true }])], { code: 'NANOOK_SERVER_INVALID_ANSWER' }, 1],
  ])('throws when %s', async (_, answers, error, requests) => {
    const { can, send } = answered(...answers);
    await expect(can()).rejects.toMatchObject(error);
    expect(send).toHaveBeenCalledTimes(requests);
  });

  it.each([
    ['two decisions', '{"decision":true,"decision":false}', 'twice'],
    ['too many levels', `{"decision":true,"context":${'['.repeat(100)}${']'.repeat(100)}}`, 'nested'],
  ])('throws when the answer has %s', async (_, text, reason) => {
    await expect(answered(answer(text)).can()).rejects.toMatchObject({
      code: 'NANOOK_SERVER_INVALID_ANSWER',
      data: { reason: expect.stringContaining(reason) },
    });
  });

  it('throws when the answer does not end, and reads no more of it than the limit', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20);
    const pull = vi.fn<(controller: ReadableStreamDefaultController) => void>((controller) =>
      controller.enqueue(chunk),
    );
    const { can, send } = answered(new Response(new ReadableStream({ pull })));
    await expect(can()).rejects.toMatchObject({ data: { reason: 'it is too large' } });
    expect(pull.mock.calls.length).toBeLessThan(20);
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('throws when the function `key` or the body of the answer takes too long', async () => {
    const send = vi.fn<typeof fetch>().mockResolvedValue(new Response(new ReadableStream({})));
    const options = { url: 'https://pdp.example.com', fetch: send, timeoutMs: 30 };
    const unreachable = { code: 'NANOOK_SERVER_UNREACHABLE' };
    const slowKey = new RemoteAuthorizer({ ...options, key: () => new Promise<never>(() => {}) });
    await expect(slowKey.can(alice, 'read', active)).rejects.toMatchObject(unreachable);
    expect(send).not.toHaveBeenCalled();
    await expect(new RemoteAuthorizer(options).can(alice, 'read', active)).rejects.toMatchObject(unreachable);
  });

  it.each<[string, unknown]>([
    ['half a surrogate pair', '\ud83d'],
    ['a bigint', 5n],
    ['too many levels', JSON.parse('['.repeat(62) + ']'.repeat(62))],
  ])('fails only the check with %s, and not those of the same turn', async (_, value) => {
    const { remote, paths } = connected();
    const [wrong, right, other] = await Promise.allSettled([
      remote.can({ ...alice, properties: { value } }, 'read', active),
      remote.can(alice, 'read', active),
      remote.can(bob, 'write', active),
    ]);
    expect(wrong).toMatchObject({ status: 'rejected', reason: expect.any(TypeError) });
    expect([right, other]).toEqual([
      { status: 'fulfilled', value: true },
      { status: 'fulfilled', value: false },
    ]);
    expect(paths).toHaveLength(1);
  });

  it('sends large checks in requests that the server accepts', async () => {
    const { remote, paths } = connected();
    const context = { text: 'ü'.repeat(30_000) };
    const checks = [active, archived, active, archived].map((record) =>
      remote.can(alice, 'read', record, { context }),
    );
    expect(await Promise.all(checks)).toEqual([true, false, true, false]);
    expect(paths).toHaveLength(2);
  });

  it('decides about the values of the time of the call', async () => {
    const { remote } = connected();
    const record = { type: 'record', id: 'record-1', properties: { status: 'active' } };
    const check = remote.can(alice, 'read', record);
    record.properties.status = 'archived';
    expect(await check).toBe(true);
  });

  it('gives each of many checks its own answer, also after failures of requests and of items', async () => {
    const decided = (id: string) => Number(id) % 3 === 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1_000), fc.nat(40_000), fc.boolean()), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.constantFrom('answer', 'fail'), { maxLength: 4 }),
        async (checks, batchSize, requests) => {
          const remote = new RemoteAuthorizer({
            url: 'https://pdp.example.com',
            batchSize,
            retries: 0,
            fetch: async (_, init) => {
              if (requests.pop() === 'fail') return answer('lost', 500);
              const body = JSON.parse(init!.body as string) as {
                readonly resource: { id: string };
                readonly evaluations?: readonly { readonly resource: { readonly id: string } }[];
              };
              const items = (body.evaluations ?? [body]).map(({ resource: { id } }) =>
                Number(id) % 7 === 0
                  ? { decision: true, context: { error: { status: 500, message: id } } }
                  : { decision: decided(id) },
              );
              // Answers of later requests can be earlier.
              await new Promise((resolve) => setTimeout(resolve, items.length % 3));
              return answer(body.evaluations === undefined ? items[0] : { evaluations: items });
            },
          });
          const results = await Promise.allSettled(
            checks.map(async ([n, length, waits]) => {
              if (waits) await new Promise((resolve) => setImmediate(resolve));
              return remote.can(
                alice,
                'read',
                { ...active, id: `${n}` },
                { context: { x: 'x'.repeat(length) } },
              );
            }),
          );
          results.forEach((result, i) => {
            const id = `${checks[i]![0]}`;
            const own =
              result.status === 'fulfilled'
                ? result.value === decided(id) && Number(id) % 7 !== 0
                : ['lost', id].includes((result.reason as { data: { reason: string } }).data.reason);
            expect(own).toBe(true);
          });
        },
      ),
      { numRuns: randomCases(200) },
    );
  });

  it('throws when a batch has another number of answers', async () => {
    const send = vi.fn<typeof fetch>().mockResolvedValue(answer({ evaluations: [{ decision: true }] }));
    const remote = new RemoteAuthorizer({ url: 'https://pdp.example.com', fetch: send });
    const results = await Promise.allSettled([
      remote.can(alice, 'read', active),
      remote.can(bob, 'read', active),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('sends the key of a function, and never follows a redirect', async () => {
    const send = vi.fn<typeof fetch>().mockResolvedValue(answer({ decision: true }));
    const url = 'https://pdp.example.com/tenant1/';
    const remote = new RemoteAuthorizer({ url, key: () => Promise.resolve('token-7'), fetch: send });
    await remote.can(alice, 'read', active);
    expect(send).toHaveBeenCalledWith(
      'https://pdp.example.com/tenant1/access/v1/evaluation',
      expect.objectContaining({
        redirect: 'error',
        headers: expect.objectContaining({ Authorization: 'Bearer token-7' }),
      }),
    );
  });

  it.each<[string, object]>([
    ['url', { url: 'http://pdp.example.com' }],
    ['url', {}],
    ['key', { url: 'https://pdp.example.com', key: undefined }],
    ['retries', { url: 'https://pdp.example.com', retries: -1 }],
  ])('refuses a wrong `%s`: %j', (option, options) => {
    expect(() => new RemoteAuthorizer(options as RemoteOptions)).toThrow(`the option \`${option}\``);
  });
});
