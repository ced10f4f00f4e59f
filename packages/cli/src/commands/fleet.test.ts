import { randomUUID } from 'node:crypto';
import type { Announcement, Fleet } from '@nanook/policies';
import { natsFleet, publishToNats } from '@nanook/policies/nats';
import {
  postgresFleet,
  postgresFleetTable,
  postgresTable,
  publishToPostgres,
} from '@nanook/policies/postgres';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contentOf, enterFolder, nanook, project } from '../testing/run.fixture.js';

const { NANOOK_TEST_POSTGRES_URL: postgresUrl, NANOOK_TEST_NATS_URL: natsUrl } = process.env;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => enterFolder(project));
afterEach(async () => {
  vi.unstubAllEnvs();
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

const announcement: Announcement = {
  process: 'pod-1',
  startedAt: '2027-01-31T09:00:00.000Z',
  since: '2027-01-31T09:00:00.000Z',
  policyHash: 'f00',
  version: '1.4.0',
  revision: 42,
  isCurrent: true,
  everyMs: 15_000,
};

async function signedBundle(): Promise<string> {
  await nanook('bundle', 'keygen');
  await nanook('bundle', 'build', '--revision', '42', '--key', 'bundle-private-key.json');
  return contentOf('policy.bundle');
}

interface Place {
  readonly fleet: Fleet;
  readonly publish: (bundle: string) => Promise<void>;
  readonly args: readonly string[];
}

async function inPostgres(): Promise<Place> {
  const id = randomUUID().replaceAll('-', '');
  const [table, policies] = [`processes_${id}`, `policies_${id}`];
  const pool = new pg.Pool({ connectionString: postgresUrl });
  await pool.query(postgresFleetTable(table));
  await pool.query(postgresTable(policies));
  closing.push(async () => {
    await pool.query(`drop table ${table}, ${policies}`);
    await pool.end();
  });
  vi.stubEnv('DATABASE_URL', postgresUrl);
  return {
    fleet: postgresFleet(pool, { table }),
    publish: (bundle) => publishToPostgres(pool, bundle, { table: policies }),
    args: ['--postgres', '--table', table, '--policy-table', policies],
  };
}

async function inNats(): Promise<Place> {
  const id = randomUUID();
  const connection = await connect({ servers: natsUrl! });
  const buckets = new Kvm(jetstream(connection));
  const [processes, policies] = [
    await buckets.create(`processes_${id}`),
    await buckets.create(`policies_${id}`),
  ];
  closing.push(async () => {
    await processes.destroy();
    await policies.destroy();
    await connection.close();
  });
  return {
    fleet: natsFleet(processes),
    publish: (bundle) => publishToNats(policies, bundle),
    args: ['--nats', natsUrl!, '--bucket', `processes_${id}`, '--policy-bucket', `policies_${id}`],
  };
}

describe.each([
  ['PostgreSQL (needs NANOOK_TEST_POSTGRES_URL)', postgresUrl, inPostgres],
  ['NATS (needs NANOOK_TEST_NATS_URL)', natsUrl, inNats],
] as const)('nanook fleet over %s', (_, url, open) => {
  it.skipIf(url === undefined)(
    'lists the processes, and exits with 1 while one of them is not current',
    async () => {
      const { fleet, publish, args } = await open();
      await publish(await signedBundle());
      await fleet.announce(announcement);
      const since = 'since 2027-01-31T09:00:00.000Z';
      expect(await nanook('fleet', ...args, '--keys', 'bundle-public-key.json')).toEqual({
        code: 0,
        out: `pod-1  current  version 1.4.0  revision 42  ${since}\n1 process: 1 current; the published revision is 42\n`,
        err: '',
      });
      await fleet.announce({
        ...announcement,
        process: 'pod-2',
        revision: 41,
        version: '\u001b[2J',
        isCurrent: false,
        error: 'NANOOK_POLICIES_TYPES',
        candidate: { policyHash: 'f00', version: '1.5.0', percent: 10 },
      });
      await fleet.announce({ ...announcement, process: 'pod-3', expiresAt: '2020-01-31T00:00:00.000Z' });
      const { code, out } = await nanook('fleet', ...args);
      expect(code).toBe(1);
      expect(out.split('\n').slice(1, 4)).toEqual([
        `pod-2  behind   version \\u001b[2J  revision 41  ${since}  version 1.5.0 for 10 %, NANOOK_POLICIES_TYPES`,
        `pod-3  expired  version 1.4.0      revision 42  ${since}  expired at 2020-01-31T00:00:00.000Z`,
        '3 processes: 1 current, 1 behind, 1 expired; the published revision is 42',
      ]);
      const json = await nanook('fleet', ...args, '--json');
      expect(JSON.parse(json.out)).toMatchObject({
        published: 42,
        processes: [{ process: 'pod-1', state: 'current' }, { state: 'behind' }, { state: 'expired' }],
      });
    },
  );

  it.skipIf(url === undefined)('waits until all processes are current', async () => {
    const { fleet, publish, args } = await open();
    await publish(await signedBundle());
    await fleet.announce({ ...announcement, revision: 41 });
    const waiting = nanook('fleet', ...args, '--wait', '20');
    await fleet.announce(announcement);
    expect((await waiting).code).toBe(0);
  });
});

describe('nanook fleet', () => {
  it('needs one place that can be reached', async () => {
    expect(await nanook('fleet')).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected one place'),
    });
    expect(await nanook('fleet', '--postgres', 'postgres://127.0.0.1:1/x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('the fleet cannot be read'),
    });
  });
});
