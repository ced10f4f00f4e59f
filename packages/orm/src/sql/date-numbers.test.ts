import { Authorizer, isPolarError, isUndecided, nullable, typed } from '@nanook/core';
import { toClassicFilter } from '@nanook/core/filter';
import {
  integer,
  SQLiteSyncDialect,
  sqliteTable,
  type SQLiteColumnBuilderBase,
} from 'drizzle-orm/sqlite-core';
import { Schema } from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { chroma } from '../chroma/index.js';
import { drizzle } from '../drizzle/index.js';
import { mongooseFilter, mongoosePipeline } from '../mongoose/index.js';
import { qdrant } from '../qdrant/index.js';
import { mongooseWithoutServer } from '../testing/mongoose.fixture.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { Random } from '../testing/world.fixture.js';
import { sql, type SqlOptions } from './index.js';

// Parts of dates in columns. The expected rows are those that a check allows, which calls the methods of JavaScript.

const types = {
  User: { fields: { now: Date } },
  Term: { key: 'id', fields: { id: 'Integer', at: Date, until: nullable(Date), level: 'Integer' } },
} as const;

const ends = [
  '1000-01-01 00:00:00.000000',
  '1600-02-29 23:59:59.999999',
  '1899-12-31 23:59:59.999',
  '1900-02-28 12:00:00.000',
  '1969-12-31 23:59:59.999500',
  '1969-12-31 23:00:00',
  '1970-01-01 00:00:00.000000',
  '2000-02-29 00:00:00.001',
  '2024-02-29 23:59:59.999',
  '2026-05-06 07:08:09.000999',
  '2026-11-30 16:30:15.120',
  '9999-12-31 23:59:59.998999',
  '9999-12-31 23:59:59.999999',
] as const;
/** Dates that only PostgreSQL stores. */
const distant = [
  ['4713-11-24 00:00:00 BC', Date.UTC(-4712, 10, 24)],
  ['0044-03-15 01:02:03.004 BC', Date.UTC(-43, 2, 15, 1, 2, 3, 4)],
  ['0001-12-31 23:59:59.999 BC', Date.parse('0000-12-31T23:59:59.999Z')],
  ['0001-01-01 00:00:00', Date.parse('0001-01-01T00:00:00Z')],
  ['0099-02-28 23:59:59.999999', Date.parse('0099-02-28T23:59:59.999Z')],
  ['10000-01-01 00:00:00.000400', Date.parse('+010000-01-01T00:00:00Z')],
  ['275760-09-13 00:00:00', 8_640_000_000_000_000],
  ['275760-09-13 00:00:00.001', Number.NaN],
  ['294276-12-31 23:59:59.999999', Number.NaN],
  ['infinity', Number.NaN],
  ['-infinity', Number.NaN],
] as const;
/** Milliseconds that only a column of numbers stores. */
const numbers = [
  -8_640_000_000_000_000,
  -62_167_219_200_001,
  -62_167_219_200_000,
  -1,
  253_402_300_800_000,
  8_640_000_000_000_000,
  8_640_000_000_000_001,
  Date.UTC(-399, 1, 29),
  Date.UTC(12_400, 1, 29),
];

interface Row {
  /** The date as the database stores it, as a literal of SQL. */
  readonly stored: string;
  /** The milliseconds that the driver reads. */
  readonly time: number;
}
interface Storage {
  readonly column: string;
  readonly rows: readonly Row[];
  readonly options?: Pick<SqlOptions, 'date'>;
}

const timeOf = (text: string): number =>
  Date.parse(`${text.slice(0, 10)}T${text.slice(11, 23).padEnd(8, '0')}Z`);
const iso = (time: number): string => new Date(time).toISOString();
const common: readonly Row[] = ends.map((text) => ({ stored: `'${text}'`, time: timeOf(text) }));
const millisecondsIn = (times: readonly number[]): readonly Row[] =>
  times.map((time) => ({ stored: String(time), time: Math.abs(time) > 8.64e15 ? Number.NaN : time }));
const years = common.map(({ time }) => time);

const storages: Readonly<Record<Database['dialect'], Readonly<Record<string, Storage>>>> = {
  postgres: {
    timestamptz: {
      column: 'timestamptz',
      rows: [
        ...ends.map((text) => ({ stored: `'${text}+00'`, time: timeOf(text) })),
        ...distant.map(([text, time]) => ({
          stored: `'${text.endsWith('y') ? text : text.endsWith(' BC') ? text.replace(' BC', '+00 BC') : `${text}+00`}'`,
          time,
        })),
      ],
    },
    timestamp: {
      column: 'timestamp',
      rows: [...common, ...distant.map(([text, time]) => ({ stored: `'${text}'`, time }))],
    },
  },
  mysql: { 'datetime(6)': { column: 'datetime(6)', rows: common } },
  sqlite: {
    'an ISO text': {
      column: 'text',
      rows: [
        ...years.map((time) => ({ stored: `'${iso(time)}'`, time })),
        { stored: "'2026-05-06T07:08:09Z'", time: Date.UTC(2026, 4, 6, 7, 8, 9) },
        { stored: "'2026-05-06T07:08:59.9Z'", time: Date.UTC(2026, 4, 6, 7, 8, 59, 900) },
        { stored: "'0000-02-29T00:00:00.000Z'", time: Date.parse('0000-02-29T00:00:00.000Z') },
      ],
      options: { date: (date) => date.toISOString() },
    },
    'a text of SQLite': {
      column: 'text',
      rows: [
        ...years.map((time) => ({ stored: `'${iso(time).replace('T', ' ').slice(0, -1)}'`, time })),
        { stored: "'2026-05-06 23:59:59'", time: Date.UTC(2026, 4, 6, 23, 59, 59) },
        { stored: "'2026-05-06'", time: Date.UTC(2026, 4, 6) },
      ],
      options: { date: (date) => date.toISOString().replace('T', ' ').slice(0, -1) },
    },
    milliseconds: {
      column: 'integer',
      rows: millisecondsIn([...years, ...numbers]),
      options: { date: Number },
    },
    seconds: {
      column: 'integer',
      rows: [...years, ...numbers.slice(1, -3)].map((time) => {
        const seconds = Math.floor(time / 1000);
        return { stored: String(seconds), time: seconds * 1000 };
      }),
      options: { date: (date) => date.getTime() / 1000 },
    },
  },
};

const methods = {
  getUTCFullYear: ['2026', '1970', '0', '-43', '9999', '10000', '275760'],
  getUTCMonth: ['0', '1', '4', '11', '12'],
  getUTCDate: ['1', '6', '29', '31', '0'],
  getUTCDay: ['0', '1', '3', '6', '7'],
  getUTCHours: ['0', '7', '23', '12'],
  getUTCMinutes: ['0', '8', '59'],
  getUTCSeconds: ['0', '9', '59'],
  getUTCMilliseconds: ['0', '999', '1', '500'],
  getTime: ['0', '-1', '1778051289000', '-8640000000000000', '253402300799999'],
} as const;
const names = Object.keys(methods) as (keyof typeof methods)[];

function bodyOf(random: Random, name = random.of(names)): string {
  const part = `term.at.${name}()`;
  const value = random.of([...methods[name], 'term.level', `user.now.${name}()`, '1.5', 'nil', '"1"']);
  const operator = random.of(['=', '!=', '<', '<=', '>', '>=']);
  const comparison = random.of([
    `${part} ${operator} ${value}`,
    `${value} ${operator} ${part}`,
    `${part} in [${random.of(methods[name])}, ${random.of(methods[name])}, 3]`,
    `${part} ${operator} term.until.${random.of(names)}()`,
    `${part} - term.level ${operator} ${random.of(methods[name])}`,
    `${part} mod 2 = 0`,
  ]);
  return random.of([comparison, `not ${comparison}`, `(term.level > 1 or not ${comparison})`]);
}

const zone = process.env['TZ'];
beforeEach(() => {
  process.env['TZ'] = 'UTC';
});
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

async function conditionOf(body: string) {
  const policies = `allow(_: User, "read", term: Term) if ${body};`;
  const authorizer = await Authorizer.load({ policies, types });
  return authorizer.where(typed('User', { now: new Date(0) }), 'read', 'Term');
}

describe.each(databases)('parts of dates on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open({ name: 'date_numbers' });
  });
  afterAll(() => database.close());

  it(
    'are those that the methods of JavaScript return, for dates at the ends of the columns',
    async () => {
      const random = new Random(randomSeed(27));
      for (const [name, { column, rows, options = {} }] of Object.entries(storages[database.dialect])) {
        const drafts = rows.map((row, id) => ({
          id,
          at: row,
          until: random.below(4) === 0 ? undefined : random.of(rows),
          level: random.of([0, 1, 2, 5, 29]),
        }));
        const tuples = drafts.map(
          ({ id, at, until, level }) => `(${id}, ${at.stored}, ${until?.stored ?? 'NULL'}, ${level})`,
        );
        /* oxlint-disable no-await-in-loop -- they use one table */
        await database.execute('DROP TABLE IF EXISTS terms', []);
        await database.execute(
          `CREATE TABLE terms (id integer, at ${column}${database.dialect === 'mysql' ? ' NULL' : ''}, until ${column}, level integer)`,
          [],
        );
        await database.execute(`INSERT INTO terms VALUES ${tuples.join(', ')}`, []);
        const terms = drafts.map(({ id, at, until, level }) =>
          typed('Term', {
            id,
            at: new Date(at.time),
            until: until === undefined ? null : new Date(until.time),
            level,
          }),
        );
        const list = sql({ dialect: database.dialect, tables: { Term: 'terms' }, ...options });
        for (let i = 0; i < randomCases(300); i++) {
          const body = bodyOf(random, names[i]);
          const user = typed('User', { now: new Date(random.of(years)) });
          const authorizer = await Authorizer.load({
            policies: `allow(user: User, "read", term: Term) if user = user and ${body};`,
            types,
            onWarning: () => {},
          });
          const { text, values } = list(await authorizer.where(user, 'read', 'Term'));
          const found = await database.query(`SELECT id FROM terms WHERE ${text} ORDER BY id`, values);
          const isAllowed = (term: object): boolean => {
            try {
              return authorizer.canSync(user, 'read', term);
            } catch (error) {
              if (isUndecided(error)) return false;
              throw error;
            }
          };
          const allowed = terms.filter(isAllowed).map(({ id }) => id);
          expect([name, body, found.map(({ id }) => Number(id))]).toEqual([name, body, allowed]);
        }
        /* oxlint-enable no-await-in-loop */
      }
    },
    randomTimeout(120_000),
  );

  it('need a column with a time zone on PostgreSQL, if the process has another zone than UTC', async () => {
    if (database.dialect !== 'postgres') return;
    const condition = await conditionOf('term.at.getUTCHours() = 1');
    process.env['TZ'] = 'Europe/Berlin';
    const { text, values } = sql({ dialect: 'postgres', tables: { Term: 'terms' } })(condition);
    const list = async (type: string) => {
      await database.execute('DROP TABLE IF EXISTS terms', []);
      await database.execute(`CREATE TABLE terms (id integer, at ${type})`, []);
      await database.execute(
        `INSERT INTO terms VALUES (1, '2026-05-06 01:00+00'), (2, '2026-05-06 03:00+00')`,
        [],
      );
      return (await database.query(`SELECT id FROM terms WHERE ${text}`, values)).map(({ id }) => id);
    };
    expect(await list('timestamptz')).toEqual([1]);
    await expect(list('timestamp')).rejects.toThrow(
      'a part of a date needs a column with a time zone, or a process with TZ=UTC: 2026-05-06 01:00:00',
    );
  });
});

describe('parts of dates', () => {
  it('throw POLAR_FILTER_UNTRANSLATABLE for a method that uses the time zone of the process', async () => {
    const error = await conditionOf('term.at.getHours() = 1').catch((caught: unknown) => caught);
    expect(isPolarError(error) && error.message).toContain(
      '`getHours` of the column `at`, which depends on the time zone of the process',
    );
    expect(isPolarError(error) && error.message).toContain('call `getUTCHours`');
  });

  it('throw for MySQL if the process has another zone than UTC, in which the driver reads dates', async () => {
    const condition = await conditionOf('term.at.getUTCHours() = 1');
    process.env['TZ'] = 'Europe/Berlin';
    expect(() => sql({ dialect: 'mysql' })(condition)).toThrow(/another time zone than UTC/);
    const inUtc = (date: Date): string => date.toISOString().slice(0, -1);
    expect(() => sql({ dialect: 'mysql', date: inUtc })(condition)).not.toThrow();
  });

  it('throw for SQLite without the option `date`, which tells the form of dates', async () => {
    const condition = await conditionOf('term.at.getUTCHours() = 1');
    expect(() => sql({ dialect: 'sqlite' })(condition)).toThrow(/Give the option `date`/);
  });

  it('throw for vector stores, MongoDB and the classic form', async () => {
    const condition = await conditionOf('term.at.getUTCHours() = 1');
    const base = mongooseWithoutServer();
    const required = { type: Schema.Types.Int32, required: true };
    const at = { type: Date, required: true };
    base.model('Term', new Schema({ id: required, at, until: Date, level: required }, { id: false }));
    for (const print of [mongooseFilter(base), mongoosePipeline(base)])
      expect(() => print(condition)).toThrow(/the number `at\.getUTCHours\(\)`/);
    for (const print of [qdrant(), chroma()])
      expect(() => print(condition)).toThrow(
        expect.objectContaining({ code: 'NANOOK_ORM_VECTOR_INEXPRESSIBLE' }),
      );
    expect(() => toClassicFilter(condition, { nan: 'absent' })).toThrow(
      expect.objectContaining({ code: 'POLAR_FILTER_NOT_CLASSIC' }),
    );
  });

  it('become SQL for seconds or milliseconds, as the column of Drizzle stores them', async () => {
    const condition = await conditionOf('term.at.getUTCHours() = 1');
    const columns = {
      id: integer().notNull(),
      until: integer({ mode: 'timestamp' }),
      level: integer().notNull(),
    };
    const printed = (at: SQLiteColumnBuilderBase) => {
      const table = sqliteTable('terms', { ...columns, at });
      return new SQLiteSyncDialect().sqlToQuery(drizzle({ Term: table })(condition)).sql;
    };
    const [seconds, milliseconds] = ['CAST("terms"."at" * 1000 AS INTEGER)', 'CAST("terms"."at" AS INTEGER)'];
    expect(printed(integer({ mode: 'timestamp' }).notNull())).toContain(seconds);
    expect(printed(integer({ mode: 'timestamp_ms' }).notNull())).toContain(milliseconds);
  });
});
