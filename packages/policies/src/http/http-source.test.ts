import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { followPolicies, isNanookPoliciesError, type FollowOptions } from '../index.js';
import { allowing, bundleOf, load, publicKey, until } from '../testing/bundles.fixture.js';
import { httpSource, type HttpSourceOptions } from './index.js';

interface Answer {
  readonly status?: number;
  readonly etag?: string;
  readonly body?: string;
}
const closing: (() => unknown)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

/** Starts a web server that answers as an object store does, and follows its policy. */
async function following(first: Answer, options: HttpSourceOptions = {}, follow: FollowOptions = {}) {
  const site = { current: first };
  const requests: { readonly headers: IncomingMessage['headers']; readonly status: number }[] = [];
  const server = createServer(({ headers }, response) => {
    const { status = 200, etag, body = '' } = site.current;
    const isKnown = status === 200 && etag !== undefined && headers['if-none-match'] === etag;
    requests.push({ headers, status: isKnown ? 304 : status });
    response
      .writeHead(isKnown ? 304 : status, etag === undefined ? {} : { ETag: etag })
      .end(isKnown ? '' : body);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop.bundle?signature=secret`;
  const authorizer = await load(allowing('start'));
  const errors: unknown[] = [];
  const follower = await followPolicies(authorizer, httpSource(url, options), {
    keys: publicKey,
    onError: (error) => errors.push(error),
    ...follow,
  });
  closing.push(() => follower.close());
  const codes = () => errors.map((error) => (isNanookPoliciesError(error) ? error.code : String(error)));
  return {
    site,
    requests,
    follower,
    errors,
    codes,
    allows: (action: string) => authorizer.can('ann', action, 'doc'),
  };
}

describe('a source over HTTP', () => {
  it('uses each new bundle, and does not receive an unchanged one again', async () => {
    const { site, requests, follower, codes, allows } = await following({
      etag: '"1"',
      body: await bundleOf(1, ['one']),
    });
    expect(await allows('one')).toBe(true);
    await follower.refresh();
    site.current = { etag: '"2"', body: await bundleOf(2, ['two']) };
    await follower.refresh();
    expect(await allows('two')).toBe(true);
    expect(requests.map(({ status }) => status)).toEqual([200, 304, 200]);
    expect(follower.status).toMatchObject({ revision: 2, isCurrent: true });
    expect(codes()).toEqual([]);
  });

  it('polls at the interval', async () => {
    const { site, allows } = await following(
      { etag: '"1"', body: await bundleOf(1, ['one']) },
      {},
      { pollMs: 10 },
    );
    site.current = { etag: '"2"', body: await bundleOf(2, ['two']) };
    await until(() => allows('two'));
  });

  it('finds a change also without an ETag, or with one that stays the same', async () => {
    const { site, follower, allows } = await following({ body: await bundleOf(1, ['one']) });
    site.current = { body: await bundleOf(2, ['two']) };
    await follower.refresh();
    expect(await allows('two')).toBe(true);
  });

  it('reports the same policy once if it is refused', async () => {
    const tampered = (await bundleOf(1, ['one'])).replace('one', 'any');
    const { follower, requests, codes, allows } = await following({ etag: '"1"', body: tampered });
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_TAMPERED']);
    expect(requests.map(({ status }) => status)).toEqual([200, 304]);
    expect(await allows('start')).toBe(true);
  });

  it.each<[string, Answer, HttpSourceOptions, string, string]>([
    ['the server fails', { status: 503 }, {}, 'NANOOK_POLICIES_SOURCE', 'status 503'],
    [
      'the server says that nothing has changed before it sent a policy',
      { status: 304 },
      {},
      'NANOOK_POLICIES_SOURCE',
      'status 304',
    ],
    ['there is no policy', { status: 404 }, {}, 'NANOOK_POLICIES_EMPTY', 'contains no policy'],
    [
      'the policy is too large',
      { body: 'x'.repeat(5_000) },
      { maxBytes: 1_000 },
      'NANOOK_POLICIES_SOURCE',
      'larger than 1000 bytes',
    ],
    ['the text is a page', { body: '<html>' }, {}, 'NANOOK_POLICIES_UNSIGNED', 'not a signed bundle'],
  ])('keeps the policy if %s, and never shows the query', async (_, answer, options, code, message) => {
    const { codes, errors, allows } = await following(answer, options);
    expect(codes()).toEqual([code]);
    expect(String(errors[0])).toContain(message);
    expect(String(errors[0])).not.toContain('secret');
    expect(await allows('start')).toBe(true);
  });

  it('keeps the policy if the server does not answer, and recovers', async () => {
    let isReachable = false;
    const body = await bundleOf(1, ['one']);
    const send: typeof fetch = (_, init) =>
      isReachable
        ? Promise.resolve(new Response(body))
        : new Promise((__, reject) =>
            init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)),
          );
    const { codes, allows } = await following({}, { fetch: send, timeoutMs: 20 });
    expect(codes()).toEqual(['NANOOK_POLICIES_SOURCE']);
    isReachable = true;
    await until(() => allows('one'));
  });

  it('sends the headers of the application', async () => {
    const { requests } = await following(
      { body: await bundleOf(1, ['one']) },
      { headers: () => Promise.resolve({ Authorization: 'Bearer token' }) },
    );
    expect(requests[0]?.headers.authorization).toBe('Bearer token');
  });

  it.each(['ftp://example.com/a', 'policies/shop.bundle', 'https://user:secret@example.com/a'])(
    'refuses the address %s',
    (url) => {
      expect(() => httpSource(url)).toThrow('the option `url`');
    },
  );
});
