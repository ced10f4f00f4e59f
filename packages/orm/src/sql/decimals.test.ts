import { Authorizer, oneOf, typed } from '@nanook/core';
import { readDecimal } from '@nanook/core/filter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases, type Database } from '../testing/databases.fixture.js';
import { sql } from './index.js';

// Drivers return decimals as texts. The expected rows come from integer arithmetic.

const types = {
  User: {},
  Item: {
    key: 'id',
    fields: { id: 'Integer', price: 'Decimal?', limit: 'Decimal', stock: 'Integer', rate: 'Float' },
  },
} as const;

interface Item {
  readonly price: string | null;
  readonly limit: string;
  readonly stock: number;
  readonly rate: number;
}
const short: readonly Item[] = [
  { price: '1000', limit: '9', stock: 1000, rate: 1000 },
  { price: '9', limit: '1000', stock: 8, rate: 9.5 },
  { price: '10.5', limit: '10.50', stock: 10, rate: 10.5 },
  { price: '-10.5', limit: '-2', stock: -10, rate: -10.25 },
  { price: '0.1', limit: '0.3', stock: 0, rate: 0.1 },
  { price: '0.3', limit: '0.1', stock: 0, rate: 0.3 },
  { price: '0', limit: '0', stock: 0, rate: 0 },
  { price: null, limit: '10.5', stock: 10, rate: 10.5 },
  { price: '123456789012.345', limit: '123456789012.346', stock: 123456789012, rate: 123456789012.345 },
];
/** Numbers that differ beyond the digits of a floating-point number. */
const long: readonly Item[] = [
  { price: '12345678901234567.89', limit: '12345678901234567.9', stock: 1, rate: 1 },
  { price: '12345678901234567.9', limit: '12345678901234567.89', stock: 1, rate: 12345678901234568 },
  { price: '0.30000000000000004', limit: '0.3', stock: 0, rate: 0.1 + 0.2 },
  { price: '0.3', limit: '0.30000000000000004', stock: 0, rate: 0.1 + 0.2 },
  { price: '9007199254740993', limit: '9007199254740992', stock: 9007199254740991, rate: 1 },
];
const literals = ['9', '10.5', '10.25', '-10.5', '0.1', '0', '1000', '-3', '123456789012.345'];
const longLiterals = [
  '12345678901234567.89',
  '0.30000000000000004',
  '9007199254740993',
  '1e20',
  '-1e20',
  '1e-25',
];

/** Returns a number in units of 10^-30. */
function units(given: string | number): bigint {
  const [mantissa, power = '0'] = String(given).split('e') as [string, string?];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  const digits = BigInt(`${whole}${fraction}`);
  return digits * 10n ** BigInt(30 + Number(power) - fraction.length);
}

const operators = ['=', '!=', '<', '<=', '>', '>='] as const;
type Operator = (typeof operators)[number];

/** Returns the outcome of a comparison; `undefined` where it is undecided. */
function outcome(
  left: string | number | null,
  operator: Operator,
  right: string | number,
): boolean | undefined {
  if (left === null) return operator === '=' ? false : operator === '!=' ? true : undefined;
  const [a, b] = [units(left), units(right)];
  switch (operator) {
    case '=':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

describe.each(databases)('decimal columns on %s', (_name, open) => {
  let database: Database;
  let items: readonly Item[];
  beforeAll(async () => {
    database = await open();
    const { dialect } = database;
    const decimal = { postgres: 'numeric', mysql: 'decimal(50, 20)', sqlite: 'numeric' }[dialect];
    const double = dialect === 'sqlite' ? 'real' : 'double precision';
    items = dialect === 'sqlite' ? short : [...short, ...long];
    await database.query(
      `CREATE TABLE items (id integer, price ${decimal}, limit_ ${decimal}, stock bigint, rate ${double})`,
      [],
    );
    const tuples = items.map(
      ({ price, limit, stock, rate }, id) => `(${id}, ${price ?? 'NULL'}, ${limit}, ${stock}, ${rate})`,
    );
    await database.query(`INSERT INTO items VALUES ${tuples.join(', ')}`, []);
    if (dialect === 'postgres')
      await database.query(
        `INSERT INTO items VALUES (100, 'NaN', 1, 1, 1), (101, 'Infinity', 1, 1, 1), (102, '-Infinity', 1, 1, 1)`,
        [],
      );
  });
  afterAll(() => database.close());

  async function found(body: string, value = '0'): Promise<readonly unknown[]> {
    const authorizer = await Authorizer.load({
      policies: `allow(_: User, "read", item: Item) if ${body};`,
      types,
      constants: { VALUE: readDecimal(value) },
      onWarning: () => {},
    });
    const print = sql({
      dialect: database.dialect,
      tables: { Item: { table: 'items', columns: { limit: 'limit_' } } },
    });
    const { text, values } = print(await authorizer.where(typed('User', {}), 'read', 'Item'));
    const rows = await database.query(`SELECT id FROM items WHERE ${text} ORDER BY id`, values);
    return rows.map(({ id }) => Number(id));
  }
  const expected = (test: (item: Item) => boolean | undefined): readonly number[] =>
    items.flatMap((item, id) => (test(item) === true ? [id] : []));

  it.each(operators)(
    'are compared with a number as exactly as texts of digits: %s',
    async (operator) => {
      for (const value of database.dialect === 'sqlite' ? literals : [...literals, ...longLiterals]) {
        const holds = (item: Item) => outcome(item.price, operator, value);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect([value, await found(`item.price ${operator} VALUE`, value)]).toEqual([value, expected(holds)]);
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect([value, await found(`not item.price ${operator} VALUE`, value)]).toEqual([
          value,
          expected((item) => (holds(item) === undefined ? undefined : !holds(item))),
        ]);
        // oxlint-disable-next-line no-await-in-loop -- as above
        expect([value, await found(`VALUE ${operator} item.limit and item.price != 1`, value)]).toEqual([
          value,
          expected((item) => {
            const mirrored = ({ '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '!=': '!=' } as const)[
              operator
            ];
            return outcome(item.limit, mirrored, value);
          }),
        ]);
      }
    },
    30_000,
  );

  it.each(operators)('are compared with other columns: %s', async (operator) => {
    expect(await found(`item.price ${operator} item.limit`)).toEqual(
      expected(({ price, limit }) => outcome(price, operator, limit)),
    );
    expect(await found(`item.price ${operator} item.stock`)).toEqual(
      expected(({ price, stock }) => outcome(price, operator, stock)),
    );
    expect(await found(`not item.stock ${operator} item.limit and item.price != 1`)).toEqual(
      expected(({ stock, limit }) => !outcome(stock, operator, limit)!),
    );
  });

  it.each(operators)('are compared with floating-point columns, or refused: %s', async (operator) => {
    const answer = await found(`item.price ${operator} item.rate`).catch(
      (error: { code: string }) => error.code,
    );
    expect(answer).toEqual(
      database.dialect === 'mysql'
        ? 'NANOOK_ORM_SQL_INEXPRESSIBLE'
        : expected(({ price, rate }) => outcome(price, operator, rate)),
    );
  });

  it('compare by value with lists, nil and infinite numbers', async () => {
    expect(await found('item.price in [9, 10.50, nil]')).toEqual([1, 2, 7]);
    expect(await found('not item.price in [9, 10.50, nil] and item.price != 1')).toEqual(
      expected(({ price }) => ![null, '9', '10.5'].includes(price)),
    );
    expect(await found('item.price < inf')).toEqual(expected(({ price }) => price !== null));
    expect(await found('item.price > inf')).toEqual([]);
    expect(await found('item.price = "9"')).toEqual([]);
    expect(await found('item.price = nil')).toEqual([7]);
  });
});

describe('a number of more digits than the database stores', () => {
  it.each([
    ['sqlite', '1234567890.1234567'],
    ['mysql', '1e-31'],
    ['mysql', '1e70'],
  ] as const)('is refused on %s: %s', async (dialect, value) => {
    const authorizer = await Authorizer.load({
      policies: 'allow(_: User, "read", item: Item) if item.price < VALUE;',
      types,
      constants: { VALUE: readDecimal(value) },
    });
    const condition = await authorizer.where(typed('User', {}), 'read', 'Item');
    expect(() => sql({ dialect })(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_SQL_INEXPRESSIBLE' }),
    );
  });
});

describe('columns of SQLite', () => {
  const stored = {
    User: {},
    Row: {
      key: 'id',
      fields: {
        id: 'Integer',
        size: 'Integer?',
        rate: 'Float',
        price: 'Decimal',
        isOpen: Boolean,
        title: 'String',
        status: oneOf('draft', 'final'),
      },
    },
  } as const;
  // Columns without a type hold values as they are written.
  const right = [1, 2, 0.5, 1.5, 1, "'a'", "'draft'"];
  const wrong = [
    [1, "'2'", 0.5, 1.5, 1, "'a'", "'draft'"],
    [1, 2.5, 0.5, 1.5, 1, "'a'", "'draft'"],
    [1, '9007199254740993', 0.5, 1.5, 1, "'a'", "'draft'"],
    [1, 2, "'0.5'", 1.5, 1, "'a'", "'draft'"],
    [1, 2, 0.5, "'x'", 1, "'a'", "'draft'"],
    [1, 2, 0.5, '9e999', 1, "'a'", "'draft'"],
    [1, 2, 0.5, 1.5, 2, "'a'", "'draft'"],
    [1, 2, 0.5, 1.5, "'true'", "'a'", "'draft'"],
    [1, 2, 0.5, 1.5, 1, 7, "'draft'"],
    [1, 2, 0.5, 1.5, 1, "x'61'", "'draft'"],
    [1, 2, 0.5, 1.5, 1, "'a'", "'other'"],
    [1, 2, 'NULL', 1.5, 1, "'a'", "'draft'"],
  ];
  const fieldOf = ['id', 'size', 'rate', 'price', 'isOpen', 'title', 'status'];
  const conditions: Readonly<Record<string, readonly string[]>> = {
    size: [
      'row.size = 2',
      'row.size != 5',
      'row.size < 9',
      'not row.size > 9',
      'row.size in [2, 3]',
      'row.size != nil',
    ],
    rate: ['row.rate = 0.5', 'row.rate != 5', 'row.rate < 9', 'not row.rate >= 9'],
    price: ['row.price = 1.50', 'row.price != 5', 'row.price < 9', 'not row.price >= 9', 'row.price > -9'],
    isOpen: ['row.isOpen', 'row.isOpen = true', 'not row.isOpen = false', 'row.isOpen != "x"'],
    title: ['row.title = "a"', 'row.title != "b"', 'row.title < "b"', 'not row.title in ["b"]'],
    status: ['row.status = "draft"', 'row.status != "final"', 'not row.status = "final"', 'row.status < "z"'],
  };
  let database: Database;
  beforeAll(async () => {
    database = await databases.find(([name]) => name === 'SQLite')![1]();
    await database.query(`CREATE TABLE "Row" (${fieldOf.map((name) => `"${name}"`).join(', ')})`, []);
  });
  afterAll(() => database.close());

  it.each(Object.entries(conditions))(
    'are in no list because of a value of another type: %s',
    async (field, bodies) => {
      const at = fieldOf.indexOf(field);
      const rows = [right, ...wrong];
      const tuples = rows.map((row, i) => `(${[i, ...row.slice(1)].join(', ')})`);
      await database.query('DELETE FROM "Row"', []);
      await database.query(`INSERT INTO "Row" VALUES ${tuples.join(', ')}`, []);
      const expected = rows.flatMap((row, i) => (row[at] === right[at] ? [i] : []));
      for (const body of bodies) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const authorizer = await Authorizer.load({
          policies: `allow(_: User, "read", row: Row) if ${body};`,
          types: stored,
          onWarning: () => {},
        });
        // oxlint-disable-next-line no-await-in-loop -- as above
        const condition = await authorizer.where(typed('User', {}), 'read', 'Row');
        const { text, values } = sql({ dialect: 'sqlite' })(condition);
        // oxlint-disable-next-line no-await-in-loop -- as above
        const found = await database.query(`SELECT id FROM "Row" WHERE ${text} ORDER BY id`, values);
        expect([body, found.map(({ id }) => id)]).toEqual([body, expected]);
      }
    },
  );
});
