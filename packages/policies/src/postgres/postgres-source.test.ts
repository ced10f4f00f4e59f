import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { followPolicies, isNanookPoliciesError, type PolicyFollower } from '../index.js';
import { allowing, bundleOf, load, publicKey, until } from '../testing/bundles.fixture.js';
import {
  embeddedTable,
  postgresUrl,
  proxyOf,
  serverTable,
  type TestTable,
} from '../testing/servers.fixture.js';
import { postgresSource, postgresTable, publishToPostgres, type PostgresPool } from './index.js';
import { emptyPglite } from '../../../../tools/empty-pglite.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // oxlint-disable-next-line no-await-in-loop -- in the opposite order
  for (const close of closing.splice(0).reverse()) await close();
});

async function following(pool: PostgresPool, table: string, name?: string) {
  const authorizer = await load(allowing('start'));
  const errors: unknown[] = [];
  const source = postgresSource(pool, { table, ...(name === undefined ? {} : { name }) });
  const follower: PolicyFollower = await followPolicies(authorizer, source, {
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

let embedded: PGlite | undefined;
beforeAll(async () => {
  embedded = await emptyPglite();
});
afterAll(() => embedded?.close());

const databases: [string, () => Promise<TestTable>][] = [['PGlite', () => embeddedTable(embedded!)]];
const url = postgresUrl;
if (url !== undefined) databases.push(['the server', () => serverTable(url)]);

describe.each(databases)('a source in PostgreSQL: %s', (_, open) => {
  async function opened(): Promise<TestTable> {
    const opening = await open();
    closing.push(() => opening.close());
    return opening;
  }

  it('gives each new policy to every process', async () => {
    const { pool, table } = await opened();
    await publishToPostgres(pool, await bundleOf(1, ['one']), { table });
    const [first, second] = await Promise.all([following(pool, table), following(pool, table)]);
    expect(await first.allows('one')).toBe(true);
    await publishToPostgres(pool, await bundleOf(2, ['two']), { table });
    await until(async () => (await first.allows('two')) && (await second.allows('two')));
    expect([...first.codes(), ...second.codes()]).toEqual([]);
  });

  it('fetches each policy once, and an unchanged one not at all', async () => {
    const { pool, table } = await opened();
    const fetched: unknown[] = [];
    const counted: PostgresPool = {
      connect: () => pool.connect(),
      query: async (text, values) => {
        const result = await pool.query(text, values);
        for (const row of result.rows as { readonly content?: unknown }[])
          if (typeof row.content === 'string') fetched.push(row.content);
        return result;
      },
    };
    const [one, two] = [await bundleOf(1, ['one']), await bundleOf(2, ['two'])];
    await publishToPostgres(pool, one, { table });
    const { follower, allows } = await following(counted, table);
    await follower.refresh();
    await publishToPostgres(pool, two, { table });
    await until(() => allows('two'));
    await follower.refresh();
    expect(fetched).toEqual([one, two]);
  });

  it('keeps the policies of several names apart', async () => {
    const { pool, table } = await opened();
    const shop = await following(pool, table, 'the shop');
    const other = await following(pool, table, 'other');
    await publishToPostgres(pool, await bundleOf(1, ['one']), { table, name: 'the shop' });
    await until(() => shop.allows('one'));
    expect(await other.allows('start')).toBe(true);
  });

  it('never uses a row that was changed without the key', async () => {
    const { pool, table } = await opened();
    await publishToPostgres(pool, await bundleOf(1, ['one']), { table });
    const { codes, allows, follower } = await following(pool, table);
    await pool.query(
      `update ${table} set revision = 2, hash = 'x', content = replace(content, 'one', 'any')`,
    );
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_TAMPERED']);
    expect(await allows('one')).toBe(true);
  });

  it('keeps the policy when the row is deleted, and when the old row is restored', async () => {
    const { pool, table } = await opened();
    const old = await bundleOf(1, ['one']);
    await publishToPostgres(pool, await bundleOf(2, ['two']), { table });
    const { codes, allows, follower } = await following(pool, table);
    await pool.query(`delete from ${table}`);
    await follower.refresh();
    await publishToPostgres(pool, old, { table });
    await follower.refresh();
    expect(codes()).toEqual(['NANOOK_POLICIES_EMPTY', 'NANOOK_POLICIES_STALE']);
    expect(await allows('two')).toBe(true);
  });

  it('publishes the highest revision when several clients publish at once', async () => {
    const { pool, table } = await opened();
    const { allows } = await following(pool, table);
    const bundles = await Promise.all(
      [3, 1, 5, 5, 2, 4].map((revision, i) => bundleOf(revision, [`r${revision}`, `by${i}`])),
    );
    const results = await Promise.allSettled(
      bundles.map((bundle) => publishToPostgres(pool, bundle, { table })),
    );
    const refused = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    for (const error of refused) expect(error).toHaveProperty('code', 'NANOOK_POLICIES_REVISION_TAKEN');
    // One of the two bundles of revision 5 is refused.
    expect(new Set([results[2]?.status, results[3]?.status])).toEqual(new Set(['fulfilled', 'rejected']));
    await until(() => allows('r5'));
  });

  it('accepts the same bundle again, but no other one of the same revision', async () => {
    const { pool, table } = await opened();
    const bundle = await bundleOf(1, ['one']);
    await publishToPostgres(pool, bundle, { table });
    await publishToPostgres(pool, bundle, { table });
    await expect(publishToPostgres(pool, await bundleOf(1, ['two']), { table })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_REVISION_TAKEN',
      data: { revision: 1, stored: 1 },
    });
  });

  it('publishes only bundles', async () => {
    const { pool, table } = await opened();
    await expect(publishToPostgres(pool, allowing('one'), { table })).rejects.toMatchObject({
      code: 'NANOOK_POLICIES_FORMAT',
    });
  });
});

describe('the names of a source in PostgreSQL', () => {
  it.each(['policies; drop table users', '"policies"', '', 'a.b.c', "x'"])(
    'cannot be the table %j',
    (table) => {
      expect(() => postgresSource({} as PostgresPool, { table })).toThrow('must be the name of a table');
      expect(() => postgresTable(table)).toThrow('must be the name of a table');
    },
  );

  it('cannot be an empty or a long name', () => {
    for (const name of ['', 'x'.repeat(201)])
      expect(() => postgresSource({} as PostgresPool, { name })).toThrow('1 to 200 characters');
  });
});

describe.skipIf(postgresUrl === undefined)(
  'a connection that is lost (needs NANOOK_TEST_POSTGRES_URL)',
  () => {
    it('returns, and the follower then uses the policy that was published meanwhile', async () => {
      const server = await serverTable(postgresUrl!);
      closing.push(() => server.close());
      const proxy = await proxyOf(postgresUrl!);
      closing.push(() => proxy.close());
      const { table } = server;
      await publishToPostgres(server.pool, await bundleOf(1, ['one']), { table });
      const { default: pg } = await import('pg');
      const pool = new pg.Pool({ connectionString: proxy.url });
      pool.on('error', () => {});
      closing.push(() => pool.end());
      const { allows, codes } = await following(pool, table);
      expect(await allows('one')).toBe(true);
      proxy.cut();
      await until(() => codes().length > 0);
      await publishToPostgres(server.pool, await bundleOf(2, ['two']), { table });
      expect(await allows('one')).toBe(true);
      proxy.restore();
      await until(() => allows('two'));
      expect(new Set(codes())).toEqual(new Set(['NANOOK_POLICIES_SOURCE']));
      await publishToPostgres(server.pool, await bundleOf(3, ['three']), { table });
      await until(() => allows('three'));
    });

    it('returns after the server has ended it', async () => {
      const server = await serverTable(postgresUrl!);
      closing.push(() => server.close());
      const { pool, table } = server;
      const { allows, codes } = await following(pool, table);
      await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen nanook_policies' and pid <> pg_backend_pid()`,
      );
      await until(() => codes().includes('NANOOK_POLICIES_SOURCE'));
      await publishToPostgres(pool, await bundleOf(1, ['one']), { table });
      await until(() => allows('one'));
    });
  },
);
