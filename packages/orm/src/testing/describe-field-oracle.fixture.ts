import assert from 'node:assert/strict';
import {
  Authorizer,
  isNotFoundError,
  isPolarError,
  isPolicyError,
  isUndecided,
  typed,
  type AnySearch,
  type FieldSearch,
} from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { isNanookOrmError } from '../errors/nanook-orm-error.js';
import { Conditions } from './conditions.fixture.js';
import { databases, type Database, type DatabaseOptions } from './databases.fixture.js';
import { pagesOf, type ListedDatabase } from './describe-list-oracle.fixture.js';
import type { FilteredDatabase, OracleOptions } from './oracle.fixture.js';
import {
  camel,
  columns,
  objectsOf,
  Random,
  randomTables,
  tableOf,
  types,
  type Tables,
} from './world.fixture.js';

export interface FieldOracleOptions extends Pick<OracleOptions, 'recursion'>, DatabaseOptions {
  /** Whether one query returns a page. Otherwise each condition of fields needs one more. */
  readonly oneQuery?: boolean;
}

/**
 * Declares the tests that list the fields of rows by random rules `allow_field` on each database, and compare them with those that
 * `filterFields` returns for each row in memory.
 */
export function describeFieldOracle(
  adapter: string,
  connect: (database: Database) => ListedDatabase | Promise<ListedDatabase>,
  { recursion = true, oneQuery = true, ...open }: FieldOracleOptions = {},
): void {
  describe.each(databases)(`${adapter} on %s`, (_name, openDatabase) => {
    let database: Database;
    let listed: ListedDatabase;
    beforeAll(async () => {
      database = await openDatabase(open);
      listed = await connect(database);
    });
    afterAll(() => database.close());

    it(
      'lists rows with exactly the fields for which allow_field holds, and narrows them by no other field',
      () => expectExactFields(listed, { fill: (data) => database.fill(data) }, { recursion, oneQuery }),
      randomTimeout(120_000),
    );
  });
}

interface Report {
  /** Rows with some fields, but not all. */
  partial: number;
  /** Searches by a field that some rows hide. */
  narrowed: number;
  refused: number;
}

type Row = Readonly<Record<string, unknown>>;

/** Lists the rows of random policies with their fields, and compares them with `filterFields`. */
export async function expectExactFields(
  listed: ListedDatabase,
  database: Pick<FilteredDatabase, 'fill' | 'world'>,
  { recursion, oneQuery }: { readonly recursion: boolean; readonly oneQuery: boolean },
): Promise<void> {
  const report: Report = { partial: 0, narrowed: 0, refused: 0 };
  const world = database.world ?? { types, objectsOf };
  const random = new Random(randomSeed(5));
  let objects: ReturnType<typeof objectsOf> = {};
  let data: Tables | undefined;
  for (let i = 0; i < randomCases(60); i++) {
    if (i % 20 === 0) {
      data = randomTables(i + 1);
      await database.fill(data);
      objects = world.objectsOf(data);
    }
    const type = random.of(['Document', 'Document', 'Comment', 'Folder']);
    const fields = Object.keys(columns[tableOf[type]!]).map(camel);
    const actor = random.of(objects['User']!);
    const policies = randomPolicy(random, type, fields, recursion);
    try {
      const authorizer = await Authorizer.load({
        policies,
        types: world.types,
        resources: listed.resources,
        limits: { maxSteps: 100_000 },
        onWarning: () => {},
      });
      await compareFields(
        listed,
        authorizer,
        { type, fields, actor, rows: objects[type]!, random, oneQuery },
        report,
      );
    } catch (error) {
      if (!isPolicyError(error) && !isInexpressible(error)) throw new Error(policies, { cause: error });
      report.refused++;
    }
  }
  expect(report.refused).toBeLessThan(randomCases(60));
  expect(report.partial).toBeGreaterThan(hasManyCases ? randomCases(60) : 0);
  expect(report.narrowed).toBeGreaterThan(hasManyCases ? randomCases(20) : -1);
}

export const isInexpressible = (error: unknown): boolean =>
  (isPolarError(error) && error.code === 'POLAR_FILTER_UNTRANSLATABLE') ||
  (isNanookOrmError(error) && error.code.endsWith('_INEXPRESSIBLE'));

function randomPolicy(random: Random, type: string, fields: readonly string[], recursion: boolean): string {
  const condition = () => new Conditions(random, { recursion: false }).about('row', type, random.below(3));
  const some = () => JSON.stringify(fields.filter(() => random.below(3) === 0).concat('id'));
  const rule = (of: string) =>
    `allow_field(actor: User, "read", row: ${type}, field) if actor = actor and row = row and field in ${some()} and ${of};\n`;
  const own = new Conditions(random, { recursion }).about('row', type, random.below(3));
  return (
    `allow(actor: User, "read", row: ${type}) if actor = actor and row = row and (${own});\n` +
    `allow_field(_: User, "read", _: ${type}, "id");\n` +
    rule(`(${condition()})`) +
    rule(`(${condition()})`) +
    rule(random.of(['allow(actor, "read", row)', `not (${condition()})`, `(${condition()})`])) +
    `helper(actor: User, _, row) if row.id = 3 or actor.level = row.id;
     helper(_, text: String, document: Document) if document.title = text;
     helper(_, "admin", comment: Comment) if comment.author.active;
     reach(actor, folder: Folder) if folder.owner = actor;
     reach(actor, folder: Folder) if reach(actor, folder.parent);`
  );
}

interface Case {
  readonly type: string;
  readonly fields: readonly string[];
  readonly actor: object;
  readonly rows: readonly Row[];
  readonly random: Random;
  readonly oneQuery: boolean;
}

async function compareFields(
  { queries }: ListedDatabase,
  authorizer: Authorizer,
  { type, fields, actor, rows, random, oneQuery }: Case,
  report: Report,
): Promise<void> {
  const user = authorizer.as(typed('User', actor));
  const expected: Row[] = [];
  for (const row of rows) {
    const isListed = await user.can('read', typed(type, row)).catch(undecidedIsDenied);
    if (!isListed) continue;
    const shown = await authorizer.filterFields(user.actor, 'read', typed(type, row), fields);
    expected.push(Object.fromEntries([...shown].toSorted().map((field) => [field, row[field] ?? null])));
    if (shown.size < fields.length) report.partial++;
  }
  expected.sort((left, right) => (left['id'] as number) - (right['id'] as number));
  const take = random.of([3, 7, 50]);
  const found: Row[] = [];
  let after: string | undefined;
  do {
    const before = queries.length;
    const page = await user.list('read', type, { take, after, fields: 'read' });
    if (oneQuery) assert.ok(pagesOf(queries.slice(before)).length <= 1);
    found.push(...page.rows.map((row) => Object.fromEntries(Object.entries(row).toSorted(byName))));
    after = page.next;
  } while (after !== undefined);
  assert.deepEqual(found, expected);
  const one = random.of(rows)['id'] as number;
  const allowed = expected.find(({ id }) => id === one);
  const row = await user.one('read', type, one, { fields: 'read' }).catch(notFoundIsUndefined);
  assert.deepEqual(row && Object.fromEntries(Object.entries(row).toSorted(byName)), allowed);

  for (let i = 0; i < 4; i++) {
    const search = randomSearch(random, fields, rows, 2);
    const narrowed = expected.filter((row) => holds(row, search, true));
    try {
      const options = { where: search, fields: 'read' };
      // oxlint-disable-next-line no-await-in-loop -- the queries of one test run one after the other
      assert.equal(await user.count('read', type, options), narrowed.length, JSON.stringify(search));
      const [skip, size] = [random.below(3), random.of([1, 2, 5])];
      // oxlint-disable-next-line no-await-in-loop -- see above
      const page = await user.list('read', type, { ...options, skip, take: size });
      const ids = narrowed.slice(skip, skip + size).map((row) => row['id']);
      assert.deepEqual(
        page.rows.map((row) => row['id']),
        ids,
      );
      if (narrowed.length > 0 && narrowed.length < expected.length) report.narrowed++;
    } catch (error) {
      if (isInexpressible(error)) report.refused++;
      else if (isPolarError(error) && error.code === 'POLAR_LIST_FIELD')
        assert.ok(usesHiddenField(search, expected));
      else throw error;
    }
  }
}

type Value = string | number | boolean | null;

/** Returns a random option `where`. Its values are those of the rows. */
function randomSearch(
  random: Random,
  fields: readonly string[],
  rows: readonly Row[],
  depth: number,
): AnySearch {
  const part = () => randomSearch(random, fields, rows, depth - 1);
  switch (depth === 0 ? 9 : random.below(8)) {
    case 0:
      return { and: [part(), part()] };
    case 1:
      return { or: [part(), part()] };
    case 2:
      return { not: part() };
    case 3:
      return { ...part(), ...part() };
    default: {
      const field = random.of(fields);
      const value = () => valueOf(random.of(rows), field);
      return { [field]: randomTest(random, value) };
    }
  }
}

function randomTest(random: Random, value: () => Value): FieldSearch {
  const one = value();
  switch (random.below(6)) {
    case 0:
      return [one, value()];
    case 1:
      return { not: one };
    case 2:
      return { in: [one, value()], not: value() };
    case 3:
    case 4: {
      if (typeof one === 'number') return { [random.of(['gt', 'gte', 'lt', 'lte'])]: one };
      if (typeof one === 'string')
        return { contains: random.of([[...one].slice(1).join(''), [...one].slice(0, 1).join(''), 'a', 'ß']) };
      return one;
    }
    default:
      return one;
  }
}

/** Returns whether a row satisfies a search, or its negation. A hidden field is absent from the row. */
function holds(row: Row, search: AnySearch, wanted: boolean): boolean {
  const parts = Object.entries(search).map(([name, value]): boolean => {
    const each = (list: readonly AnySearch[], all: boolean) =>
      list[all ? 'every' : 'some']((part) => holds(row, part, wanted));
    if (name === 'and') return each(value as readonly AnySearch[], wanted);
    if (name === 'or') return each(value as readonly AnySearch[], !wanted);
    if (name === 'not') return holds(row, value as AnySearch, !wanted);
    return Object.hasOwn(row, name) && satisfies(row[name] as Value, value as FieldSearch) === wanted;
  });
  return wanted ? parts.every(Boolean) : parts.some(Boolean);
}

/** Returns the result of a test, from its first part to its last; `undefined` where it is undecided. */
function satisfies(value: Value, test: FieldSearch): boolean | undefined {
  if (Array.isArray(test)) return test.includes(value);
  if (typeof test !== 'object' || test === null) return value === test;
  for (const [operator, operand] of Object.entries(test) as [string, FieldSearch][]) {
    const result = apply(operator, value, operand);
    if (result !== true) return result;
  }
  return true;
}

function apply(operator: string, value: Value, operand: FieldSearch): boolean | undefined {
  if (operator === 'in') return satisfies(value, operand);
  if (operator === 'not') {
    const result = satisfies(value, operand);
    return result === undefined ? undefined : !result;
  }
  if (value === null) return undefined;
  if (operator === 'contains') return (value as string).includes(operand as string);
  const [left, right] = [value as number, operand as number];
  switch (operator) {
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    default:
      return left <= right;
  }
}

/** Returns whether a search uses a field that no row shows. */
const usesHiddenField = (search: AnySearch, rows: readonly Row[]): boolean =>
  Object.entries(search).some(([name, value]) => {
    if (name === 'not') return usesHiddenField(value as AnySearch, rows);
    if (name === 'and' || name === 'or')
      return (value as readonly AnySearch[]).some((part) => usesHiddenField(part, rows));
    return rows.every((row) => !Object.hasOwn(row, name));
  });

/** Returns a value of a row. A document of Mongoose can lack a field. */
const valueOf = (row: Row, field: string) => (row[field] ?? null) as string | number | boolean | null;

const byName = ([left]: [string, unknown], [right]: [string, unknown]): number => (left < right ? -1 : 1);

function notFoundIsUndefined(error: unknown): undefined {
  if (!isNotFoundError(error)) throw error;
}

export function undecidedIsDenied(error: unknown): false {
  if (isUndecided(error)) return false;
  throw error;
}
