import { Authorizer, isPolarError, isUndecided, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { databases, type Database } from '../testing/databases.fixture.js';
import { Random } from '../testing/world.fixture.js';
import { isNanookOrmError, sql } from './index.js';

// Arithmetic on columns, for values at the edges of their types. The expected rows are those that a check allows, which computes in JavaScript.

const types = {
  User: {},
  Item: {
    key: 'id',
    fields: { id: 'Integer', a: 'Integer?', b: 'Integer', p: 'Decimal?', q: 'Decimal', f: 'Float' },
  },
} as const;

const integers = [0, 1, -1, 3, -7, 10, 100, 94906266, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53 - 11];
const wideIntegers = [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const decimals = [
  '0',
  '1',
  '10',
  '0.1',
  '0.2',
  '0.3',
  '-10.50',
  '2.675',
  '100.00',
  '123456789012.345',
  '999999999999999',
  '0.000000000000001',
];
/** Decimals that no number holds, so that a policy compares them, but does not compute with them. */
const longDecimals = [
  '0.30000000000000004',
  '0.300000000000000000001',
  '10.0000000000000000001',
  '1234567890123456',
  '12345678901234567.89',
];

/** Values that only PostgreSQL stores. */
const postgresDecimals = ['1e-39', '1e-41', '1e30', '1e400', 'NaN', 'Infinity'];

interface Item {
  readonly id: number;
  readonly a: number | bigint | null;
  readonly b: number | bigint;
  readonly p: string | number | null;
  readonly q: string | number;
  readonly f: number;
}

function randomItems(random: Random, dialect: Database['dialect']): readonly Item[] {
  const isSqlite = dialect === 'sqlite';
  // SQLite has no exact decimals, and its driver returns no wide integers.
  const wholes = isSqlite ? integers : [...integers, ...wideIntegers];
  const long = dialect === 'postgres' ? [...longDecimals, ...postgresDecimals] : longDecimals;
  const exact: readonly (string | number)[] = isSqlite ? decimals.map(Number) : [...decimals, ...long];
  return Array.from({ length: 40 }, (_, id) => ({
    id,
    a: random.of([null, ...wholes]),
    b: random.of(wholes),
    p: random.of([null, ...exact]),
    q: random.of(exact),
    f: random.of([0, 0.1, 0.1 + 0.2, -10.5, 1e300, 9007199254740991]),
  }));
}

class Expressions {
  constructor(
    readonly random: Random,
    readonly columns: readonly string[],
  ) {}

  operation(depth: number): string {
    const operator = this.random.of(['+', '-', '*', '+', '-', '*', '/', 'mod', 'rem']);
    return `(${this.#operand(depth)} ${operator} ${this.#operand(depth)})`;
  }

  #operand(depth: number): string {
    if (depth > 0 && this.random.below(2) === 0) return this.operation(depth - 1);
    if (this.random.below(3) === 0)
      return this.random.of(['0', '1', '2', '3', '-4', '10', '1.5', '0.1', '1e3']);
    return `item.${this.random.of(this.columns)}`;
  }

  comparison(): string {
    const { random } = this;
    const other = random.of([
      () => random.of(['0', '1', '-1', '0.3', '11', '1.5', '9007199254740991', '1e20', 'inf', 'nil', '"1"']),
      () => `item.${random.of(['a', 'b', 'p', 'q', 'f'])}`,
      () => this.operation(0),
    ])();
    const [left, right] = random.of([
      [this.operation(random.below(3)), other],
      [other, this.operation(random.below(3))],
    ]);
    const comparison = `${left} ${random.of(['=', '!=', '<', '<=', '>', '>='])} ${right}`;
    return random.of([comparison, `not ${comparison}`, `(item.b > 0 or ${comparison})`]);
  }
}

describe.each(databases)('arithmetic on columns on %s', (_name, open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
    const decimal = { postgres: 'numeric', mysql: 'decimal(60, 25)', sqlite: 'numeric' }[database.dialect];
    const double = database.dialect === 'sqlite' ? 'real' : 'double precision';
    await database.query(
      `CREATE TABLE items (id integer, a bigint, b bigint, p ${decimal}, q ${decimal}, f ${double})`,
      [],
    );
  });
  afterAll(() => database.close());

  const literal = (value: string | number | bigint | null): string =>
    value === null ? 'NULL' : `'${String(value)}'`;

  async function fill(items: readonly Item[]): Promise<void> {
    const tuples = items.map(({ id, a, b, p, q, f }) => `(${[id, a, b, p, q, f].map(literal).join(', ')})`);
    await database.query('DELETE FROM items', []);
    await database.query(`INSERT INTO items VALUES ${tuples.join(', ')}`, []);
  }

  /** Returns the ids of the listed rows, and of those that a check allows; `undefined` for a condition without a query. */
  async function answers(body: string, items: readonly Item[]) {
    const authorizer = await Authorizer.load({
      policies: `allow(_: User, "read", item: Item) if item = item and ${body};`,
      types,
      onWarning: () => {},
    });
    const actor = typed('User', {});
    const print = sql({ dialect: database.dialect, tables: { Item: { table: 'items' } } });
    const printed = await authorizer
      .where(actor, 'read', 'Item')
      .then(print)
      .catch((error: unknown) => {
        const isUntranslatable = isPolarError(error) && error.code === 'POLAR_FILTER_UNTRANSLATABLE';
        if (isUntranslatable || isNanookOrmError(error)) return undefined;
        throw error;
      });
    if (printed === undefined) return undefined;
    const { text, values } = printed;
    const rows = await database.query(`SELECT id FROM items WHERE ${text} ORDER BY id`, values);
    const isAllowed = (item: Item): boolean => {
      try {
        return authorizer.canSync(actor, 'read', typed('Item', item));
      } catch (error) {
        if (isUndecided(error)) return false;
        throw error;
      }
    };
    return {
      listed: rows.map(({ id }) => Number(id)),
      allowed: items.filter(isAllowed).map(({ id }) => id),
    };
  }

  it(
    'lists exactly the rows that a check allows, for random operations on integers and decimals',
    async () => {
      const random = new Random(randomSeed(11));
      const counts = { telling: 0, refused: 0 };
      let items: readonly Item[] = [];
      for (let i = 0; i < randomCases(400); i++) {
        if (i % 50 === 0) {
          items = randomItems(random, database.dialect);
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          await fill(items);
        }
        const columns = random.of([
          ['a', 'b'],
          ['p', 'q'],
          ['a', 'b', 'p', 'q'],
        ]);
        const body = new Expressions(random, columns).comparison();
        // oxlint-disable-next-line no-await-in-loop -- as above
        const found = await answers(body, items);
        expect([body, found?.listed]).toEqual([body, found?.allowed]);
        if (found === undefined) counts.refused++;
        else if (found.allowed.length > 0 && found.allowed.length < items.length) counts.telling++;
      }
      expect(counts.telling).toBeGreaterThan(randomCases(100));
      expect(counts.refused).toBeLessThan(randomCases(120));
    },
    randomTimeout(120_000),
  );
});

describe('arithmetic on columns', () => {
  const number = (name: string) =>
    `CASE WHEN "Item"."${name}" BETWEEN -9007199254740991 AND 9007199254740991 THEN "Item"."${name}"::numeric END`;

  it.each([
    [
      'item.b + 10 < item.a',
      `((abs((${number('b')} + $1::bigint::numeric)) <= 9007199254740991) IS TRUE) AND (${number('b')} + $2::bigint::numeric) < "Item"."a"`,
    ],
    [
      'not item.b / item.id = 0.5',
      `((${number('b')})::float8 / NULLIF((${number('id')})::float8, 0)) IS NOT NULL AND ` +
        `((${number('b')})::float8 / NULLIF((${number('id')})::float8, 0)) <> $1::float8`,
    ],
  ])('is printed for PostgreSQL: %s', async (body, expected) => {
    const policies = `allow(_: User, "read", item: Item) if ${body};`;
    const condition = await (
      await Authorizer.load({ policies, types })
    ).where(typed('User', {}), 'read', 'Item');
    expect(sql({ dialect: 'postgres' })(condition).text).toContain(expected);
  });
});
