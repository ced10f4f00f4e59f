import { describe, expect, it, vi } from 'vitest';
import type { CallerOptions, ClientCertificate, Scope } from '../index.js';
import { certifiedServer, post } from '../testing/certification.fixture.js';
import { sha256 } from '../testing/sha256.fixture.js';

const path = '/access/v1/evaluation';
const request = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};
const statusOf = async (
  callers: CallerOptions,
  headers = {},
  body: object = request,
  onError = vi.fn<() => void>(),
) => (await post(await certifiedServer({ callers, onError }), path, body, headers)).status;
const keyOf = (key: string, scopes?: readonly Scope[]): CallerOptions => ({
  keys: [
    { name: 'other', sha256: sha256('other') },
    { name: 'billing', sha256: sha256(key).toUpperCase(), ...(scopes && { scopes }) },
  ],
});

describe('a caller with a key', () => {
  it('can send it as Authorization or X-API-Key', async () => {
    const callers = keyOf('secret-1');
    expect(await statusOf(callers, { Authorization: 'Bearer secret-1' })).toBe(200);
    expect(await statusOf(callers, { 'X-API-Key': 'secret-1' })).toBe(200);
  });

  it('can have a key of any length, with other characters than ASCII', async () => {
    for (const key of ['k', 'k'.repeat(55), 'k'.repeat(56), 'k'.repeat(600), 'clé', `ü${'k'.repeat(600)}`])
      // oxlint-disable-next-line no-await-in-loop -- few
      expect(await statusOf(keyOf(key), { 'X-API-Key': key })).toBe(200);
  });

  it('gets 401 for another key, for the hash, and without a key', async () => {
    const callers = keyOf('secret-1');
    const server = await certifiedServer({ callers });
    for (const headers of [
      {},
      { Authorization: 'Bearer secret-2' },
      { Authorization: 'Basic secret-1' },
      { Authorization: `Bearer ${sha256('secret-1')}` },
      { 'X-API-Key': '' },
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- few
      const response = await post(server, path, request, headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="nanook"/);
    }
  });

  it('gets 401 before its body is read', async () => {
    const response = await post(await certifiedServer({ callers: keyOf('secret-1') }), path, 'not JSON');
    expect(response.status).toBe(401);
  });

  it('needs the scope of the endpoint', async () => {
    const headers = { Authorization: 'Bearer secret-1' };
    expect(await statusOf(keyOf('secret-1', ['search']), headers)).toBe(403);
    const explained = { ...request, options: { explain: true } };
    expect(await statusOf(keyOf('secret-1'), headers, explained)).toBe(403);
    expect(await statusOf(keyOf('secret-1', ['evaluate', 'explain']), headers, explained)).toBe(200);
  });
});

describe('an explanation', () => {
  it('belongs to the answer only if a caller with the scope wants it', async () => {
    const callers = keyOf('secret-1', ['evaluate', 'explain']);
    const server = await certifiedServer({ callers });
    const ask = async (body: object) =>
      (await post(server, path, body, { 'X-API-Key': 'secret-1' })).json() as Promise<object>;
    expect(await ask(request)).toEqual({ decision: true });
    const denied = { ...request, resource: { type: 'record', id: 'record-2' }, options: { explain: true } };
    expect(await ask(denied)).toEqual({
      decision: false,
      context: { explanation: { text: expect.stringContaining('record.status'), data: expect.any(Object) } },
    });
    const misspelled = { ...denied, subject: { type: 'usr', id: 'alice' } };
    expect(await ask(misspelled)).toEqual({
      decision: false,
      context: { explanation: { text: 'this server has no entities of the type `usr`' } },
    });
  });
});

describe('a bearer token', () => {
  it('identifies the caller, and an error of the function is 401 and reported', async () => {
    const bearer = (token: string) => {
      if (token === 'broken') throw new Error('key server unreachable');
      return token === 'good' ? { name: 'shop' } : undefined;
    };
    const onError = vi.fn<() => void>();
    const ask = (token: string) =>
      statusOf({ bearer }, { Authorization: `Bearer ${token}` }, request, onError);
    expect([await ask('good'), await ask('bad'), await ask('broken')]).toEqual([200, 401, 401]);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it('causes 401 if the function returns anything else than a caller', async () => {
    for (const wrong of [true, 'shop', { sub: 'shop' }, null])
      expect(
        // oxlint-disable-next-line no-await-in-loop -- few
        await statusOf({ bearer: () => wrong as never }, { Authorization: 'Bearer good' }),
      ).toBe(401);
  });
});

describe('a client certificate', () => {
  it('identifies the caller', async () => {
    const certificate: ClientCertificate = {
      subject: { CN: 'shop' },
      alternativeNames: undefined,
      sha256: '',
    };
    const server = await certifiedServer({
      callers: { certificate: ({ subject: { CN } }) => (CN === 'shop' ? { name: CN } : undefined) },
    });
    const send = (connection?: { certificate: ClientCertificate }) =>
      server.fetch(
        new Request(`https://internal${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(request),
        }),
        connection,
      );
    expect((await send({ certificate })).status).toBe(200);
    expect((await send({ certificate: { ...certificate, subject: {} } })).status).toBe(401);
    expect((await send()).status).toBe(401);
  });
});

describe('the limit of requests', () => {
  it('counts for each caller, and names the time to wait', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const sha = (name: string) => ({ name, sha256: sha256(name) });
    const server = await certifiedServer({
      callers: { keys: [sha('a'), sha('b')] },
      limits: { requestsPerSecond: 2 },
    });
    const ask = (key: string) => post(server, path, request, { 'X-API-Key': key });
    expect([(await ask('a')).status, (await ask('a')).status, (await ask('b')).status]).toEqual([
      200, 200, 200,
    ]);
    const refused = await ask('a');
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '1']);
    vi.spyOn(performance, 'now').mockReturnValue(1_500);
    expect((await ask('a')).status).toBe(200);
  });
});
