import { Authorizer } from '@nanook/core';
import { diffPolicies } from '@nanook/core/candidate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  followPolicies,
  isNanookPoliciesError,
  MemorySource,
  readPolicies,
  type FollowOptions,
  type PolicyFollower,
  type PolicySource,
  type PolicyStatus,
} from '../index.js';
import { allowing, bundleOf, load, privateKey, publicKey, types, until } from '../testing/bundles.fixture.js';

const followers: PolicyFollower[] = [];
afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.close()));
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function following(source: PolicySource, options: FollowOptions = { keys: publicKey }) {
  const authorizer = await load(allowing('start'));
  const errors: unknown[] = [];
  const changes: PolicyStatus[] = [];
  const follower = await followPolicies(authorizer, source, {
    onError: (error) => errors.push(error),
    onChange: (status) => changes.push(status),
    ...options,
  });
  followers.push(follower);
  const allows = (action: string) => authorizer.can('ann', action, 'doc');
  const codes = () => errors.map((error) => (isNanookPoliciesError(error) ? error.code : String(error)));
  return { authorizer, follower, errors, codes, changes, allows };
}

describe('followPolicies', () => {
  it('uses the policy of the source, and each new one', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { authorizer, follower, codes, changes, allows } = await following(source);
    expect(await allows('one')).toBe(true);
    expect(authorizer.policy.version).toBe('v1');
    source.publish(await bundleOf(2, ['two']));
    await follower.refresh();
    expect(await allows('two')).toBe(true);
    expect(await allows('one')).toBe(false);
    expect(follower.status).toEqual({
      policyHash: authorizer.policy.hash,
      version: 'v2',
      since: expect.any(String),
      revision: 2,
      expiresAt: undefined,
      candidate: undefined,
      isCurrent: true,
      error: undefined,
    });
    expect(changes.map(({ revision }) => revision)).toEqual([1, 2]);
    expect(codes()).toEqual([]);
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['a tampered bundle', async () => (await bundleOf(2, ['two'])).replace('two', 'any'), 'TAMPERED'],
    [
      'a bundle with a tampered manifest',
      async () => (await bundleOf(2, ['two'])).replace(/"manifest": "..../, '"manifest": "abcd'),
      'SIGNATURE',
    ],
    ['an unsigned policy', () => allowing('two'), 'UNSIGNED'],
    ['an older revision', () => bundleOf(1, ['two']), 'STALE'],
    ['another policy of the same revision', () => bundleOf(5, ['two']), 'REVISION_REUSED'],
    ['a policy for another dialect', () => bundleOf(6, ['two'], {}, { dialect: 'oso-cloud' }), 'TYPES'],
    ['a policy for other types', () => bundleOf(6, ['two'], {}, { types: { ...types, Note: {} } }), 'TYPES'],
    [
      'a policy for other fields',
      () => bundleOf(6, ['two'], {}, { types: { User: { fields: { id: 'String' } } } }),
      'TYPES',
    ],
    [
      'a bundle whose tests failed',
      () => bundleOf(6, ['two'], { tests: { passed: 0, failed: 1 } }),
      'TESTS_FAILED',
    ],
    ['a text that is JSON, but not a bundle', () => '{"two": 2}', 'FORMAT'],
  ])('never uses %s, and reports it with a code', async (_, next, code) => {
    const source = new MemorySource(await bundleOf(5, ['five']));
    const { follower, codes, allows, changes } = await following(source);
    source.publish(await next());
    await follower.refresh();
    expect(codes()).toEqual([`NANOOK_POLICIES_${code}`]);
    expect(follower.status).toMatchObject({ version: 'v5', revision: 5, isCurrent: false });
    expect(follower.status.error).toHaveProperty('code', `NANOOK_POLICIES_${code}`);
    expect(await allows('five')).toBe(true);
    expect(await allows('two')).toBe(false);
    // It is reported once, and the next policy is used.
    await follower.refresh();
    expect(codes()).toHaveLength(1);
    source.publish(await bundleOf(7, ['seven']));
    await follower.refresh();
    expect(await allows('seven')).toBe(true);
    expect(changes.map(({ revision }) => revision)).toEqual([5, 7]);
    expect(follower.status).toMatchObject({ isCurrent: true, error: undefined });
  });

  it('names the types that differ', async () => {
    const other = { User: { fields: { id: 'String' } }, Note: {} } as const;
    const source = new MemorySource(
      await bundleOf(1, ['one'], {}, { types: other, constants: { limit: 1 } }),
    );
    const { errors } = await following(source);
    expect(errors).toMatchObject([
      {
        data: {
          differences: [
            'constant limit is missing in the application',
            'type Note is missing in the application',
            'type User differs',
          ],
        },
      },
    ]);
  });

  it('does not load the same policy again when it is signed again', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { follower, codes, changes } = await following(source);
    source.publish(await bundleOf(1, ['one']));
    await follower.refresh();
    expect(codes()).toEqual([]);
    expect(follower.status.isCurrent).toBe(true);
    expect(changes).toHaveLength(1);
  });

  it('never uses a policy with errors, or one whose inline query fails', async () => {
    const source = new MemorySource();
    const { follower, codes, allows, errors } = await following(source, {});
    source.publish('allow(_, "two", ');
    await follower.refresh();
    source.publish(`${allowing('two')} ?= allow("ann", "three", "doc");`);
    await follower.refresh();
    source.publish([{ name: 'bad.polar', source: 'allow(x, "two", _);' }]);
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_EMPTY', ...Array<string>(3).fill('NANOOK_POLICIES_BROKEN')]);
    expect((errors[1] as Error).cause).toHaveProperty('diagnostics');
    expect(await allows('start')).toBe(true);
  });

  it('refuses a policy that the application does not accept, and asks again', async () => {
    const source = new MemorySource(await bundleOf(1, ['one', 'delete']));
    let isStrict = true;
    const { follower, codes, allows } = await following(source, {
      keys: publicKey,
      check: async (next) => {
        if (isStrict && (await next.can('ann', 'delete', 'doc'))) throw new Error('ann may delete');
      },
    });
    expect(codes()).toEqual(['NANOOK_POLICIES_CHECK_FAILED']);
    expect(await allows('delete')).toBe(false);
    await follower.refresh();
    expect(codes()).toHaveLength(1);
    isStrict = false;
    await follower.refresh();
    expect(await allows('delete')).toBe(true);
  });

  it('can refuse each policy that allows more than the one in use', async () => {
    const source = new MemorySource(await bundleOf(1, ['start', 'more']));
    const authorizer = await load(allowing('start'));
    const errors: unknown[] = [];
    const follower = await followPolicies(authorizer, source, {
      keys: publicKey,
      onError: (error) => errors.push(error),
      check: async (next) => {
        const { newlyAllowed } = await diffPolicies(authorizer, next, {
          over: { actors: ['ann'], resources: ['doc'] },
        });
        if (newlyAllowed > 0) throw new Error(`${newlyAllowed} checks are newly allowed`);
      },
    });
    followers.push(follower);
    expect(errors.map(String)).toEqual([expect.stringContaining('1 checks are newly allowed')]);
  });

  it('refuses a revision below `minRevision` also at the start', async () => {
    const source = new MemorySource(await bundleOf(3, ['three']));
    const { codes, allows } = await following(source, { keys: publicKey, minRevision: 4 });
    expect(codes()).toEqual(['NANOOK_POLICIES_STALE']);
    expect(await allows('three')).toBe(false);
  });

  it('ends with the newest policy when deliveries arrive out of order', async () => {
    const bundles = await Promise.all(Array.from({ length: 8 }, (_, i) => bundleOf(i + 1, [`a${i + 1}`])));
    const source = new MemorySource(bundles[0]);
    const { follower, allows, authorizer } = await following(source);
    for (const i of [3, 1, 7, 2, 6, 4, 5]) {
      source.publish(bundles[i]!);
      if (i % 3 === 0) await follower.refresh();
    }
    await follower.refresh();
    // The source ends with an old bundle, which is never used.
    expect(Number(authorizer.policy.version?.slice(1))).toBeGreaterThanOrEqual(4);
    source.publish(bundles[7]!);
    await follower.refresh();
    expect(authorizer.policy.version).toBe('v8');
    source.publish(bundles[2]!);
    await follower.refresh();
    expect(await allows('a8')).toBe(true);
  });

  it('refuses older texts of a source that has revisions', async () => {
    const source = new MemorySource();
    source.publish(allowing('two'), 2);
    const { follower, codes, allows, authorizer } = await following(source, {});
    expect(authorizer.policy.version).toBe('2');
    source.publish(allowing('one'), 1);
    await follower.refresh();
    source.publish(allowing('other'), 2);
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_STALE', 'NANOOK_POLICIES_REVISION_REUSED']);
    expect(await allows('two')).toBe(true);
  });

  it('never reads a local file that a text names', async () => {
    const { codes } = await following(new MemorySource('/etc/other.polar'), {});
    expect(codes()).toEqual(['NANOOK_POLICIES_BROKEN']);
  });

  it('does not use a signed bundle without a key', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { codes, allows } = await following(source, {});
    expect(codes()).toEqual(['NANOOK_POLICIES_NO_KEYS']);
    expect(await allows('start')).toBe(true);
  });

  it('answers every check while policies change', async () => {
    const source = new MemorySource(await bundleOf(1, ['always', 'odd']));
    const { follower, authorizer, allows } = await following(source);
    let isRunning = true;
    const wrong: string[] = [];
    const load = (async () => {
      let checks = 0;
      while (isRunning) {
        const before = authorizer.policy.version;
        const [always, odd, even] = [await allows('always'), await allows('odd'), await allows('even')];
        checks++;
        if (!always) wrong.push('always');
        if (before === authorizer.policy.version && odd === even) wrong.push(`odd and even in ${before}`);
        if (checks % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return checks;
    })();
    for (let revision = 2; revision < 20; revision++) {
      source.publish(await bundleOf(revision, ['always', revision % 2 === 0 ? 'even' : 'odd']));
      await follower.refresh();
    }
    isRunning = false;
    expect(await load).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
    expect(authorizer.policy.version).toBe('v19');
  });
});

describe('a source that fails', () => {
  it('does not prevent the start, and is read again', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const read = vi.spyOn(source, 'read').mockRejectedValueOnce(new Error('connection refused'));
    const { codes, allows, follower } = await following(source);
    expect(codes()).toEqual(['NANOOK_POLICIES_SOURCE']);
    expect(await allows('start')).toBe(true);
    await until(() => allows('one'));
    expect(read).toHaveBeenCalledTimes(2);
    expect(follower.status).toMatchObject({ isCurrent: true, error: undefined });
  });

  it('fails when it does not answer in time, and is read again', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    vi.spyOn(source, 'read').mockReturnValueOnce(new Promise(() => {}));
    const { codes, allows } = await following(source, { keys: publicKey, timeoutMs: 20 });
    expect(codes()).toEqual(['NANOOK_POLICIES_SOURCE']);
    await until(() => allows('one'));
  });

  it('sets `isCurrent` again when it answers again, and reports the next failure', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { codes, follower } = await following(source);
    const read = vi.spyOn(source, 'read');
    for (const failures of [1, 2]) {
      read.mockRejectedValueOnce(new Error('connection refused'));
      await follower.refresh();
      expect(follower.status).toMatchObject({ revision: 1, isCurrent: false });
      expect(codes()).toEqual(Array(failures).fill('NANOOK_POLICIES_SOURCE'));
      await follower.refresh();
      expect(follower.status).toMatchObject({ revision: 1, isCurrent: true, error: undefined });
    }
  });

  it('has its refused policy still refused when it answers again, and reports it once', async () => {
    const source = new MemorySource(await bundleOf(2, ['two']));
    const { codes, follower, allows } = await following(source);
    source.publish(await bundleOf(1, ['one']));
    await follower.refresh();
    vi.spyOn(source, 'read').mockRejectedValueOnce(new Error('connection refused'));
    await follower.refresh();
    await follower.refresh();
    expect(follower.status).toMatchObject({ isCurrent: false, error: { code: 'NANOOK_POLICIES_STALE' } });
    expect(codes()).toEqual(['NANOOK_POLICIES_STALE', 'NANOOK_POLICIES_SOURCE']);
    expect(await allows('two')).toBe(true);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'allow("ann", "one", "doc");'],
    ['no content', { content: null, tag: 'a' }],
    ['bytes', { content: Buffer.from('allow("ann", "one", "doc");'), tag: 'a' }],
    ['no tag', { content: 'allow("ann", "one", "doc");' }],
    ['"unchanged" to the first read', 'unchanged'],
  ])('changes nothing when it answers with %s', async (_, answer) => {
    const source = { name: 'own', read: () => answer } as unknown as PolicySource;
    const { codes, follower, allows } = await following(source, {});
    expect(codes()).toEqual(['NANOOK_POLICIES_SOURCE']);
    expect(follower.status.isCurrent).toBe(false);
    expect(await allows('start')).toBe(true);
    await expect(readPolicies(source)).rejects.toHaveProperty('code', 'NANOOK_POLICIES_SOURCE');
  });

  it('whose watch never begins does not prevent the start, and is watched again', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    let isStopped = false;
    let begin: () => void = () => {};
    vi.spyOn(source, 'watch').mockReturnValueOnce(
      new Promise((resolve) => {
        begin = () =>
          resolve(() => {
            isStopped = true;
            return Promise.resolve();
          });
      }),
    );
    const { codes, allows } = await following(source, { keys: publicKey, timeoutMs: 20 });
    expect(codes()).toEqual(['NANOOK_POLICIES_SOURCE']);
    expect(await allows('one')).toBe(true);
    begin();
    await until(() => isStopped);
    source.publish(await bundleOf(2, ['two']));
    await until(() => allows('two'));
  });

  it('can return to the policy in use while another one is read', async () => {
    const [one, two] = [allowing('one'), allowing('two')];
    const source = new MemorySource(one);
    const { allows, follower } = await following(source, {});
    const second = new MemorySource(two).read();
    const read = vi.spyOn(source, 'read').mockImplementationOnce(async () => {
      await Promise.resolve();
      source.publish(one);
      return second;
    });
    await follower.refresh();
    expect(read).toHaveBeenCalledTimes(2);
    expect(await allows('one')).toBe(true);
    expect(await allows('two')).toBe(false);
  });

  it('can return to the texts of its revision after other ones were refused', async () => {
    const source = new MemorySource();
    source.publish(allowing('five'), 5);
    const { codes, follower } = await following(source, {});
    source.publish(allowing('four'), 4);
    await follower.refresh();
    source.publish(allowing('five'), 5);
    await follower.refresh();
    expect(follower.status).toMatchObject({ revision: 5, isCurrent: true });
    source.publish(allowing('other'), 5);
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_STALE', 'NANOOK_POLICIES_REVISION_REUSED']);
  });

  it('gives the changes that were made while its watch was lost', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    let lose: (error: Error) => void = () => {};
    let watches = 0;
    const watched: PolicySource = {
      name: 'flaky',
      read: (tag) => source.read(tag),
      watch: (listener) => {
        if (++watches === 3) return Promise.reject(new Error('still down'));
        lose = (error) => listener.lost(error);
        return watches === 2 ? Promise.reject(new Error('down')) : source.watch(listener);
      },
    };
    const { codes, allows } = await following(watched);
    lose(new Error('connection reset'));
    lose(new Error('connection reset twice'));
    source.publish(await bundleOf(2, ['two']));
    await until(() => allows('two'));
    expect(watches).toBe(4);
    expect(codes()).toEqual(Array(3).fill('NANOOK_POLICIES_SOURCE'));
    source.publish(await bundleOf(3, ['three']));
    await until(() => allows('three'));
  });

  it('without notifications is read at an interval', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { allows } = await following(
      { name: 'silent', read: (tag) => source.read(tag) },
      { keys: publicKey, pollMs: 10 },
    );
    source.publish(await bundleOf(2, ['two']));
    await until(() => allows('two'));
  });

  it('can answer with the old policy for a moment after its notification, as a replica does', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const old = await source.read();
    const { allows } = await following(source);
    const read = vi.spyOn(source, 'read').mockResolvedValueOnce(old).mockResolvedValueOnce('unchanged');
    source.publish(await bundleOf(2, ['two']));
    await until(() => allows('two'));
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('gets few reads after a notification of a policy that was replaced meanwhile', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    let announce: (tag: string) => void = () => {};
    const announcing: PolicySource = {
      name: 'announcing',
      read: (tag) => source.read(tag),
      watch: (listener) => {
        announce = (tag) => listener.changed(tag);
        return source.watch(listener);
      },
    };
    await following(announcing);
    const read = vi.spyOn(source, 'read');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    announce('a policy that is gone');
    // Less than the interval at which the source is read in any case.
    await vi.advanceTimersByTimeAsync(29_000);
    expect(read).toHaveBeenCalledTimes(7);
  });

  it('does not lose a policy that is published while another one is loaded', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const second = await bundleOf(2, ['two']);
    const third = await bundleOf(3, ['three']);
    let isFirst = true;
    const { allows, follower } = await following(source, {
      keys: publicKey,
      check: () => {
        if (!isFirst) return;
        isFirst = false;
        source.publish(second);
        source.publish(third);
      },
    });
    await follower.refresh();
    expect(await allows('three')).toBe(true);
  });
});

describe('a check that never ends', () => {
  const hanging = async (options: FollowOptions) => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const follower = await following(source, {
      keys: publicKey,
      check: (next) => (next.policy.version === 'v2' ? new Promise(() => {}) : undefined),
      ...options,
    });
    source.publish(await bundleOf(2, ['two']));
    return { source, ...follower };
  };

  it('refuses the policy after a time, and does not hold back the next one', async () => {
    const { source, follower, codes, allows } = await hanging({ checkTimeoutMs: 20 });
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_CHECK_FAILED']);
    expect(await allows('one')).toBe(true);
    source.publish(await bundleOf(3, ['three']));
    await until(() => allows('three'));
  });

  it('ends with `close`', async () => {
    const { follower, codes, allows } = await hanging({});
    const refreshed = follower.refresh();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await follower.close();
    await refreshed;
    expect(await allows('one')).toBe(true);
    expect(codes()).toEqual([]);
  });
});

describe('the option `keys`', () => {
  it.each([
    ['a private key', privateKey],
    ['no key', []],
    ['a secret', { kty: 'oct', k: 'AAAA' }],
    ['a valid and an invalid key', [publicKey, { kty: 'OKP', crv: 'Ed25519', x: 'short' }]],
  ])('is refused at the start with %s', async (_, keys) => {
    const invalid = { code: 'NANOOK_POLICIES_INVALID_OPTION' };
    await expect(following(new MemorySource(), { keys })).rejects.toMatchObject(invalid);
    await expect(readPolicies(new MemorySource(), { keys })).rejects.toMatchObject(invalid);
  });
});

describe('close', () => {
  it('ends the watch, and keeps the policy', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { follower, allows, changes } = await following(source, { keys: publicKey, pollMs: 5 });
    await follower.close();
    source.publish(await bundleOf(2, ['two']));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await follower.refresh();
    expect(await allows('one')).toBe(true);
    expect(changes).toHaveLength(1);
  });

  it('interrupts a reload, which then changes nothing', async () => {
    const source = new MemorySource(await bundleOf(1, ['one']));
    let started: () => void = () => {};
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    let release: () => void = () => {};
    const { follower, allows, codes } = await following(source, {
      keys: publicKey,
      check: async (next) => {
        if (next.policy.version !== 'v2') return;
        started();
        await new Promise<void>((resolve) => (release = resolve));
        throw new Error('interrupted');
      },
    });
    source.publish(await bundleOf(2, ['two']));
    await isStarted;
    const closed = follower.close();
    release();
    await closed;
    expect(await allows('one')).toBe(true);
    expect(codes()).toEqual([]);
  });
});

describe('the callbacks', () => {
  it('do not stop the follower when they throw', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { follower, allows } = await following(source, {
      keys: publicKey,
      onChange: () => {
        throw new Error('onChange failed');
      },
      onError: () => {
        throw new Error('onError failed');
      },
    });
    expect(await allows('one')).toBe(true);
    source.publish(await bundleOf(2, ['two']));
    await follower.refresh();
    expect(await allows('two')).toBe(true);
    expect(String(logged.mock.calls)).toContain('onChange failed');
    expect(String(logged.mock.calls)).toContain('onError failed');
  });

  it.each([
    { key: publicKey },
    { keys: 'secret' },
    { keys: undefined, pollMs: 0 },
    { pollMs: '5' },
    { minRevision: -1 },
    { onChange: true },
  ])('must be valid, as all options: %j', async (options) => {
    const authorizer = await load(allowing('start'));
    await expect(
      followPolicies(authorizer, new MemorySource(), options as FollowOptions),
    ).rejects.toMatchObject({ code: 'NANOOK_POLICIES_INVALID_OPTION' });
  });
});

describe('readPolicies', () => {
  it('returns the options of `Authorizer.load`', async () => {
    const source = new MemorySource(await bundleOf(7, ['seven']));
    const { policies, version, revision } = await readPolicies(source, { keys: publicKey });
    const authorizer = await Authorizer.load({
      policies,
      types,
      ...(version === undefined ? {} : { version }),
    });
    expect(authorizer.policy.version).toBe('v7');
    expect(revision).toBe(7);
  });

  it.each([
    ['an empty source', () => new MemorySource(), 'EMPTY'],
    ['an unsigned policy', () => new MemorySource(allowing('one')), 'UNSIGNED'],
    [
      'a source that fails',
      () => ({ name: 'down', read: () => Promise.reject(new Error('down')) }),
      'SOURCE',
    ],
  ])('rejects for %s', async (_, source, code) => {
    await expect(readPolicies(source(), { keys: publicKey })).rejects.toMatchObject({
      code: `NANOOK_POLICIES_${code}`,
    });
  });
});

describe('a bundle with an expiry', () => {
  const hour = 3_600_000;
  const start = Date.parse('2027-01-31T09:00:00Z');
  const at = (ms: number): string => new Date(start + ms).toISOString();
  const useClock = (): void =>
    void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: start });

  it('is not current from its expiry on, is reported once, and stays in use until the next policy', async () => {
    useClock();
    const source = new MemorySource(await bundleOf(1, ['one'], { expiresAt: at(hour) }));
    const { follower, codes, allows } = await following(source);
    expect(follower.status).toMatchObject({ isCurrent: true, expiresAt: at(hour) });
    await vi.advanceTimersByTimeAsync(hour - 1);
    expect(follower.status).toMatchObject({ isCurrent: true, error: undefined });
    expect(codes()).toEqual([]);
    await vi.advanceTimersByTimeAsync(hour);
    expect(follower.status).toMatchObject({
      isCurrent: false,
      error: { code: 'NANOOK_POLICIES_EXPIRED', data: { revision: 1, expiresAt: at(hour) } },
    });
    expect(codes()).toEqual(['NANOOK_POLICIES_EXPIRED']);
    expect(await allows('one')).toBe(true);
    source.publish(await bundleOf(2, ['two']));
    await follower.refresh();
    expect(follower.status).toMatchObject({ isCurrent: true, expiresAt: undefined, error: undefined });
    expect(await allows('one')).toBe(false);
  });

  it('is reported at its expiry also if the source is read rarely', async () => {
    useClock();
    const source = new MemorySource(await bundleOf(1, ['one'], { expiresAt: at(hour) }));
    const { codes } = await following(source, { keys: publicKey, pollMs: 24 * hour });
    await vi.advanceTimersByTimeAsync(hour + 1_000);
    expect(codes()).toEqual(['NANOOK_POLICIES_EXPIRED']);
  });

  it('is never used after its expiry, unless the clock was wrong and is corrected', async () => {
    useClock();
    const source = new MemorySource(await bundleOf(1, ['one']));
    const expiring = await bundleOf(2, ['two'], { expiresAt: at(hour) });
    vi.setSystemTime(start + 2 * hour);
    const { follower, codes, allows } = await following(source);
    source.publish(expiring);
    await follower.refresh();
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_EXPIRED']);
    expect(follower.status).toMatchObject({ revision: 1, isCurrent: false });
    expect(await allows('two')).toBe(false);
    await expect(readPolicies(source, { keys: publicKey })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_EXPIRED',
    });
    vi.setSystemTime(start);
    await follower.refresh();
    expect(follower.status).toMatchObject({ revision: 2, isCurrent: true });
  });

  it('is refused if its revision is in use with another expiry', async () => {
    useClock();
    const source = new MemorySource(await bundleOf(1, ['one'], { expiresAt: at(hour) }));
    const { follower, codes } = await following(source);
    source.publish(await bundleOf(1, ['one'], { expiresAt: at(9 * hour) }));
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_REVISION_REUSED']);
  });
});
