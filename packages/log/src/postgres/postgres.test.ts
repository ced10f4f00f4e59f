import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readDecisions } from '../read/read-decisions.js';
import { describeStore } from '../testing/describe-store.fixture.js';
import { checkMany, logged, MemorySink, numbers } from '../testing/sinks.fixture.js';
import { postgres, postgresSchema, type PostgresClient, type PostgresOptions } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

// cspell:ignore tabel

interface OpenDatabase {
  readonly client: PostgresClient;
  readonly table: string;
  readonly close: () => Promise<void>;
}

const url = process.env['NANOOK_TEST_POSTGRES_URL'];
const databases = [
  { name: 'PGlite', connect: emptyPglite },
  ...(url === undefined
    ? []
    : [{ name: 'the server of NANOOK_TEST_POSTGRES_URL', connect: async () => connectTo(url) }]),
];

interface Connected extends PostgresClient {
  close(): Promise<void>;
}

function connectTo(server: string): Connected {
  const pool = new pg.Pool({ connectionString: server, max: 4 });
  pool.on('error', () => {}); // a test ends connections
  return { query: (text, values) => pool.query(text, values), close: () => pool.end() };
}

/** Creates a schema of its own, with the name of a table that does not exist. */
async function openSchema(client: PostgresClient): Promise<OpenDatabase> {
  const schema = `log_${randomUUID().slice(0, 8)}`;
  await client.query(`create schema ${schema}`);
  return {
    client,
    table: `${schema}.decisions`,
    close: async () => void (await client.query(`drop schema ${schema} cascade`)),
  };
}

describe.each(databases)('$name', ({ connect }) => {
  let connected: Connected;
  beforeAll(async () => {
    connected = await connect();
  });
  afterAll(() => connected.close());
  const open = (): Promise<OpenDatabase> => openSchema(connected);
  const opened = async (): Promise<OpenDatabase> => {
    const database = await open();
    onTestFinished(database.close);
    return database;
  };
  const partitionsOf = async ({ client, table }: OpenDatabase): Promise<string[]> => {
    const { rows } = await client.query(
      `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = $1::regclass order by 1`,
      [table],
    );
    return rows.map((row) => (row as { name: string }).name);
  };
  const countIn = async ({ client, table }: OpenDatabase): Promise<number> =>
    Number(((await client.query(`select count(*) as n from ${table}`)).rows[0] as { n: unknown }).n);

  describeStore('PostgreSQL', async () => {
    const { client, table, close } = await open();
    return { store: postgres({ client, table }), close };
  });

  it('has a partition for each month, which can be dropped', async () => {
    const database = await opened();
    const { client, table } = database;
    const store = postgres({ client, table });
    let month = -1;
    const clock = (): Date => new Date(Date.UTC(2025, month, 15));
    const { log, authorizer } = await logged({ sinks: [store] }, { clock });
    for (month = 10; month < 14; month++) checkMany(authorizer, 1, month);
    await log.flush();
    const name = database.table.split('.').at(-1)!;
    expect(await partitionsOf(database)).toEqual(
      ['2025_11', '2025_12', '2026_01', '2026_02'].map((suffix) => `${name}_${suffix}`),
    );
    expect(await store.dropPartitionsBefore(new Date('2026-01-20'))).toEqual([
      `${name}_2025_11`,
      `${name}_2025_12`,
    ]);
    const { records } = await readDecisions(store, { order: 'oldest' });
    expect(records.map(({ at }) => at.slice(0, 7))).toEqual(['2026-01', '2026-02']);
    // A late record of a dropped month has a partition again.
    month = 11;
    checkMany(authorizer, 1);
    await log.close();
    expect(await countIn(database)).toBe(3);
  });

  it('drops only the partitions of earlier months after the table was renamed', async () => {
    const { client, table } = await opened();
    const clock = (): Date => new Date('2026-03-01T00:00:00Z');
    const { log, authorizer } = await logged({ sinks: [postgres({ client, table })] }, { clock });
    checkMany(authorizer, 1);
    await log.close();
    await client.query(`alter table ${table} rename to log_of_all`);
    const store = postgres({ client, table: table.replace('decisions', 'log_of_all') });
    expect(await store.dropPartitionsBefore(new Date('2026-03-31'))).toEqual([]);
    expect(await store.dropPartitionsBefore(new Date('2026-04-01'))).toEqual(['decisions_2026_03']);
  });

  it('has a partition for the month in UTC, also for a session in another time zone', async () => {
    const database = await opened();
    const { client, table } = database;
    await client.query("set timezone to 'Asia/Tokyo'");
    onTestFinished(async () => void (await client.query('reset timezone')));
    const times = ['2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z'];
    let i = 0;
    const clock = (): Date => new Date(times[i++]!);
    const store = postgres({ client, table });
    const { log, authorizer } = await logged({ sinks: [store] }, { clock });
    checkMany(authorizer, 2);
    await log.close();
    expect(await partitionsOf(database)).toEqual(['decisions_2025_12', 'decisions_2026_01']);
    for (const [query, id] of [
      [{ to: '2026-01-01' }, '1'],
      [{ from: '2026-01-01' }, '2'],
    ] as const)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await readDecisions(store, query)).records.map(({ resource }) => resource?.id)).toEqual([id]);
    expect((await readDecisions(store)).records.map(({ at }) => at)).toEqual(times.toReversed());
  });

  it('stores a record whose partition another process has dropped', async () => {
    const { client, table } = await opened();
    const clock = (): Date => new Date('2025-03-01T00:00:00Z');
    const { log, authorizer } = await logged({ sinks: [postgres({ client, table })] }, { clock });
    checkMany(authorizer, 1);
    await log.flush();
    const other = postgres({ client, table });
    expect(await other.dropPartitionsBefore(new Date('2025-04-01'))).toHaveLength(1);
    checkMany(authorizer, 1, 2);
    await log.close();
    expect((await readDecisions(other)).records.map(({ resource }) => resource?.id)).toEqual(['2']);
  });

  it('creates partitions ahead, for a sink that may not create tables', async () => {
    const database = await opened();
    const { client, table } = database;
    const store = postgres({ client, table, createTables: false });
    await store.createPartitions(2);
    expect(await partitionsOf(database)).toHaveLength(2);
    const { log, authorizer } = await logged({ sinks: [store] });
    checkMany(authorizer, 3);
    await log.close();
    expect(await countIn(database)).toBe(3);
  });

  it('stores the records when an application creates its table later', async () => {
    const { client, table } = await opened();
    const store = postgres({ client, table, createTables: false });
    const { log, authorizer, errors } = await logged({ sinks: [store] });
    checkMany(authorizer, 3);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    for (const statement of postgresSchema(table))
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await client.query(statement);
    await store.createPartitions();
    await log.close();
    expect((await readDecisions(store)).records).toHaveLength(3);
  });

  it('receives records of several sinks at once, which all create the table', async () => {
    const { client, table } = await opened();
    const stores = [1, 2, 3, 4].map(() => postgres({ client, table }));
    const logs = await Promise.all(stores.map((store) => logged({ sinks: [store], batchSize: 20 })));
    for (const { authorizer } of logs) checkMany(authorizer, 100);
    await Promise.all(logs.map(({ log }) => log.close()));
    expect((await readDecisions(stores[0]!, { take: 1_000 })).records).toHaveLength(400);
  });

  it('stores records once when the answer to an insert is lost', async () => {
    const { client, table } = await opened();
    let inserts = 0;
    const losing: PostgresClient = {
      query: async (text, values) => {
        const result = await client.query(text, values);
        if (text.startsWith('insert') && ++inserts % 2 === 1) throw new Error('connection reset');
        return result;
      },
    };
    const copy = new MemorySink();
    const store = postgres({ client: losing, table });
    const { log, authorizer } = await logged({ sinks: [store, copy], batchSize: 50 });
    checkMany(authorizer, 200);
    await log.close();
    const { records } = await readDecisions(store, { take: 1_000, order: 'oldest' });
    expect(records).toHaveLength(200);
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(copy.ids));
    expect(new Set(records.map(({ resource }) => resource?.id))).toEqual(new Set(numbers(200)));
  });
});

it.skipIf(url === undefined)(
  'stores every record once while its connections are ended (needs NANOOK_TEST_POSTGRES_URL)',
  async () => {
    const client = connectTo(url!);
    const { table, close } = await openSchema(client);
    onTestFinished(async () => {
      await close();
      await client.close();
    });
    const name = `log_victim_${randomUUID().slice(0, 8)}`;
    const pool = new pg.Pool({ connectionString: url, max: 2, application_name: name });
    pool.on('error', () => {});
    onTestFinished(() => pool.end());
    const { log, authorizer } = await logged({ sinks: [postgres({ client: pool, table })], batchSize: 20 });
    for (let round = 0; round < 20; round++) {
      checkMany(authorizer, 100, round * 100 + 1);
      // oxlint-disable-next-line no-await-in-loop -- the connections end between the rounds
      await new Promise((resolve) => setTimeout(resolve, 5));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1',
        [name],
      );
    }
    await log.close({ timeoutMs: 20_000 });
    const found = await client.query(`select count(*) as n, count(distinct id) as ids from ${table}`);
    expect(found.rows).toEqual([{ n: '2000', ids: '2000' }]);
  },
  30_000,
);

it.skipIf(url === undefined)(
  'stores every record after a lock on the table has stopped it, with few records in memory (needs NANOOK_TEST_POSTGRES_URL)',
  async () => {
    const client = connectTo(url!);
    const { table, close } = await openSchema(client);
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    onTestFinished(async () => {
      await close();
      await Promise.all([client.close(), pool.end()]);
    });
    const sink = postgres({ client, table });
    const { log, authorizer } = await logged({
      sinks: [sink],
      capacity: 100,
      batchSize: 20,
      whenFull: 'block',
    });
    checkMany(authorizer, 1);
    await log.flush();
    const locking = await pool.connect();
    await locking.query(`begin; lock table ${table} in access exclusive mode`);
    const checks = numbers(200, 2).map((id) => authorizer.can('ann', 'read', { id }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(log.status).toMatchObject([{ waiting: 100, stored: 1, dropped: 0 }]);
    await locking.query('commit');
    locking.release();
    expect(new Set(await Promise.all(checks))).toEqual(new Set([true]));
    await log.close();
    const { records } = await readDecisions(sink, { take: 1_000 });
    expect(new Set(records.map(({ resource }) => resource?.id))).toEqual(new Set(numbers(201)));
    expect(records).toHaveLength(201);
  },
);

describe('options of postgres', () => {
  const client: PostgresClient = { query: async () => ({ rows: [] }) };
  it.each<[string, unknown, string]>([
    ['no client', {}, 'must be an object with the method `query`, such as a Pool of pg, but it is missing'],
    ['a table with a quote', { client, table: 'a"; drop' }, 'a name of letters, digits and `_`'],
    ['a misspelled option', { client, tabel: 'a' }, 'did you mean `table`?'],
  ])('refuse %s', (_name, options, message) => {
    expect(() => postgres(options as PostgresOptions)).toThrow(message);
  });

  it('refuse the name of a table and a number of months that are none', async () => {
    expect(() => postgresSchema('a"; drop table users; --')).toThrow('the option `table` of postgresSchema');
    await expect(postgres({ client }).createPartitions(Infinity)).rejects.toThrow(
      'the option `months` of createPartitions must be a positive whole number',
    );
  });
});
