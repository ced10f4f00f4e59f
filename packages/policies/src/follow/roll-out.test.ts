import { Authorizer } from '@nanook/core';
import { loadCandidate } from '@nanook/core/candidate';
import { afterEach, describe, expect, it } from 'vitest';
import { followPolicies, MemorySource, type FollowOptions, type PolicySource } from '../index.js';
import { natsSource, publishToNats } from '../nats/index.js';
import { postgresSource, publishToPostgres } from '../postgres/index.js';
import { allowing, bundleOf, load, publicKey, until } from '../testing/bundles.fixture.js';
import { natsBucket, natsUrl, postgresUrl, serverTable } from '../testing/servers.fixture.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

/** The policy in use allows `one`, the candidate `two`. */
const rollingOut = async (revision: number, percent: number, seed = ''): Promise<string> =>
  bundleOf(revision, ['one'], {
    version: 'v1',
    candidate: { authorizer: await load(allowing('two')), percent, version: 'v2', seed },
  });

async function process(source: PolicySource, options: Partial<FollowOptions> = {}) {
  const authorizer = await load(allowing('start'));
  const errors: unknown[] = [];
  const follower = await followPolicies(authorizer, source, {
    keys: publicKey,
    onError: (error) => errors.push(error),
    ...options,
  });
  closing.push(() => follower.close());
  return { authorizer, follower, errors };
}

const actors = Array.from({ length: 300 }, (_, i) => `user-${i}`);

/** Returns the actors for which the candidate decides. */
async function selectedBy(authorizer: Authorizer): Promise<readonly string[]> {
  const selected: string[] = [];
  for (const actor of actors) {
    // oxlint-disable-next-line no-await-in-loop -- in the order of the actors
    const [one, two] = [await authorizer.can(actor, 'one', 'doc'), await authorizer.can(actor, 'two', 'doc')];
    expect(one).toBe(!two);
    if (two) selected.push(actor);
  }
  return selected;
}

/** Returns the actors that the core selects. */
async function selectedByCore(percent: number, seed = ''): Promise<readonly string[]> {
  const authorizer = await load(allowing('one'));
  const candidate = await loadCandidate(authorizer, allowing('two'), { seed });
  candidate.rollOut(percent);
  return selectedBy(authorizer);
}

describe('a bundle with a candidate', () => {
  it('lets it decide for the same actors in each process, and for more of them with the next bundle', async () => {
    const source = new MemorySource(await rollingOut(1, 10));
    const [first, second] = [await process(source), await process(source)];
    const expected = await selectedByCore(10);
    expect(await selectedBy(first.authorizer)).toEqual(expected);
    expect(await selectedBy(second.authorizer)).toEqual(expected);
    source.publish(await rollingOut(2, 60));
    await Promise.all([first.follower.refresh(), second.follower.refresh()]);
    // A process that starts during the roll-out has the same selection.
    const third = await process(source);
    const more = await selectedByCore(60);
    expect(more).toEqual(expect.arrayContaining([...expected]));
    for (const { authorizer, follower } of [first, second, third]) {
      // oxlint-disable-next-line no-await-in-loop -- few
      expect(await selectedBy(authorizer)).toEqual(more);
      expect(follower.status).toMatchObject({
        version: 'v1',
        revision: 2,
        isCurrent: true,
        candidate: { version: 'v2', percent: 60 },
      });
    }
  });

  it('selects other actors with another seed', async () => {
    const { authorizer } = await process(new MemorySource(await rollingOut(1, 10, 'v2')));
    const selected = await selectedBy(authorizer);
    expect(selected).toEqual(await selectedByCore(10, 'v2'));
    expect(selected).not.toEqual(await selectedByCore(10));
  });

  it('is followed by one with only the candidate, which then decides for all', async () => {
    const source = new MemorySource(await rollingOut(1, 10));
    const { authorizer, follower, errors } = await process(source);
    source.publish(await bundleOf(2, ['two'], { version: 'v2' }));
    await follower.refresh();
    expect(await selectedBy(authorizer)).toEqual(actors);
    expect(follower.status).toMatchObject({ version: 'v2', revision: 2, candidate: undefined });
    expect(errors).toEqual([]);
  });

  it('is followed by one without the candidate, which then decides for none', async () => {
    const source = new MemorySource(await rollingOut(1, 50));
    const { authorizer, follower } = await process(source);
    source.publish(await bundleOf(2, ['one'], { version: 'v1' }));
    await follower.refresh();
    expect(await selectedBy(authorizer)).toEqual([]);
    expect(follower.status.candidate).toBeUndefined();
  });

  it.each<[string, () => Promise<string>, string]>([
    [
      'a changed candidate',
      async () => (await rollingOut(2, 90)).replace(String.raw`\"two\"`, String.raw`\"start\"`),
      'TAMPERED',
    ],
    [
      'a candidate that was removed',
      async () => {
        const { candidate: _, ...others } = JSON.parse(await rollingOut(2, 90)) as { candidate?: unknown };
        return JSON.stringify(others);
      },
      'TAMPERED',
    ],
    ['another percentage of the same revision', () => rollingOut(1, 90), 'REVISION_REUSED'],
    [
      'a candidate that `check` refuses',
      async () =>
        bundleOf(2, ['three'], {
          candidate: { authorizer: await load(allowing('bad')), percent: 90, version: 'v3' },
        }),
      'CHECK_FAILED',
    ],
  ])('is refused as a whole with %s', async (_, next, code) => {
    const source = new MemorySource(await rollingOut(1, 10));
    const check = async (authorizer: Authorizer): Promise<void> => {
      if (await authorizer.can('ann', 'bad', 'doc')) throw new Error('bad');
    };
    const { authorizer, follower, errors } = await process(source, { check });
    source.publish(await next());
    await follower.refresh();
    expect(errors).toMatchObject([{ code: `NANOOK_POLICIES_${code}` }]);
    expect(follower.status).toMatchObject({ isCurrent: false, candidate: { version: 'v2', percent: 10 } });
    expect(await selectedBy(authorizer)).toEqual(await selectedByCore(10));
  });

  it('passes the differences to the process that asks for them', async () => {
    const differences: unknown[] = [];
    const onDifference = (difference: unknown) => differences.push(difference);
    const source = new MemorySource(await rollingOut(1, 0));
    const { authorizer } = await process(source, { candidate: { onDifference } });
    expect(await authorizer.can('ann', 'one', 'doc')).toBe(true);
    await until(() => differences.length === 1);
    expect(differences).toMatchObject([{ before: { outcome: 'allowed' }, after: { outcome: 'denied' } }]);
  });

  it.each([
    ['a percentage above 100', { percent: 101 }],
    ['no percentage', { percent: undefined as never }],
    ['an empty version', { percent: 10, version: '' }],
    ['a seed that is not a text', { percent: 10, seed: 5 as never }],
  ])('is not signed with %s', async (_, options) => {
    const candidate = { authorizer: await load(allowing('two')), ...options };
    await expect(bundleOf(1, ['one'], { candidate })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_INVALID_OPTION',
    });
  });

  it('is not signed for two policies with different types', async () => {
    const authorizer = await load(allowing('two'), { types: { Note: {} } });
    await expect(bundleOf(1, ['one'], { candidate: { authorizer, percent: 1 } })).rejects.toThrow(
      'was made for other types than the policy: type Note is new in the application, type User is missing',
    );
  });
});

describe('a published percentage', () => {
  const reaches = async (sources: readonly PolicySource[], publish: (bundle: string) => Promise<void>) => {
    await publish(await rollingOut(1, 10));
    const processes = await Promise.all(sources.map((source) => process(source)));
    await publish(await rollingOut(2, 40));
    await until(() => processes.every(({ follower }) => follower.status.candidate?.percent === 40));
    const expected = await selectedByCore(40);
    for (const { authorizer } of processes)
      // oxlint-disable-next-line no-await-in-loop -- few
      expect(await selectedBy(authorizer)).toEqual(expected);
  };

  it.skipIf(natsUrl === undefined)(
    'reaches all processes over NATS (needs NANOOK_TEST_NATS_URL)',
    async () => {
      const { kv, open, close } = await natsBucket(natsUrl!);
      closing.push(close);
      const sources = [natsSource(await open()), natsSource(await open())];
      await reaches(sources, (bundle) => publishToNats(kv, bundle, { keys: publicKey }));
    },
  );

  it.skipIf(postgresUrl === undefined)(
    'reaches all processes over PostgreSQL (needs NANOOK_TEST_POSTGRES_URL)',
    async () => {
      const { pool, table, close } = await serverTable(postgresUrl!);
      closing.push(close);
      const sources = [postgresSource(pool, { table }), postgresSource(pool, { table })];
      await reaches(sources, (bundle) => publishToPostgres(pool, bundle, { table, keys: publicKey }));
    },
  );
});
