import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Authorizer, typed } from '@nanook/core';
import { decisionLog, type DecisionLog, type DecisionRecord, type DecisionSink } from '@nanook/log';
import { nats } from '@nanook/log/nats';
import { postgres } from '@nanook/log/postgres';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecords } from '../decisions/record-source.js';
import { enterFolder, nanook, project } from '../testing/run.fixture.js';

const { NANOOK_TEST_POSTGRES_URL: postgresUrl, NANOOK_TEST_NATS_URL: natsUrl } = process.env;
const types = JSON.parse(project['nanook.config.json']).types;
const ann = typed('User', { id: 7 });
const ben = typed('User', { id: 8 });
const acme = typed('Organization', { id: 1, ownerId: 7 });
const report = typed('Note', { id: 3, authorId: 8, organization: acme });

const closing: (() => Promise<unknown>)[] = [];
beforeEach(() => enterFolder(project));
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

async function authorizerOf(log: DecisionLog): Promise<Authorizer> {
  const times = ['2026-01-30T10:00:00Z', '2026-01-31T10:00:00Z', '2026-01-31T11:00:00Z'];
  return Authorizer.load({
    policies: 'policy/main.polar',
    types,
    clock: () => new Date(times.shift() ?? '2026-02-01T10:00:00Z'),
    ...log.hooks,
  });
}

interface Place {
  readonly sink: DecisionSink;
  readonly args: readonly string[];
  readonly flags: {
    readonly postgres?: string;
    readonly nats?: string;
    readonly table: string;
    readonly stream: string;
  };
  /** Stores a text that is not a record. */
  readonly damage: () => Promise<unknown>;
}

async function inPostgres(): Promise<Place> {
  const table = `decisions_${randomUUID().replaceAll('-', '')}`;
  const pool = new pg.Pool({ connectionString: postgresUrl });
  closing.push(async () => {
    await pool.query(`drop table if exists ${table}`);
    await pool.end();
  });
  return {
    sink: postgres({ client: pool, table }),
    args: ['--postgres', postgresUrl!, '--table', table],
    flags: { postgres: postgresUrl!, table, stream: '' },
    damage: () =>
      pool.query(
        `insert into ${table} (id, at, kind, outcome, policy, record) values (gen_random_uuid(), '2026-01-31T12:00:00Z', 'allow', 'denied', 'x', '{"at":5}')`,
      ),
  };
}

async function inNats(): Promise<Place> {
  const stream = `decisions_${randomUUID()}`;
  const connection = await connect({ servers: natsUrl! });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: stream, subjects: [`${stream}.>`], storage: StorageType.Memory });
  closing.push(async () => {
    await manager.streams.delete(stream);
    await connection.close();
  });
  const client = jetstream(connection);
  return {
    sink: nats({ jetstream: client, subject: `${stream}.audit` }),
    args: ['--nats', natsUrl!, '--stream', stream],
    flags: { nats: natsUrl!, table: '', stream },
    damage: () => client.publish(`${stream}.audit`, 'not a record'),
  };
}

const lines = [
  '2026-01-30T10:00:00.000Z  allowed    User:7  edit  Note:3  policy/main.polar:14',
  '2026-01-31T10:00:00.000Z  denied     User:8  edit  Note:3  no rule for "edit" on Note matched',
  '2026-01-31T11:00:00.000Z  allowed    User:8  read  Note:3  policy/main.polar:19',
];

describe.each([
  ['PostgreSQL (needs NANOOK_TEST_POSTGRES_URL)', postgresUrl, inPostgres],
  ['NATS (needs NANOOK_TEST_NATS_URL)', natsUrl, inNats],
] as const)('a decision log in %s', (_, url, open) => {
  async function recorded(): Promise<Place & { readonly log: DecisionLog; readonly authorizer: Authorizer }> {
    const place = await open();
    const log = decisionLog({ sinks: [place.sink] });
    closing.push(() => log.close());
    const authorizer = await authorizerOf(log);
    await authorizer.can(ann, 'edit', report);
    await authorizer.can(ben, 'edit', report);
    await authorizer.can(ben, 'read', report);
    await log.flush();
    return { ...place, log, authorizer };
  }

  it.skipIf(url === undefined)('is printed like a file, with the same filters', async () => {
    const { args } = await recorded();
    const print = async (...filters: readonly string[]): Promise<readonly string[]> => {
      const { code, out, err } = await nanook('log', ...args, ...filters);
      expect([code, err]).toEqual([0, '']);
      return out.split('\n').slice(0, -1);
    };
    expect(await print()).toEqual(lines);
    expect(await print('--actor', 'User:8')).toEqual(lines.slice(1));
    expect(await print('--outcome', 'denied')).toEqual([lines[1]]);
    expect(await print('--from', '2026-01-31', '--action', 'read')).toEqual([lines[2]]);
    expect(await print('--to', '2026-01-31')).toEqual([lines[0]]);
    expect(await print('--last', '2')).toEqual(lines.slice(1));
    expect(await print('--outcome', 'error')).toEqual([]);
    expect((await print('--summary'))[0]).toContain('3 decisions');
  });

  it.skipIf(url === undefined)('reports entries that are not records', async () => {
    const { args, damage } = await recorded();
    await damage();
    const { out, err } = await nanook('log', ...args);
    expect(out.split('\n').slice(0, -1)).toEqual(lines);
    expect(err).toContain('1 line skipped, not a record of the decision log');
  });

  it.skipIf(url === undefined)('is replayed against other policies', async () => {
    const { args } = await recorded();
    expect((await nanook('shadow', ...args)).code).toBe(0);
    await writeFile('next.polar', 'allow(_: User, "read", _: Note);\n');
    const { code, out } = await nanook('shadow', ...args, '-p', 'next.polar', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ checked: 3, different: 1, newlyRefused: 1 });
    const later = await nanook('shadow', ...args, '-p', 'next.polar', '--json', '--from', '2026-01-31');
    expect(JSON.parse(later.out)).toMatchObject({ checked: 2, different: 0 });
  });

  it.skipIf(url === undefined)('is followed from the records that are there already', async () => {
    const { flags, log, authorizer } = await recorded();
    const source = await openRecords([], flags, () => {});
    const stop = new AbortController();
    const found: DecisionRecord[] = [];
    const following = (async () => {
      for await (const record of source.follow({}, stop.signal)) {
        found.push(record);
        if (found.length >= 3) stop.abort();
      }
    })();
    // The start of the follower is not visible, so decisions are made until one of them is seen.
    for (let id = 1; !stop.signal.aborted; id++) {
      // oxlint-disable no-await-in-loop -- one decision after the other
      await authorizer.can(ben, 'read', report, { context: { requestId: String(id) } });
      await log.flush();
      await new Promise((resolve) => setTimeout(resolve, 50));
      // oxlint-enable no-await-in-loop
    }
    await following;
    await source.close();
    // Each decision after the first one that was seen, once and in order.
    const first = Number(found[0]?.requestId);
    expect(found.map(({ requestId }) => Number(requestId))).toEqual(found.map((_, i) => first + i));
  });

  it.skipIf(url === undefined)('is wrong usage if it does not exist', async () => {
    const { args } = await open();
    const missing = [...args.slice(0, -1), 'missing'];
    expect(await nanook('log', ...missing)).toMatchObject({
      code: 2,
      err: expect.stringContaining('the decision log cannot be read'),
    });
  });
});

it.each([[[]], [['audit', '--postgres', 'x']], [['--nats', 'x', '--postgres', 'x']]])(
  'nanook log needs exactly one log, not %j',
  async (args) => {
    expect(await nanook('log', ...args)).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected one decision log'),
    });
  },
);
