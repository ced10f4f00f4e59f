import assert from 'node:assert/strict';
import { typed, type OrderBy, type ResourceAdapter, type SortOrder } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import type { DialectName } from '../sql/dialect.js';
import type { ConditionOptions } from './conditions.fixture.js';
import { databases, type Database, type DatabaseOptions } from './databases.fixture.js';
import { compareWithIsAllowed, type FilteredDatabase, type OracleQuery } from './oracle.fixture.js';
import { columns, Random, tableOf, camel } from './world.fixture.js';

const policies = 60;

/** An adapter, and the queries that it has run. */
export interface ListedDatabase {
  readonly resources: ResourceAdapter;
  readonly queries: readonly string[];
}

interface ListOracleOptions extends DatabaseOptions {
  /** The name of the database, if the tests need only one. */
  readonly only?: string;
  /** A form that some query must have. */
  readonly printed?: RegExp;
}

/** Returns the queries for pages and counts, without the bounded queries for sets that come before them. */
export const pagesOf = (queries: readonly string[]): readonly string[] =>
  queries.filter((text) => !/^(select \S+ from \()?(with recursive|select \S+ as k0 )/i.test(text));

/** Returns the ids of rows in an order. */
type Sort = (type: string, rows: readonly Row[], orderBy: OrderBy) => Promise<readonly unknown[]>;

/**
 * Declares the tests that walk through all pages of lists in random orders, on each database, and compare the rows with `can` and
 * their order with that of a query of the database.
 */
export function describeListOracle(
  adapter: string,
  connect: (database: Database) => ListedDatabase | Promise<ListedDatabase>,
  {
    conditions = () => ({}),
    only,
    printed = /(?:)/,
    ...open
  }: ListOracleOptions & { readonly conditions?: (dialect: DialectName) => ConditionOptions } = {},
): void {
  describe.each(databases.filter(([name]) => only === undefined || name === only))(
    `${adapter} on %s`,
    (_name, openDatabase) => {
      let database: Database;
      let listed: ListedDatabase;
      beforeAll(async () => {
        database = await openDatabase(open);
        listed = await connect(database);
      });
      afterAll(() => database.close());

      it(
        'lists exactly the rows that a check allows, in order, without gaps and repetitions, with one query a page',
        async () => {
          const fill: Database['fill'] = (data) => database.fill(data);
          await expectExactLists(listed, { fill }, conditions(database.dialect), sortedBy(database));
          expect(listed.queries.join('\n')).toMatch(printed);
        },
        randomTimeout(120_000),
      );
    },
  );
}

/** Walks through the lists of random policies in random orders, and checks their pages. */
export async function expectExactLists(
  listed: ListedDatabase,
  database: Pick<FilteredDatabase, 'fill' | 'world'>,
  conditions: ConditionOptions,
  sort: Sort = sortedHere,
): Promise<void> {
  const random = new Random(7);
  const report = await compareWithIsAllowed(
    {
      ...database,
      resources: listed.resources,
      idsOf: (type, condition, query) => walk(random, listed, type, condition, query, sort),
    },
    { ...conditions, policies: randomCases(policies) },
  );
  expect(report.failures).toEqual([]);
  expect(report.untranslatable).toBeLessThan(conditions.recursion === false ? randomCases(5) : 1);
  expect(report.telling).toBeGreaterThan(hasManyCases ? randomCases(15) : 0);
}

type Row = Readonly<Record<string, unknown>>;

/** Returns the ids of the rows on all pages, and checks each page. */
async function walk(
  random: Random,
  { queries }: ListedDatabase,
  type: string,
  { filter }: RowCondition,
  { authorizer, actor, rows }: OracleQuery,
  sort: Sort,
): Promise<readonly unknown[]> {
  const orderBy = randomOrder(random, type);
  const take = random.of([1, 2, 3, 5, 7, 50]);
  const user = authorizer.as(typed('User', actor));
  const found: Row[] = [];
  let after: string | undefined;
  do {
    const before = queries.length;
    const page = await user.list('read', type, { take, after, orderBy });
    assert.equal(pagesOf(queries.slice(before)).length, filter.kind === 'never' ? 0 : 1);
    assert.ok(page.rows.length <= take);
    found.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  const before = queries.length;
  assert.equal(await user.count('read', type), found.length);
  assert.equal(pagesOf(queries.slice(before)).length, filter.kind === 'never' ? 0 : 1);
  const fields = Object.keys(columns[tableOf[type]!]).map(camel);
  const stored = new Map((rows as readonly Row[]).map((row) => [row['id'], row]));
  for (const row of found) {
    assert.equal(authorizer.policy.typesOf(row)[0], type);
    for (const field of fields) assert.equal(row[field], stored.get(row['id'])![field]);
  }
  const ids = found.map((row) => row['id']);
  assert.deepEqual(ids, await sort(type, found, orderBy));
  return ids;
}

function randomOrder(random: Random, type: string): OrderBy {
  const fields = Object.keys(columns[tableOf[type]!]).map(camel);
  const entries = Array.from({ length: random.below(3) }, () => {
    const direction = random.of(['asc', 'desc'] as const);
    const nulls = random.of(['first', 'last', undefined] as const);
    return [random.of(fields), nulls === undefined ? direction : { direction, nulls }];
  });
  return Object.fromEntries(entries) as OrderBy;
}

/** Sorts rows by a query in the own order of a database. */
const sortedBy =
  (database: Database): Sort =>
  async (type, rows, orderBy) => {
    const quoted = (name: string) => (database.dialect === 'mysql' ? `\`${name}\`` : `"${name}"`);
    const keys = keysOf(orderBy).map(({ field, direction, nulls }) => {
      const name = quoted(Object.keys(columns[tableOf[type]!]).find((column) => camel(column) === field)!);
      if (nulls === undefined) return `${name} ${direction}`;
      return `CASE WHEN ${name} IS NULL THEN 0 ELSE 1 END ${nulls === 'first' ? 'ASC' : 'DESC'}, ${name} ${direction}`;
    });
    const sorted = await database.query(`SELECT id FROM ${tableOf[type]!} ORDER BY ${keys.join(', ')}`, []);
    const ids = new Set(rows.map((row) => row['id']));
    return sorted.map(({ id }) => id).filter((id) => ids.has(id));
  };

/** Sorts rows as MongoDB does with its default collation, which compares texts by code point. */
const sortedHere: Sort = async (_, rows, orderBy) =>
  rows.toSorted(comparator(orderBy)).map((row) => row['id']);

/** Returns the keys of an order, with the ids in the direction of the last field. */
function keysOf(orderBy: OrderBy) {
  const keys = Object.entries(orderBy).map(([field, order]) => {
    const { direction = 'asc', nulls }: SortOrder = typeof order === 'string' ? { direction: order } : order;
    return { field, direction, nulls };
  });
  return [...keys, { field: 'id', direction: keys.at(-1)?.direction ?? 'asc', nulls: undefined }];
}

/** Compares rows by an order, with `NULL` before all values unless it has another place. */
function comparator(orderBy: OrderBy): (left: Row, right: Row) => number {
  const keys = keysOf(orderBy);
  return (left, right) => {
    for (const { field, direction, nulls } of keys) {
      const sign = direction === 'asc' ? 1 : -1;
      // A document of Mongoose can lack a field.
      const [a, b] = [left[field] ?? null, right[field] ?? null];
      if (a === b) continue;
      if (a === null || b === null) {
        const isFirst = nulls === undefined ? sign === 1 : nulls === 'first';
        return (a === null) === isFirst ? -1 : 1;
      }
      return sign * compare(a, b);
    }
    return 0;
  };
}

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right as string));
  return Number(left) - Number(right);
}
