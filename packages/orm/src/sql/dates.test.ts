import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authorizer, typed } from '@nanook/core';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sql, sqlResources } from './index.js';

const types = {
  User: {},
  Term: { key: 'id', fields: { id: 'Integer', start: Date, finish: Date } },
} as const;

/** Dates before and after 1970, as the databases store them: the drivers read whole milliseconds. */
const dates = [
  ['1969-12-31 23:59:59.999500', '1969-12-31 23:59:59.999100'],
  ['1969-12-31 23:59:59.998900', '1969-12-31 23:59:59.999100'],
  ['1901-02-03 04:05:06.000000', '1969-01-01 00:00:00.000000'],
  ['1969-01-01 00:00:00.000000', '1901-02-03 04:05:06.000000'],
  ['1970-01-01 00:00:00.000000', '1969-12-31 23:59:59.999999'],
  ['2026-05-06 07:08:09.000999', '2026-05-06 07:08:09.000001'],
  ['2026-05-06 07:08:09.001000', '2026-05-06 07:08:09.000999'],
  ['9999-12-31 23:59:59.000000', '2026-05-06 07:08:09.000000'],
] as const;

const dateOf = (text: string): Date => new Date(`${text.slice(0, 23).replace(' ', 'T')}Z`);
const rows = dates.map(([start, finish], id) => ({ id, start: dateOf(start), finish: dateOf(finish) }));
const columnType = { postgres: 'timestamp(6)', mysql: 'datetime(6)', sqlite: 'integer' };

describe.each(databases)('two date columns on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    const type = columnType[database.dialect];
    await database.query(`CREATE TABLE terms (id integer, start ${type}, finish ${type})`, []);
    const values = dates.map(([start, finish], id) => {
      const stored = (text: string) => (database.dialect === 'sqlite' ? dateOf(text).getTime() : `'${text}'`);
      return `(${id}, ${stored(start)}, ${stored(finish)})`;
    });
    await database.query(`INSERT INTO terms VALUES ${values.join(', ')}`, []);
  });
  afterAll(() => database.close());

  it.each(['=', '!=', '<', '<=', '>', '>='])(
    'are compared as a check compares them: %s',
    async (operator) => {
      const policies = `allow(_: User, "read", term: Term) if term.start ${operator} term.finish;`;
      const authorizer = await Authorizer.load({ policies, types });
      const user = typed('User', {});
      const print = sql({ dialect: database.dialect, tables: { Term: 'terms' } });
      const { text, values } = print(await authorizer.where(user, 'read', 'Term'));
      const found = await database.query(`SELECT id FROM terms WHERE ${text} ORDER BY id`, values);
      const allowed = rows.filter((row) => authorizer.canSync(user, 'read', typed('Term', row)));
      expect(found.map(({ id }) => id)).toEqual(allowed.map(({ id }) => id));
    },
  );
});

describe.each(databases.filter(([name]) => name.startsWith('P')))(
  'a list sorted by a date on %s',
  (_name, open) => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
      for (const [table, type] of [
        ['events', 'timestamp(3)'],
        ['logs', 'timestamp'],
      ]) {
        await database.query(`CREATE TABLE ${table} (id integer NOT NULL, at ${type} NOT NULL)`, []);
        await database.query(
          `INSERT INTO ${table} SELECT i, timestamp '2026-01-01' + (i % 97) * interval '400 microseconds' FROM generate_series(1, 2000) i`,
          [],
        );
        await database.query(`CREATE INDEX ON ${table} (at, id)`, []);
        await database.query(`ANALYZE ${table}`, []);
      }
    });
    afterAll(() => database.close());

    const Entry = { key: 'id', fields: { id: 'Integer', at: Date } } as const;
    const tables = {
      Event: { table: 'events', columns: { at: { column: 'at', type: 'milliseconds' } } },
      Log: 'logs',
    } as const;
    /** Walks through the list, and returns the ids, and the plans of the first two pages. */
    async function walk(type: 'Event' | 'Log') {
      const plans: string[] = [];
      const resources = sqlResources({ dialect: 'postgres', tables }, async (text, values) => {
        const plan = plans.length < 2 ? await database.query(`EXPLAIN ${text}`, values) : [];
        plans.push(plan.map((row) => row['QUERY PLAN']).join('\n'));
        return database.query(text, values);
      });
      const authorizer = await Authorizer.load({
        policies: 'allow(_: User, "read", _);',
        types: { User: {}, Event: Entry, Log: Entry },
        resources,
      });
      const ids: unknown[] = [];
      let after: string | undefined;
      do {
        const options = { take: 450, after, orderBy: { at: 'desc' } } as const;
        const page = await authorizer.list(typed('User', {}), 'read', type, options);
        ids.push(...page.rows.map((row) => row['id']));
        after = page.next;
      } while (after !== undefined);
      return { ids, plans: plans.slice(0, 2) };
    }

    it('uses the index of a column without microseconds', async () => {
      const { ids, plans } = await walk('Event');
      const sorted = await database.query('SELECT id FROM events ORDER BY at DESC, id DESC', []);
      expect(ids).toEqual(sorted.map(({ id }) => id));
      for (const plan of plans) {
        expect(plan).toMatch(/Index (Only )?Scan/);
        expect(plan).not.toContain('Sort');
      }
    });

    it('walks through a column with microseconds in its full precision, and uses its index', async () => {
      const { ids, plans } = await walk('Log');
      const sorted = await database.query('SELECT id FROM logs ORDER BY at DESC, id DESC', []);
      expect(ids).toEqual(sorted.map(({ id }) => id));
      for (const plan of plans) {
        expect(plan).toMatch(/Index (Only )?Scan/);
        expect(plan).not.toContain('Sort');
      }
    });
  },
);
