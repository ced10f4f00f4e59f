import { Authorizer, isUndecided, typed } from '@nanook/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../../tools/test-scope.js';
import { Conditions } from '../../testing/conditions.fixture.js';
import { databases, type Database } from '../../testing/databases.fixture.js';
import {
  prismaConditions,
  prismaOn,
  type AnyClient,
  type TestPrisma,
} from '../../testing/prisma/client.fixture.js';
import {
  camel,
  columns,
  objectsOf,
  Random,
  randomTables,
  tableOf,
  texts,
  types,
  type Tables,
} from '../../testing/world.fixture.js';
import { isNanookOrmError, nanook } from '../index.js';

// The extended client must find in a database what the client finds in a copy of it without the rows that the actor may not see.

const seed = randomSeed(1);

type Row = Readonly<Record<string, unknown>>;
interface TestRelation {
  readonly name: string;
  readonly type: string;
  readonly isMany: boolean;
}
const to = (name: string, type: string, isMany = false): TestRelation => ({ name, type, isMany });
const relations: Readonly<Record<string, readonly TestRelation[]>> = {
  User: [to('documents', 'Document', true), to('folders', 'Folder', true), to('comments', 'Comment', true)],
  Folder: [to('owner', 'User'), to('parent', 'Folder'), to('documents', 'Document', true)],
  Document: [
    to('owner', 'User'),
    to('folder', 'Folder'),
    to('comments', 'Comment', true),
    to('tags', 'Tag', true),
  ],
  Comment: [to('document', 'Document'), to('author', 'User')],
  Tag: [to('documents', 'Document', true)],
};
const foreignKeys: readonly (readonly [table: keyof Tables, column: string, target: keyof Tables])[] = [
  ['folders', 'owner_id', 'users'],
  ['folders', 'parent_id', 'folders'],
  ['documents', 'owner_id', 'users'],
  ['documents', 'reviewer_id', 'users'],
  ['documents', 'folder_id', 'folders'],
  ['comments', 'document_id', 'documents'],
  ['comments', 'author_id', 'users'],
];

/** Returns the rows with keys that lead to a row or are `NULL`, because Prisma finds a row for a key that leads nowhere in some places. */
function withoutDangling(data: Tables): Tables {
  const ids = Object.fromEntries(
    Object.entries(data).map(([table, rows]) => [table, new Set(rows.map(({ id }: Row) => id))]),
  );
  const result: Record<string, readonly Row[]> = { ...data };
  for (const [table, column, target] of foreignKeys)
    result[table] = result[table]!.map((row) =>
      ids[target]!.has(row[column]) ? row : { ...row, [column]: null },
    );
  const isLinked = ({ document_id: document, tag_id: tag }: Row) =>
    ids['documents']!.has(document) && ids['tags']!.has(tag);
  result['document_tags'] = data.document_tags.filter(isLinked);
  return result as unknown as Tables;
}

/** Random arguments of queries. */
class Queries {
  constructor(readonly random: Random) {}

  where(type: string, depth: number): object {
    const { random } = this;
    const choice = random.below(depth > 0 ? 9 : 3);
    if (choice < 3) return this.comparison(type);
    if (choice === 3) return { AND: [this.where(type, depth - 1), this.where(type, depth - 1)] };
    if (choice === 4) return { OR: [this.where(type, depth - 1), this.where(type, depth - 1)] };
    if (choice === 5) return { NOT: this.where(type, depth - 1) };
    const { name, type: related, isMany } = random.of(relations[type]!);
    const inner = random.of([{}, this.where(related, depth - 1)]);
    if (isMany) return { [name]: { [random.of(['some', 'none', 'every'])]: inner } };
    return {
      [name]: random.of([null, { is: inner }, { isNot: inner }, { is: null }, { isNot: null }, inner]),
    };
  }

  comparison(type: string): object {
    const { random } = this;
    // A foreign key is a value of its row, also when it leads to a hidden row; the other database has NULL there.
    const own = Object.entries(columns[tableOf[type]!]).filter(([name]) => !name.endsWith('_id'));
    const column = random.of(own);
    const [name, kind] = [camel(column[0]), column[1]];
    const value = kind.startsWith('text')
      ? random.of(texts)
      : kind.startsWith('boolean')
        ? random.of([true, false])
        : random.below(6);
    if (kind.startsWith('boolean')) return { [name]: random.of([value, { not: value }]) };
    return { [name]: random.of<unknown>([value, { not: value }, { in: [value] }, { notIn: [value] }]) };
  }

  /** Loads the ids of related rows, and their numbers. */
  select(type: string, depth: number): object {
    const { random } = this;
    const selected: [string, unknown][] = [['id', true]];
    const many = relations[type]!.filter(({ isMany }) => isMany);
    if (many.length > 0 && random.below(2) === 0)
      selected.push([
        '_count',
        random.of<unknown>([
          true,
          {
            select: { [many[0]!.name]: random.of<unknown>([true, { where: this.where(many[0]!.type, 1) }]) },
          },
        ]),
      ]);
    if (depth > 0)
      for (const { name, type: related, isMany } of relations[type]!) {
        if (random.below(2) === 0) continue;
        const where = random.of([undefined, this.where(related, 1)]);
        const order = isMany ? { orderBy: { id: 'asc' as const } } : {};
        selected.push([name, { select: this.select(related, depth - 1), where, ...order }]);
      }
    return Object.fromEntries(selected);
  }
}

describe.each(databases)('nanook() for related rows on %s', (_name, open) => {
  let full: Database;
  let visible: Database;
  let client: AnyClient;
  let reduced: AnyClient;
  let schema: TestPrisma['schema'];
  beforeAll(async () => {
    full = await open({ binaryText: true });
    visible = await open({ binaryText: true, name: 'visible' });
    ({ client, schema } = await prismaOn(full));
    ({ client: reduced } = await prismaOn(visible));
  });
  afterAll(async () => {
    await full.close();
    await visible.close();
  });

  it(
    'finds, counts and loads what the client finds in a database without the hidden rows',
    async () => {
      let telling = 0;
      for (let round = 0; round < randomCases(6); round++) {
        const random = new Random(seed * 1000 + round);
        const data = withoutDangling(randomTables(seed * 1000 + round, 20));
        const conditions = new Conditions(random, prismaConditions(full.dialect));
        const rules = Object.keys(tableOf).map((type) => {
          const condition =
            type === 'User' || type === 'Tag' ? simple(random, type) : conditions.about('row', type, 1);
          return `allow(actor: User, "read", row: ${type}) if actor = actor and row = row and (${condition});`;
        });
        const policies = `${rules.join('\n')}\nreach(_, _); helper(_, _, _);`;
        const authorizer = await loaded(policies);
        if (authorizer === undefined) continue;
        const objects = objectsOf(data);
        const actor = objects['User']![0]!;
        const own = client.$extends(
          nanook({ authorizer, schema, actor: typed('User', actor), text: 'binary', nan: 'absent' }),
        );
        await full.fill(data);
        await visible.fill(withoutDangling(withoutHidden(authorizer, actor, data)));
        const queries = new Queries(random);
        for (let i = 0; i < 40; i++) {
          const type = random.of(['Document', 'Document', 'Comment', 'Folder', 'User', 'Tag']);
          const where = queries.where(type, 2);
          const args = { where, select: queries.select(type, 2), orderBy: { id: 'asc' } };
          const [found, expected] = await Promise.all(
            [own, reduced].map((each) => each[type.toLowerCase()].findMany(args)),
          );
          expect(found, `${policies}\n${type} ${JSON.stringify(args)}`).toEqual(expected);
          expect(await own[type.toLowerCase()].count({ where })).toBe(expected.length);
          if (expected.length > 0) telling++;
        }
      }
      expect(telling).toBeGreaterThan(randomCases(50));
    },
    randomTimeout(120_000),
  );
});

const simple = (random: Random, type: string): string =>
  type === 'User'
    ? random.of(['row.level < 3', 'row.active', 'row.role != "admin"', 'row.id < 4', 'row.id > 0'])
    : random.of(['row.weight < 3', 'row.name != "a"', 'row.id < 4', 'row.weight != 1']);

async function loaded(policies: string): Promise<Authorizer | undefined> {
  try {
    const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
    for (const type of Object.keys(tableOf))
      await authorizer.where(typed('User', { id: 0, level: 1 }), 'read', type);
    return authorizer;
  } catch (error) {
    if (isNanookOrmError(error)) throw error;
    return undefined;
  }
}

function withoutHidden(authorizer: Authorizer, actor: object, data: Tables): Tables {
  const objects = objectsOf(data);
  const isSeen = (type: string, row: object): boolean => {
    try {
      return authorizer.canSync(typed('User', actor), 'read', typed(type, row));
    } catch (error) {
      if (isUndecided(error)) return false;
      throw error;
    }
  };
  const kept = Object.entries(tableOf).map(([type, table]) => [
    table,
    data[table].filter((_, i) => isSeen(type, objects[type]![i]!)),
  ]);
  return { ...data, ...Object.fromEntries(kept) } as Tables;
}
