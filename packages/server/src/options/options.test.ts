import { describe, expect, it } from 'vitest';
import { decisionServer, isNanookServerError, type ServerOptions } from '../index.js';
import { loadFixture } from '../testing/certification.fixture.js';

const authorizer = await loadFixture();
const valid: ServerOptions = {
  authorizer,
  baseUrl: 'https://pdp.example.com',
  callers: { anyone: { reason: 'a test' } },
  entities: { user: { type: 'User' } },
};

describe('decisionServer', () => {
  it.each<[string, object]>([
    ['baseUrl', { baseUrl: undefined }],
    ['baseUrl', { baseUrl: 'pdp.example.com' }],
    ['baseUrl', { baseUrl: 'http://pdp.example.com' }],
    ['baseUrl', { baseUrl: 'https://pdp.example.com/?a' }],
    ['baseUrl', { baseUrl: 'https://user:secret@pdp.example.com' }],
    ['authorizer', { authorizer: {} }],
    ['callers', { callers: {} }],
    ['callers', { callers: undefined }],
    ['callers', { callers: { keys: [] } }],
    ['callers', { callers: { bearer: undefined } }],
    ['callers.anyone.reason', { callers: { anyone: {} } }],
    ['callers.anyone', { callers: { anyone: { reason: 'x' }, bearer: () => undefined } }],
    ['callers.keys[0].sha256', { callers: { keys: [{ name: 'a', sha256: 'the key itself' }] } }],
    [
      'callers.keys[0].scopes',
      { callers: { keys: [{ name: 'a', sha256: '0'.repeat(64), scopes: ['all'] }] } },
    ],
    ['entities', { entities: {} }],
    ['entities.user.type', { entities: { user: { type: 'Nobody' } } }],
    ['entities.user.typ', { entities: { user: { typ: 'User' } } }],
    ['entities.user.given', { entities: { user: { type: 'User', given: ['id'] } } }],
    ['entities.user.given', { entities: { user: { type: 'User', given: ['__proto__'] } } }],
    ['entities.user.given', { entities: { user: { type: 'User', resources: true, given: ['role'] } } }],
    ['entities.user.all', { entities: { user: { type: 'User', resources: true, all: () => [] } } }],
    ['actions.given', { actions: { type: 'Action', names: ['read'], given: ['name'] } }],
    ['actions.names', { actions: { type: 'Action' } }],
    ['limits.batchSize', { limits: { batchSize: 0 } }],
    ['limits.timeoutMs', { limits: { timeoutMs: Infinity } }],
    ['pageSecret', { pageSecret: 'short' }],
    ['pageSecret', { pageSecret: undefined }],
    ['path', { path: 'authz/' }],
    ['follower', { follower: {} }],
    ['unknown', { unknown: 1 }],
  ])('refuses a wrong `%s`: %j', (option, change) => {
    let error: unknown;
    try {
      decisionServer({ ...valid, ...change } as ServerOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(isNanookServerError(error) && error.data).toEqual({ option, reason: expect.any(String) });
  });

  it('accepts http:// only for the same machine', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(decisionServer({ ...valid, baseUrl: `http://${host}:8080` }).handles('/healthz')).toBe(true);
  });

  it('keeps a limit that is undefined', async () => {
    const server = decisionServer({ ...valid, limits: { bodyBytes: undefined } as never });
    const body = JSON.stringify({ text: 'x'.repeat(300_000) });
    const response = await server.fetch(
      new Request('https://internal/access/v1/evaluation', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
      }),
    );
    expect(response.status).toBe(413);
  });
});
