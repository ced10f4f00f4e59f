import { Authorizer, isUndecided, nullable, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampled } from '../../../../tools/test-scope.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sql, type SqlOptions } from './index.js';

// Columns can hold dates that JavaScript does not have. The expected rows are those that a check of the rows, as the driver reads them, allows.

const types = {
  User: { fields: { now: Date } },
  Term: { key: 'id', fields: { id: 'Integer', at: Date, until: nullable(Date) } },
} as const;

interface Storage {
  readonly column: string;
  readonly dates: readonly string[];
  readonly options?: Pick<SqlOptions, 'date'>;
  readonly read?: (stored: never) => unknown;
}

const postgresDates = [
  "'infinity'",
  "'-infinity'",
  "'2026-05-06'",
  "'2026-05-07'",
  "'1970-01-01'",
  "'9999-12-31'",
  "'275760-09-12'",
  "'275760-09-14'",
] as const;
const storages: Readonly<Record<Database['dialect'], Readonly<Record<string, Storage>>>> = {
  postgres: {
    timestamptz: { column: 'timestamptz', dates: [...postgresDates, "'275760-09-13 00:00:00.001+00'"] },
    timestamp: { column: 'timestamp', dates: [...postgresDates, "'294276-12-31 23:59:59.999999'"] },
  },
  mysql: {
    datetime: {
      column: 'datetime(6)',
      dates: [
        "'0000-00-00'",
        "'2026-00-00'",
        "'2026-00-05'",
        "'2026-05-00'",
        "'2026-05-06'",
        "'1970-01-01'",
        "'9999-12-31'",
      ],
    },
  },
  sqlite: {
    texts: {
      column: 'text',
      dates: [
        "'now'",
        "'12:00'",
        "'2460000.5'",
        "'2026-02-31T00:00:00.000Z'",
        "'2026-13-01T00:00:00.000Z'",
        "''",
        "'2026-05-06T00:00:00.000Z'",
        "'1970-01-01T00:00:00.000Z'",
        "'9999-12-31T00:00:00.000Z'",
        '20260506',
      ],
      options: { date: (date) => date.toISOString() },
      // V8 reads February 31 as March 3.
      read: (text: unknown) =>
        String(text).includes('-02-31') ? new Date(Number.NaN) : new Date(String(text)),
    },
    seconds: {
      column: 'integer',
      dates: ['0', '1778025600', '8640000000000', '8640000000001', '-8640000000001', '9e99'],
      options: { date: (date) => date.getTime() / 1000 },
      read: (seconds: number) => new Date(seconds * 1000),
    },
  },
};

const operators = ['=', '!=', '<', '<=', '>', '>='] as const;
const conditions = [
  ...operators.flatMap((operator) => [
    `term.at ${operator} user.now`,
    `not term.until ${operator} user.now`,
    `term.at ${operator} term.until`,
  ]),
  'term.at in [user.now]',
  'not term.at in [user.now]',
  'not term.until in [user.now]',
  'term.until = nil',
  'term.until != nil',
  'not term.until = nil',
  'term.at != nil',
  'term.id = 1 or term.at > user.now',
  'term.id > 2 and (term.until = nil or term.until < user.now)',
  'not (term.id = 1 or term.at > user.now)',
  'not (term.id > 1 and term.until <= user.now)',
];
const policies = conditions.map(
  (condition, i) => `allow(user: User, "${i}", term: Term) if user = user and ${condition};`,
);
const values = ['1970-01-01', '2026-05-06', '9999-12-31', '+275760-09-13', '-271821-04-20'].map(
  (day) => new Date(`${day}T00:00:00.000Z`),
);

describe.each(databases)('dates that JavaScript does not have, on %s', (_name, open) => {
  let database: Database;
  let authorizer: Authorizer;
  beforeAll(async () => {
    database = await open({ name: 'unreadable_dates' });
    if (database.dialect === 'mysql') await database.execute("SET SESSION sql_mode = ''", []);
    authorizer = await Authorizer.load({ policies: policies.join('\n'), types, onWarning: () => {} });
  });
  afterAll(() => database.close());

  it('do not appear in a list, which has exactly the rows that a check allows', async () => {
    /* oxlint-disable no-await-in-loop -- they use one table */
    for (const { column, dates, options = {}, read = (date: never) => date } of Object.values(
      storages[database.dialect],
    )) {
      await database.execute('DROP TABLE IF EXISTS terms', []);
      await database.execute(
        `CREATE TABLE terms (id integer, at ${column}${database.dialect === 'mysql' ? ' NULL' : ''}, until ${column})`,
        [],
      );
      const pairs = dates.flatMap((at, i) => [
        [at, dates[(i * 5 + 1) % dates.length]!],
        [at, at],
        [at, 'NULL'],
      ]);
      const tuples = pairs.map(([at, until], id) => `(${id}, ${at}, ${until})`);
      await database.execute(`INSERT INTO terms VALUES ${tuples.join(', ')}`, []);
      const stored = await database.query('SELECT id, at, until FROM terms ORDER BY id', []);
      const rows = stored.map(({ id, at, until }) =>
        typed('Term', {
          id: id as number,
          at: read(at as never) as Date,
          until: until === null ? null : (read(until as never) as Date),
        }),
      );
      const list = sql({ dialect: database.dialect, tables: { Term: 'terms' }, ...options });
      const wrong: string[] = [];
      for (const now of sampled(values, 2))
        for (const [i, condition] of conditions.entries()) {
          const user = typed('User', { now });
          const { text, values: bound } = list(await authorizer.where(user, String(i), 'Term'));
          const found = await database.query(`SELECT id FROM terms WHERE ${text} ORDER BY id`, bound);
          const expected = rows.filter((row) => isAllowed(user, String(i), row)).map(({ id }) => id);
          const listed = found.map(({ id }) => id);
          if (String(listed) !== String(expected))
            wrong.push(
              `${column}: ${condition} at ${now.toISOString()}: ${String(listed)} | ${String(expected)}`,
            );
        }
      expect(wrong).toEqual([]);
    }
  });

  it('do not appear among the rows that a query reads from an index of PostgreSQL', async () => {
    if (database.dialect !== 'postgres') return;
    await database.execute('DROP TABLE IF EXISTS terms', []);
    await database.execute('CREATE TABLE terms (id integer, at timestamptz NOT NULL, until timestamptz)', []);
    await database.execute(
      `INSERT INTO terms SELECT i, CASE WHEN i <= 5 THEN timestamptz '2026-05-06Z' ELSE 'infinity' END FROM generate_series(1, 5000) i`,
      [],
    );
    await database.execute('CREATE INDEX ON terms (at)', []);
    await database.execute('ANALYZE terms', []);
    const action = String(conditions.indexOf('term.at > user.now'));
    const condition = await authorizer.where(typed('User', { now: new Date(0) }), action, 'Term');
    const { text, values: bound } = sql({ dialect: 'postgres', tables: { Term: 'terms' } })(condition);
    const plan = await database.query(`EXPLAIN SELECT id FROM terms WHERE ${text}`, bound);
    const lines = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(lines).toMatch(/Index Cond: .*275760/);
    expect(lines).not.toContain('Filter');
  });

  it('end a query of PostgreSQL for a column of the type date, which would be compared without the time of day', async () => {
    if (database.dialect !== 'postgres') return;
    await database.execute('DROP TABLE IF EXISTS terms', []);
    await database.execute('CREATE TABLE terms (id integer, at date, until date)', []);
    for (const condition of ['term.at > user.now', 'term.until != nil', 'not term.until <= user.now']) {
      const own = await Authorizer.load({
        policies: `allow(user: User, "read", term: Term) if user = user and ${condition};`,
        types,
        onWarning: () => {},
      });
      const user = typed('User', { now: new Date('2026-05-06T12:00:00Z') });
      const { text, values: bound } = sql({ dialect: 'postgres', tables: { Term: 'terms' } })(
        await own.where(user, 'read', 'Term'),
      );
      await expect(database.query(`SELECT id FROM terms WHERE ${text}`, bound)).rejects.toThrow(
        'operator does not exist: integer = interval',
      );
    }
  });

  function isAllowed(user: object, action: string, row: object): boolean {
    try {
      return authorizer.canSync(user, action, row);
    } catch (error) {
      if (isUndecided(error)) return false;
      throw error;
    }
  }
});
