import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { emptyPglite } from '../../../../tools/empty-pglite.js';
import { fleetStatus, followPolicies, MemorySource, type AnnounceOptions, type Fleet } from '../index.js';
import { natsFleet } from '../nats/index.js';
import { postgresFleet, postgresFleetTable, type PostgresPool } from '../postgres/index.js';
import { allowing, bundleOf, load, publicKey, until } from '../testing/bundles.fixture.js';
import { natsBucket, natsUrl, postgresUrl, serverTable } from '../testing/servers.fixture.js';
import type { Announcement, SeenAnnouncement } from './announcement.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

async function following(source: MemorySource, announce: AnnounceOptions) {
  const errors: unknown[] = [];
  const authorizer = await load(allowing('start'));
  const follower = await followPolicies(authorizer, source, {
    keys: publicKey,
    onError: (error) => errors.push(error),
    announce,
  });
  closing.push(() => follower.close());
  return { authorizer, follower, errors };
}

const announcement: Announcement = {
  process: 'a',
  startedAt: '2027-01-31T09:00:00.000Z',
  since: '2027-01-31T09:00:00.000Z',
  policyHash: 'f00',
  version: 'v1',
  revision: 1,
  isCurrent: true,
  everyMs: 15_000,
};

interface Place {
  readonly fleet: (name?: string) => Fleet;
  /** Writes a value that is not an announcement of the process `b`. */
  readonly write: (value: unknown) => Promise<unknown>;
}

const db = await emptyPglite();
afterAll(() => db.close());

async function inPostgres(pool: Pick<PostgresPool, 'query'>): Promise<Place> {
  const table = `processes_${Math.random().toString(36).slice(2)}`;
  await pool.query(postgresFleetTable(table));
  closing.push(async () => pool.query(`drop table ${table}`));
  return {
    fleet: (fleet) => postgresFleet(pool, fleet === undefined ? { table } : { table, fleet }),
    write: (value) =>
      pool.query(`insert into ${table} (fleet, process, announcement) values ('default', 'b', $1)`, [
        JSON.stringify(value),
      ]),
  };
}

const places: Readonly<Record<string, () => Promise<Place>>> = {
  'PostgreSQL, embedded': () => inPostgres({ query: (text, values) => db.query(text, values) }),
  ...(postgresUrl !== undefined && {
    PostgreSQL: async () => {
      const { pool, close } = await serverTable(postgresUrl!);
      closing.push(close);
      return inPostgres(pool);
    },
  }),
  ...(natsUrl !== undefined && {
    NATS: async () => {
      const { kv, close } = await natsBucket(natsUrl!);
      closing.push(close);
      return {
        fleet: (fleet) => natsFleet(kv, fleet === undefined ? {} : { fleet }),
        write: (value) => kv.put('default.b', JSON.stringify(value)),
      };
    },
  }),
};

describe.each(Object.entries(places))('a fleet in %s', (_, open) => {
  it('has the last announcement of each process, apart from other fleets', async () => {
    const { fleet } = await open();
    expect(await fleet().list()).toEqual([]);
    await fleet().announce(announcement);
    await fleet().announce({ ...announcement, revision: 2 });
    await fleet('other').announce({ ...announcement, process: 'b' });
    const [seen, ...others] = await fleet().list();
    expect(others).toEqual([]);
    expect(seen).toEqual({ ...announcement, revision: 2, ageMs: expect.any(Number) });
    expect(Math.abs(seen!.ageMs)).toBeLessThan(60_000);
    await fleet().leave('a');
    expect(await fleet().list()).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['the name of another process', announcement],
    ['a list', []],
    ['a text as revision', { ...announcement, process: 'b', revision: '1' }],
    ['no time', { ...announcement, process: 'b', since: 'now' }],
    ['a name with a control character', { ...announcement, process: 'b\u001b[2J' }],
  ])('ignores an entry with %s', async (__, value) => {
    const { fleet, write } = await open();
    await write(value);
    expect(await fleet().list()).toEqual([]);
  });

  it('shows each policy of a process that follows a source, and not the process after its end', async () => {
    const { fleet } = await open();
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { follower, errors } = await following(source, { to: fleet(), process: 'pod-1' });
    const listed = async () => (await fleetStatus(fleet(), { source })).processes;
    await until(async () => (await listed())[0]?.revision === 1);
    source.publish(await bundleOf(2, ['two']));
    await until(async () => (await listed())[0]?.revision === 2);
    expect(await listed()).toMatchObject([
      { process: 'pod-1', version: 'v2', isCurrent: true, state: 'current', everyMs: 15_000 },
    ]);
    source.publish((await bundleOf(3, ['three'])).replace('three', 'any'));
    await until(async () => (await listed())[0]?.error === 'NANOOK_POLICIES_TAMPERED');
    expect(await fleetStatus(fleet(), { source })).toMatchObject({
      published: 3,
      processes: [{ revision: 2, state: 'behind' }],
    });
    await follower.close();
    expect(await listed()).toEqual([]);
    expect(errors).toMatchObject([{ code: 'NANOOK_POLICIES_TAMPERED' }]);
  });
});

it('removes the rows of PostgreSQL that are older than a day', async () => {
  const table = 'old_processes';
  await db.query(postgresFleetTable(table));
  const query: PostgresPool['query'] = (text, values) => db.query(text, values);
  await postgresFleet({ query }, { table }).announce({ ...announcement, process: 'old' });
  await db.query(`update ${table} set announced_at = now() - interval '25 hours'`);
  const fleet = postgresFleet({ query }, { table });
  expect(await fleet.list()).toHaveLength(1);
  await fleet.announce(announcement);
  expect((await fleet.list()).map(({ process }) => process)).toEqual(['a']);
});

describe('fleetStatus', () => {
  const seen = (fields: Partial<SeenAnnouncement>): SeenAnnouncement => ({
    ...announcement,
    ageMs: 0,
    ...fields,
  });
  const stateOf = async (fields: Partial<SeenAnnouncement>, options = {}) => {
    const list = () => Promise.resolve([seen(fields), seen({ process: 'b', revision: 5 })]);
    const fleet = { name: 'memory', list } as unknown as Fleet;
    const { processes, published } = await fleetStatus(fleet, options);
    expect(published).toBe(5);
    return processes[0]!.state;
  };

  it.each<[string, Partial<SeenAnnouncement>, string]>([
    ['the published revision', { revision: 5 }, 'current'],
    ['a lower revision', { revision: 4 }, 'behind'],
    ['no revision', { revision: undefined }, 'behind'],
    ['a failure', { revision: 5, isCurrent: false }, 'behind'],
    ['a passed expiry', { revision: 5, expiresAt: '2020-01-31T00:00:00.000Z' }, 'expired'],
    ['a later expiry', { revision: 5, expiresAt: '2127-01-31T00:00:00.000Z' }, 'current'],
    ['two missed announcements', { revision: 5, ageMs: 44_000 }, 'current'],
    ['three missed announcements', { revision: 5, ageMs: 46_000 }, 'silent'],
  ])('describes a process with %s', async (_, fields, state) => {
    expect(await stateOf(fields)).toBe(state);
  });

  it('reads the published revision from the source', async () => {
    const source = new MemorySource(await bundleOf(5, ['five']));
    expect(await stateOf({ revision: 4 }, { source, keys: publicKey })).toBe('behind');
    source.publish((await bundleOf(6, ['six'])).replace('six', 'any'));
    await expect(stateOf({}, { source, keys: publicKey })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_TAMPERED',
    });
  });
});

describe('the option `announce`', () => {
  const memory = (announce: Fleet['announce'], leave: Fleet['leave'] = () => Promise.resolve()): Fleet => ({
    name: 'memory',
    announce,
    leave,
    list: () => Promise.resolve([]),
  });

  it('announces the policy again and again, also without a change', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const announced: Announcement[] = [];
    const fleet = memory(async (each) => void announced.push(each));
    await following(new MemorySource(await bundleOf(1, ['one'])), { to: fleet, everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(3_500);
    expect(announced.map(({ revision }) => revision)).toEqual([1, 1, 1, 1]);
    expect(new Set(announced.map(({ process }) => process)).size).toBe(1);
  });

  it('reports a failure once, and affects neither the policy nor the end of the process', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let fails = true;
    const announced: Announcement[] = [];
    const fleet = memory(
      async (each) => {
        if (fails) throw new Error('offline');
        announced.push(each);
      },
      () => Promise.reject(new Error('offline')),
    );
    const source = new MemorySource(await bundleOf(1, ['one']));
    const { authorizer, errors, follower } = await following(source, { to: fleet, everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(3_500);
    expect(errors).toMatchObject([{ code: 'NANOOK_POLICIES_NOT_ANNOUNCED', data: { reason: 'offline' } }]);
    expect(follower.status.isCurrent).toBe(true);
    expect(await authorizer.can('ann', 'one', 'doc')).toBe(true);
    fails = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(announced).toHaveLength(1);
    await follower.close();
  });

  it.each([
    ['no fleet', {}],
    ['a name with a dot', { to: memory(() => Promise.resolve()), process: 'a.b' }],
    ['no time', { to: memory(() => Promise.resolve()), everyMs: 0 }],
  ])('refuses %s', async (_, announce) => {
    const authorizer = await load(allowing('start'));
    await expect(
      followPolicies(authorizer, new MemorySource(), { announce: announce as AnnounceOptions }),
    ).rejects.toMatchObject({ code: 'NANOOK_POLICIES_INVALID_OPTION' });
  });
});
