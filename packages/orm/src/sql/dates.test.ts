import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authorizer, typed } from '@nanook/core';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sql } from './index.js';

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
  }, 60_000);
  afterAll(() => database.close());

  it.each(['=', '!=', '<', '<=', '>', '>='])(
    'are compared as isAllowed compares them: %s',
    async (operator) => {
      const policies = `allow(_: User, "read", term: Term) if term.start ${operator} term.finish;`;
      const authorizer = await Authorizer.load({ policies, types });
      const user = typed('User', {});
      const print = sql({ dialect: database.dialect, tables: { Term: 'terms' } });
      const { text, values } = print(await authorizer.where(user, 'read', 'Term'));
      const found = await database.query(`SELECT id FROM terms WHERE ${text} ORDER BY id`, values);
      const allowed = rows.filter((row) => authorizer.isAllowedSync(user, 'read', typed('Term', row)));
      expect(found.map(({ id }) => id)).toEqual(allowed.map(({ id }) => id));
    },
  );
});
