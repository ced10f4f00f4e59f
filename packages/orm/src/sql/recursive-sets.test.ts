import { DatabaseSync } from 'node:sqlite';
import { Authorizer, isPolarError, isUndecided, many, one, typed, type TypesInput } from '@nanook/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { sql } from './index.js';

// Rules that call themselves for the parent of a folder, or for each folder in it, about folders that can contain each other. A check and a list
// must not differ, also below a negation.

const types: TypesInput = {
  User: { key: 'id', fields: { id: 'Integer' } },
  Folder: {
    key: 'id',
    fields: { id: 'Integer', isOpen: 'Boolean', size: 'Integer?', parentId: 'Integer?' },
    relations: {
      parent: one('Folder', { local: 'parentId', foreign: 'id' }),
      children: many('Folder', { local: 'id', foreign: 'parentId' }),
    },
  },
};

const condition = fc.constantFrom('f.isOpen', 'f.size < 3', 'f.size = 2', 'not f.isOpen', 'not f.size < 3');
const call = (name: string) =>
  fc.constantFrom(
    `${name}(a, f.parent)`,
    `g in f.children and ${name}(a, g)`,
    `f.parent != nil and ${name}(a, f.parent)`,
    `${name}(a, f)`,
  );
const rulesOf = (name: string) =>
  fc
    .array(fc.tuple(fc.option(condition), call(name), fc.option(condition)), { minLength: 1, maxLength: 2 })
    .chain((recursive) =>
      fc
        .array(condition, { minLength: 1, maxLength: 2 })
        .map((plain) =>
          [...recursive.map((parts) => parts.filter((part) => part !== null).join(' and ')), ...plain].map(
            (body) => `${name}(a, f: Folder) if a = a and ${body};`,
          ),
        ),
    );
const policies = fc
  .tuple(
    rulesOf('near'),
    rulesOf('far'),
    fc.constantFrom(
      'near(a, f)',
      'not near(a, f)',
      'not (near(a, f) and f.isOpen)',
      'near(a, f) and not far(a, f)',
      'not near(a, f) or far(a, f.parent)',
    ),
  )
  .map(([near, far, body]) =>
    [...near, ...far, `allow(a: User, "read", f: Folder) if a = a and ${body};`].join('\n'),
  );

interface Row {
  readonly id: number;
  readonly isOpen: boolean;
  readonly size: number | null;
  readonly parentId: number | null;
}
const rows: fc.Arbitrary<readonly Row[]> = fc
  .array(
    fc.record({
      isOpen: fc.boolean(),
      size: fc.constantFrom(null, 1, 2, 5),
      parentId: fc.option(fc.nat(5), { freq: 4 }),
    }),
    { minLength: 6, maxLength: 6 },
  )
  .map((all) => all.map((row, id) => ({ ...row, id })));

/** Returns the rows as objects with their relations. */
function objectsOf(all: readonly Row[]): object[] {
  const objects = all.map((row) => ({ ...row, parent: null as object | null, children: [] as object[] }));
  for (const each of objects) {
    each.parent = each.parentId === null ? null : objects[each.parentId]!;
    each.children = objects.filter(({ parentId }) => parentId === each.id);
  }
  return objects;
}

it(
  'lists have exactly the rows that checks allow, for recursive rules about rows that lead to themselves',
  async () => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE folders (id INTEGER, isOpen INTEGER, size INTEGER, parentId INTEGER)');
    let compared = 0;
    let telling = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(policies, rows, async (text, all) => {
        database.exec('DELETE FROM folders');
        const insert = database.prepare('INSERT INTO folders VALUES (?, ?, ?, ?)');
        for (const { id, isOpen, size, parentId } of all) insert.run(id, Number(isOpen), size, parentId);
        const authorizer = await Authorizer.load({ policies: text, types, onWarning: () => {} });
        const actor = typed('User', { id: 1 });
        const found = await authorizer.where(actor, 'read', 'Folder').catch((error: unknown) => {
          if (isPolarError(error) && error.code === 'POLAR_FILTER_UNTRANSLATABLE') return undefined;
          throw error;
        });
        if (found === undefined) {
          refused++;
          return;
        }
        const { text: where, values } = sql({
          dialect: 'sqlite',
          tables: { Folder: 'folders', User: 'users' },
        })(found);
        const listed = database
          .prepare(`SELECT id FROM folders WHERE ${where} ORDER BY id`)
          .all(...(values as never[]));
        const allowed = objectsOf(all).filter((folder) => {
          try {
            return authorizer.canSync(actor, 'read', typed('Folder', folder));
          } catch (error) {
            if (isUndecided(error)) return false;
            throw error;
          }
        });
        expect(listed.map(({ id }) => id)).toEqual(allowed.map((folder) => (folder as Row).id));
        compared++;
        if (allowed.length > 0 && allowed.length < all.length) telling++;
      }),
      { numRuns: randomCases(600) },
    );
    expect(compared).toBeGreaterThan(hasManyCases ? 3 * refused : 0);
    expect(telling).toBeGreaterThan(hasManyCases ? compared / 10 : 0);
  },
  randomTimeout(120_000),
);

it('a list leaves out a row for which a condition after a call of the same rule is undecided', async () => {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE folders (id INTEGER, isOpen INTEGER, size INTEGER, parentId INTEGER)');
  database.exec('INSERT INTO folders VALUES (1, 0, NULL, NULL), (2, 0, 2, NULL), (3, 1, 2, NULL)');
  for (const rules of [
    'near(a, f: Folder) if a = a and near(a, f) and f.size < 3;',
    'near(a, f: Folder) if far(a, f) and f.size < 3; far(a, f: Folder) if a = a and near(a, f);',
  ]) {
    const authorizer = await Authorizer.load({
      policies: `${rules}
        near(a, f: Folder) if a = a and not f.isOpen;
        allow(a: User, "read", f: Folder) if not (near(a, f) and f.isOpen);`,
      types,
      onWarning: () => {},
    });
    const actor = typed('User', { id: 1 });
    const folder = (id: number, isOpen: boolean, size: number | null) =>
      typed('Folder', { id, isOpen, size, parentId: null, parent: null, children: [] });
    expect(() => authorizer.canSync(actor, 'read', folder(1, false, null))).toThrow(
      expect.objectContaining({ code: 'POLAR_UNDECIDED_ORDER' }) as Error,
    );
    expect(authorizer.canSync(actor, 'read', folder(2, false, 2))).toBe(true);
    const print = sql({ dialect: 'sqlite', tables: { Folder: 'folders', User: 'users' } });
    const { text, values } = print(await authorizer.where(actor, 'read', 'Folder'));
    const found = database.prepare(`SELECT id FROM folders WHERE ${text} ORDER BY id`);
    expect(found.all(...(values as never[])).map(({ id }) => id)).toEqual([2, 3]);
  }
});

interface Place {
  readonly id: number;
  readonly parentId: number;
  parent?: object;
}

describe('rows that were loaded with the actor and lead to themselves', () => {
  const own: TypesInput = {
    ...types,
    User: {
      key: 'id',
      fields: { id: 'Integer', homeId: 'Integer' },
      relations: { home: one('Folder', { local: 'homeId', foreign: 'id' }) },
    },
  };
  const policies = `
    allow(u: User, "known", f: Folder) if f.isOpen and leads(u.home);
    leads(f: Folder) if f.size = 2;
    leads(f: Folder) if leads(f.parent);

    allow(u: User, "both", f: Folder) if both(u.home, f);
    both(a: Folder, b: Folder) if a = b;
    both(a: Folder, b: Folder) if both(a.parent, b.parent);

    allow(u: User, "each", f: Folder) if each(u.home, f);
    each(a: Folder, b: Folder) if a = b;
    each(a: Folder, b: Folder) if each(a.parent, b);
    each(a: Folder, b: Folder) if each(a, b.parent);
  `;
  const stored = [
    { id: 1, parentId: 1, size: 2 },
    { id: 2, parentId: 3, size: 1 },
    { id: 3, parentId: 2, size: 2 },
    { id: 4, parentId: 2, size: 1 },
    { id: 5, parentId: 4, size: 1 },
  ];

  it.each([
    ['known', 1, [1, 2, 3, 4, 5]],
    ['known', 2, [1, 2, 3, 4, 5]],
    ['both', 1, [1]],
    ['both', 2, [2, 5]],
    ['each', 1, [1]],
  ])('list the same rows as the checks allow: %s from folder %i', async (action, home, expected) => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE folders (id INTEGER, isOpen INTEGER, size INTEGER, parentId INTEGER)');
    for (const { id, parentId, size } of stored)
      database.prepare('INSERT INTO folders VALUES (?, 1, ?, ?)').run(id, size, parentId);
    const folders = stored.map((row): Place => typed('Folder', { ...row, isOpen: true }));
    for (const each of folders) each.parent = folders.find(({ id }) => id === each.parentId)!;
    const actor = typed('User', { id: 1, homeId: home, home: folders[home - 1] });
    const authorizer = await Authorizer.load({ policies, types: own, onWarning: () => {} });
    const { text, values } = sql({ dialect: 'sqlite', tables: { Folder: 'folders', User: 'users' } })(
      await authorizer.where(actor, action, 'Folder'),
    );
    const listed = database
      .prepare(`SELECT id FROM folders WHERE ${text} ORDER BY id`)
      .all(...(values as never[]));
    expect(listed.map(({ id }) => id)).toEqual(expected);
    expect(folders.filter((folder) => authorizer.canSync(actor, action, folder)).map(({ id }) => id)).toEqual(
      expected,
    );
  });

  it('refuse a rule that changes such a row and a listed row in turn', async () => {
    const [, first, second] = stored.map((row): Place => typed('Folder', { ...row, isOpen: true }));
    first!.parent = second!;
    second!.parent = first!;
    const actor = typed('User', { id: 1, homeId: 2, home: first });
    const authorizer = await Authorizer.load({ policies, types: own, onWarning: () => {} });
    const condition = await authorizer.where(actor, 'each', 'Folder').catch((error: unknown) => error);
    expect(isPolarError(condition) && condition.code).toBe('POLAR_FILTER_UNTRANSLATABLE');
  });
});
