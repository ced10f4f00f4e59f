import assert from 'node:assert/strict';
import { Authorizer, isPolarError, isPolicyError, isUndecided, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { isNanookOrmError } from '../errors/nanook-orm-error.js';
import { Conditions } from './conditions.fixture.js';
import { databases, type Database, type DatabaseOptions } from './databases.fixture.js';
import type { ListedDatabase } from './describe-list-oracle.fixture.js';
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
 * `allowedFields` returns for each row in memory.
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
    }, 60_000);
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

/** Lists the rows of random policies with their fields, and compares them with `allowedFields`. */
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
  expect(report.refused).toBeLessThan(randomCases(30));
  expect(report.partial).toBeGreaterThan(randomCases(60));
  expect(report.narrowed).toBeGreaterThan(randomCases(10));
}

const isInexpressible = (error: unknown): boolean =>
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
    const shown = await authorizer.allowedFields(user.actor, 'read', typed(type, row), fields);
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
    if (oneQuery) assert.ok(queries.length - before <= 1);
    found.push(...page.rows.map((row) => Object.fromEntries(Object.entries(row).toSorted(byName))));
    after = page.next;
  } while (after !== undefined);
  assert.deepEqual(found, expected);

  const field = random.of(fields);
  const value = valueOf(random.of(rows), field);
  const narrowed = expected.filter((row) => Object.hasOwn(row, field) && row[field] === value).length;
  try {
    assert.equal(await user.count('read', type, { where: { [field]: value }, fields: 'read' }), narrowed);
    if (narrowed < rows.filter((row) => valueOf(row, field) === value).length) report.narrowed++;
  } catch (error) {
    if (!isPolarError(error) || error.code !== 'POLAR_LIST_FIELD') throw error;
    assert.equal(narrowed, 0);
  }
}

/** Returns a value of a row. A document of Mongoose can lack a field. */
const valueOf = (row: Row, field: string) => (row[field] ?? null) as string | number | boolean | null;

const byName = ([left]: [string, unknown], [right]: [string, unknown]): number => (left < right ? -1 : 1);

function undecidedIsDenied(error: unknown): false {
  if (isUndecided(error)) return false;
  throw error;
}
