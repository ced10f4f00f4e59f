import assert from 'node:assert/strict';
import { Authorizer, isPolicyError, typed, type ResourceAdapter } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { mongooseResources } from '../mongoose/index.js';
import { adapters } from './adapters.fixture.js';
import { Conditions } from './conditions.fixture.js';
import { databases, type Database } from './databases.fixture.js';
import { isInexpressible, undecidedIsDenied } from './describe-field-oracle.fixture.js';
import { mongooseOnEmulator } from './mongoose.fixture.js';
import type { World } from './oracle.fixture.js';
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

type Row = Readonly<Record<string, unknown>>;

const paths: Readonly<Record<string, readonly string[]>> = {
  Document: [
    'owner',
    'folder',
    'folder.parent',
    'folder.owner',
    'comments',
    'comments.author',
    'tags',
    'folder.documents.tags',
  ],
  Folder: ['parent', 'parent.parent', 'documents', 'documents.comments', 'documents.folder'],
  Comment: ['document', 'author', 'document.comments', 'document.folder.documents'],
};

/** The counts of related rows that the lists showed and hid, so that a test cannot pass on empty lists. */
interface Report {
  shown: number;
  hidden: number;
  refused: number;
}

const kinds = ['User', 'Folder', 'Document', 'Comment', 'Tag'] as const;

const relationsOf = (type: string) =>
  (types[type] as { readonly relations?: Readonly<Record<string, { readonly type: string }>> }).relations ??
  {};

function randomPolicy(random: Random): string {
  const rules = kinds.map((type) => {
    const own = new Conditions(random, { recursion: false }).about('row', type, random.below(2));
    const condition = random.below(2) === 0 ? own : `(${own}) or row.id in [1, 2, 4, 5, 7, 9]`;
    const fields = JSON.stringify(
      [...Object.keys(columns[tableOf[type]!]).map(camel), ...Object.keys(relationsOf(type))].filter(
        () => random.below(4) > 0,
      ),
    );
    const part = new Conditions(random, { recursion: false }).about('row', type, 1);
    return `
      allow(actor: User, "read", row: ${type}) if actor = actor and row = row and (${condition});
      ${type === 'Tag' ? '' : `allow_field(_: User, "see", _: ${type}, "id");`}
      allow_field(_: User, "see", _: ${type}, field) if field in ${fields};
      allow_field(actor: User, "see", row: ${type}, _) if actor = actor and row = row and (${part});`;
  });
  return `${rules.join('')}
    helper(actor: User, _, row) if row.id = 3 or actor.level = row.id;
    helper(_, text: String, document: Document) if document.title = text;
    helper(_, "admin", comment: Comment) if comment.author.active;`;
}

/** The relations to include, by their names. */
interface Tree {
  readonly [relation: string]: Tree;
}

function treeOf(included: readonly string[]): Tree {
  const root: Record<string, Tree> = {};
  for (const path of included) {
    let tree = root;
    for (const name of path.split('.')) tree = (tree[name] ??= {}) as Record<string, Tree>;
  }
  return root;
}

/** Returns the rows of objects that a list must show: those that the actor may read, with their fields and related rows. */
async function expectedRows(
  authorizer: Authorizer,
  actor: object,
  {
    type,
    objects,
    tree,
    fields,
  }: { type: string; objects: readonly Row[]; tree: Tree; fields: string | undefined },
  report: Report,
): Promise<Row[]> {
  const shown: Row[] = [];
  for (const object of objects.toSorted((a, b) => Number(a['id']) - Number(b['id']))) {
    const row = typed(type, object);
    if (!(await authorizer.can(actor, 'read', row).catch(undecidedIsDenied))) continue;
    const own = Object.keys(columns[tableOf[type]!]).map(camel);
    const all = [...own, ...Object.keys(tree)];
    const visible =
      fields === undefined ? new Set(all) : await authorizer.filterFields(actor, fields, row, all);
    const copy: Record<string, unknown> = {};
    for (const field of own) if (visible.has(field)) copy[field] = object[field] ?? null;
    for (const [name, inner] of Object.entries(tree)) {
      if (!visible.has(name)) continue;
      const related = object[name] as Row | readonly Row[] | null;
      const list = related === null ? [] : [related].flat();
      const target = { type: relationsOf(type)[name]!.type, objects: list, tree: inner, fields };
      const rows = await expectedRows(authorizer, actor, target, report);
      report.shown += rows.length;
      report.hidden += list.length - rows.length;
      copy[name] = Array.isArray(related) ? rows : (rows[0] ?? null);
    }
    shown.push(copy);
  }
  return shown;
}

/** Returns a row without the fields that only documents of Mongoose have. */
const withoutOwn = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([field]) => !['_id', '__v', 'tagIds'].includes(field))
      .map(([field, value]) => [field, Array.isArray(value) ? value.map(withoutOwn) : related(value)]),
  );

const related = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? withoutOwn(value as Row) : value;

/** Lists random rows of random policies with related rows, and compares them with the objects that `can` allows in memory. */
async function expectExactRows(
  resources: ResourceAdapter,
  fill: (data: Tables) => Promise<void>,
  world: World,
): Promise<Report> {
  const report: Report = { shown: 0, hidden: 0, refused: 0 };
  const random = new Random(randomSeed(7));
  let objects: ReturnType<typeof objectsOf> = {};
  for (let i = 0; i < randomCases(16); i++) {
    if (i % 8 === 0) {
      const data = randomTables(i + 1, 12);
      await fill(data);
      objects = world.objectsOf(data);
    }
    const actor = typed('User', random.of(objects['User']!));
    const policies = randomPolicy(random);
    const type = random.of(Object.keys(paths));
    const include = [random.of(paths[type]!), ...paths[type]!.filter(() => random.below(4) === 0)];
    const fields = random.of([undefined, 'see']);
    const take = random.of([4, 50]);
    try {
      const authorizer = await Authorizer.load({
        policies,
        types: world.types,
        resources,
        limits: { maxSteps: 1_000_000 },
        onWarning: () => {},
      });
      const wanted = { type, objects: objects[type]!, tree: treeOf(include), fields };
      const expected = await expectedRows(authorizer, actor, wanted, report);
      const found: Row[] = [];
      let after: string | undefined;
      do {
        const page = await authorizer.list(actor, 'read', type, { include, fields, take, after });
        found.push(...page.rows.map(withoutOwn));
        after = page.next;
      } while (after !== undefined);
      assert.deepEqual(found, expected);
      if (expected.length === 0) continue;
      const one = random.of(expected);
      const row = await authorizer.one(actor, 'read', type, one['id'] as number, { include, fields });
      assert.deepEqual(withoutOwn(row), one);
    } catch (error) {
      if (!isPolicyError(error) && !isInexpressible(error))
        throw new Error(`${JSON.stringify({ type, include, fields })}\n${policies}`, { cause: error });
      report.refused++;
    }
  }
  return report;
}

function expectVaried({ shown, hidden, refused }: Report): void {
  const least = hasManyCases ? 10 : -1;
  expect(shown).toBeGreaterThan(least);
  expect(hidden).toBeGreaterThan(least);
  expect(refused).toBeLessThan(randomCases(16));
}

describe.each(databases)('list() with the option `include`, on %s,', (_name, open) => {
  describe.each(adapters)('with %s', (name, create) => {
    let database: Database;
    let resources: ResourceAdapter;
    beforeAll(async () => {
      database = await open({
        name: `include_${name.slice(0, 4).toLowerCase()}_`,
        binaryText: name.startsWith('prisma'),
      });
      resources = await create(database);
    });
    afterAll(() => database.close());

    it(
      'shows exactly the related rows that the actor may read, with the fields that it may see',
      async () =>
        expectVaried(await expectExactRows(resources, (data) => database.fill(data), { types, objectsOf })),
      randomTimeout(120_000),
    );
  });
});

it(
  'list() with the option `include` shows exactly the related documents that the actor may read, on an emulated MongoDB',
  async () => {
    const { base, database } = mongooseOnEmulator();
    const world = database.world ?? { types, objectsOf };
    expectVaried(await expectExactRows(mongooseResources(base), async (data) => database.fill(data), world));
  },
  randomTimeout(120_000),
);
