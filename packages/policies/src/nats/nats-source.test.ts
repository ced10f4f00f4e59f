import { afterEach, describe, expect, it } from 'vitest';
import { followPolicies, isNanookPoliciesError } from '../index.js';
import { allowing, bundleOf, load, publicKey, until } from '../testing/bundles.fixture.js';
import { natsBucket, natsUrl, proxyOf, type TestBucket } from '../testing/servers.fixture.js';
import { natsSource, publishToNats } from './index.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

async function following(kv: TestBucket['kv'], key?: string) {
  const authorizer = await load(allowing('start'));
  const errors: unknown[] = [];
  const follower = await followPolicies(authorizer, natsSource(kv, key === undefined ? {} : { key }), {
    keys: publicKey,
    onError: (error) => errors.push(error),
  });
  closing.push(() => follower.close());
  const codes = () => errors.map((error) => (isNanookPoliciesError(error) ? error.code : String(error)));
  return {
    authorizer,
    follower,
    codes,
    allows: (action: string) => authorizer.can('ann', action, 'doc'),
  };
}

describe.skipIf(natsUrl === undefined)('a source in NATS (needs NANOOK_TEST_NATS_URL)', () => {
  async function opened(): Promise<TestBucket> {
    const bucket = await natsBucket(natsUrl!);
    closing.push(() => bucket.close());
    return bucket;
  }

  it('gives each new policy to every process', async () => {
    const { kv, open } = await opened();
    await publishToNats(kv, await bundleOf(1, ['one']));
    const [first, second] = [await following(kv), await following(await open())];
    expect(await first.allows('one')).toBe(true);
    await publishToNats(kv, await bundleOf(2, ['two']));
    await until(async () => (await first.allows('two')) && (await second.allows('two')));
    expect([...first.codes(), ...second.codes()]).toEqual([]);
  });

  it('fetches a new policy once, and an unchanged one not at all', async () => {
    const { kv, receivedBytes } = await opened();
    const large = async (revision: number) =>
      bundleOf(
        revision,
        Array.from({ length: 500 }, (_, i) => `action-${revision}-${i}`),
      );
    const bytesDuring = async (run: () => Promise<unknown>): Promise<number> => {
      const before = receivedBytes();
      await run();
      return receivedBytes() - before;
    };
    const [one, two] = [await large(1), await large(2)];
    await publishToNats(kv, one);
    const { follower, allows } = await following(kv);
    for (const key of ['policy', 'other']) {
      // oxlint-disable no-await-in-loop -- another key of the bucket leads to one more read, after which the rest is silent
      if (key === 'other') await kv.put(key, 'x');
      await follower.refresh();
      const idle = await bytesDuring(() => follower.refresh());
      expect(idle).toBeLessThan(2_000);
      // oxlint-enable no-await-in-loop
    }
    const changing = await bytesDuring(async () => {
      await kv.put('policy', two);
      await until(() => allows('action-2-0'));
      await follower.refresh();
    });
    expect(changing).toBeGreaterThan(two.length);
    expect(changing).toBeLessThan(two.length + 5_000);
  });

  it('gives each new policy also to a client that may not ask for the state of the bucket', async () => {
    const { kv, open } = await opened();
    const denied = () => Promise.reject(new Error('Permissions Violation'));
    const { allows, follower, codes } = await following(
      Object.create(await open(), { status: { value: denied } }) as TestBucket['kv'],
    );
    for (const revision of [1, 2]) {
      // oxlint-disable no-await-in-loop -- one policy after the other
      await publishToNats(kv, await bundleOf(revision, [`r${revision}`]));
      await until(() => allows(`r${revision}`));
      await follower.refresh();
      // oxlint-enable no-await-in-loop
    }
    expect(follower.status).toMatchObject({ version: 'v2', isCurrent: true });
    expect(codes().slice(1)).toEqual([]);
  });

  it('keeps the policies of several keys apart', async () => {
    const { kv } = await opened();
    const shop = await following(kv, 'shop');
    const other = await following(kv, 'other');
    await publishToNats(kv, await bundleOf(1, ['one']), { key: 'shop' });
    await until(() => shop.allows('one'));
    expect(await other.allows('start')).toBe(true);
  });

  it('never uses an entry that was written without the key, and keeps the policy when it is deleted', async () => {
    const { kv } = await opened();
    const old = await bundleOf(1, ['one']);
    await publishToNats(kv, await bundleOf(2, ['two']));
    const { codes, allows } = await following(kv);
    await kv.put('policy', (await bundleOf(3, ['three'])).replace('three', 'any'));
    await until(() => codes().length === 1);
    await kv.put('policy', allowing('any'));
    await until(() => codes().length === 2);
    await kv.delete('policy');
    await until(() => codes().length === 3);
    await kv.put('policy', old);
    await until(() => codes().length === 4);
    expect(codes().map((code) => code.replace('NANOOK_POLICIES_', ''))).toEqual([
      'TAMPERED',
      'UNSIGNED',
      'EMPTY',
      'STALE',
    ]);
    expect(await allows('two')).toBe(true);
  });

  it('publishes the highest revision when several clients publish at once', async () => {
    const { kv, open } = await opened();
    const { allows } = await following(kv);
    const publishers = await Promise.all(
      [3, 1, 5, 5, 2, 4].map(async (revision, i) => ({
        kv: await open(),
        bundle: await bundleOf(revision, [`r${revision}`, `by${i}`]),
      })),
    );
    const results = await Promise.allSettled(
      publishers.map(({ kv: own, bundle }) => publishToNats(own, bundle)),
    );
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    for (const error of refused) expect(error).toHaveProperty('code', 'NANOOK_POLICIES_REVISION_TAKEN');
    expect(new Set([results[2]?.status, results[3]?.status])).toEqual(new Set(['fulfilled', 'rejected']));
    await until(() => allows('r5'));
  });

  it('publishes only bundles, and a key that was deleted again', async () => {
    const { kv } = await opened();
    await expect(publishToNats(kv, allowing('one'))).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_FORMAT',
    });
    const bundle = await bundleOf(1, ['one']);
    await publishToNats(kv, bundle);
    await publishToNats(kv, bundle);
    await kv.delete('policy');
    await publishToNats(kv, bundle);
    expect((await kv.get('policy'))?.string()).toBe(bundle);
  });

  it('replaces an entry that is not a bundle', async () => {
    const { kv } = await opened();
    const bundle = await bundleOf(1, ['one']);
    // oxlint-disable no-await-in-loop -- one entry after the other
    for (const content of ['{}', '{"format":', allowing('one'), '']) {
      await kv.put('policy', content);
      await publishToNats(kv, bundle);
      expect((await kv.get('policy'))?.string()).toBe(bundle);
    }
    // oxlint-enable no-await-in-loop
  });

  it('continues after a connection is lost, with the policy that was published in between', async () => {
    const { kv, open } = await opened();
    const proxy = await proxyOf(natsUrl!);
    closing.push(() => proxy.close());
    await publishToNats(kv, await bundleOf(1, ['one']));
    const { allows, follower } = await following(await open(proxy.url));
    expect(await allows('one')).toBe(true);
    proxy.cut();
    await publishToNats(kv, await bundleOf(2, ['two']));
    await follower.refresh();
    expect(follower.status).toMatchObject({ version: 'v1', isCurrent: false });
    expect(await allows('one')).toBe(true);
    proxy.restore();
    // A request that was sent while the connection was lost ends after five seconds.
    await until(() => allows('two'), 'two', 20_000);
    await publishToNats(kv, await bundleOf(3, ['three']));
    await until(() => allows('three'));
    expect(follower.status).toMatchObject({ version: 'v3', isCurrent: true });
  }, 40_000);
});
