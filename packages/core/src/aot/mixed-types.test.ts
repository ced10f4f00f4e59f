import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { EngineUnderTest, type EngineAnswer } from '../engine/fixtures/engines.fixture.js';
import { optional, type TypesInput } from '../types/type-declaration.js';
import { typed } from '../types/typed.js';

/** An instance of it is also recognized by discriminators. */
class Team {
  declare readonly ownerId?: number;
}

/** Folders and drives have a discriminator each, a predicate recognizes shared rows, and rows of a shelf have only a tag. */
const types: TypesInput = {
  User: { fields: { id: 'Integer' } },
  Team,
  Folder: {
    discriminator: { kind: 'folder' },
    fields: { ownerId: 'Integer', parent: 'Drive?', name: optional('String') },
  },
  Bin: { discriminator: { kind: 'bin' } },
  Drive: { discriminator: { storage: 'drive' }, fields: { ownerId: 'Integer', locked: 'Boolean' } },
  Mount: { discriminator: { mounted: true } },
  Shelf: {},
};
const predicate: TypesInput = {
  Shared: { is: (value: unknown) => (value as { isShared?: boolean } | null)?.isShared === true },
};

const roles = (type: string, ...parents: readonly string[]): string => `
  resource ${type} {
    permissions = ["read", "write"];
    roles = ["viewer", "editor"];
    ${parents.length > 0 ? `relations = { ${parents.map((parent, i) => `parent${i}: ${parent}`).join(', ')} };` : ''}
    "read" if "viewer";
    "write" if "editor";
    "viewer" if "editor";
    ${parents.map((_, i) => `"viewer" if "viewer" on "parent${i}"; "editor" if "editor" on "parent${i}";`).join(' ')}
  }
  ${parents.map((parent, i) => `has_relation(parent: ${parent}, "parent${i}", row: ${type}) if parent = row.parent;`).join('\n')}
`;

const policy = `
  actor User {}
  ${roles('Folder', 'Drive', 'Folder')}
  ${roles('Drive')}
  ${roles('Mount', 'Drive')}
  ${roles('Shelf', 'Folder', 'Mount')}
  ${roles('Team', 'Shelf')}
  allow(user, action, resource) if has_permission(user, action, resource);
  allow(user: User, "list", row: Shelf) if not has_role(user, "editor", row);
  allow(_: User, "list", row: Mount) if not row.parent matches Folder;
  allow(user: User, "empty", row: Bin) if has_role(user, "editor", row) or row.size < 3;
  allow(_, "empty", row: Folder{name: "old"}) if row.name = "old";
  has_role(user: User, "editor", row: Folder) if row.ownerId = user.id;
  has_role(user: User, "editor", row: Drive) if row.ownerId = user.id and not row.locked;
  has_role(user: User, "viewer", row: Shelf) if row.ownerId = user.id;
  has_role(user: User, "editor", row: Mount) if user.id in row.members;
`;
const sharedPolicy = `
  ${policy}
  ${roles('Shared', 'Folder')}
  has_role(_: User, "viewer", row: Shared) if row.size > 1;
  allow(_: Shared, "read", "everything");
`;

const attributes = {
  kind: fc.constantFrom('folder', 'folder', 'bin', 'other'),
  storage: fc.constantFrom('drive', 'other'),
  mounted: fc.boolean(),
  isShared: fc.boolean(),
  ownerId: fc.constantFrom<unknown>(1, 2, null),
  locked: fc.boolean(),
  members: fc.constantFrom<unknown>([1, 2], [2], null),
  size: fc.constantFrom<unknown>(0, 5, 'large'),
  name: fc.constantFrom('old', 'new'),
};
const row = fc.letrec<{ row: object }>((tie) => ({
  row: fc
    .record(
      { ...attributes, parent: fc.option(tie('row'), { maxDepth: 3, depthIdentifier: 'parents' }) },
      { requiredKeys: [] },
    )
    .chain((values) =>
      fc.constantFrom<object>(
        values,
        typed('Shelf', { ...values }),
        typed('Drive', { ...values }),
        Object.assign(new Team(), values),
      ),
    ),
})).row;

/** Replaces the parents of rows by promises. */
const promised = (from: object): object => {
  const copy = Object.assign(Object.create(Object.getPrototypeOf(from) as object) as object, from);
  const { parent } = from as { readonly parent?: object | null };
  const tag = (from as { readonly __type?: string }).__type;
  const later = parent ? { parent: Promise.resolve(promised(parent)) } : {};
  const result = Object.assign(copy, later);
  return tag === undefined ? result : typed(tag, result);
};

const isUndecided = (answer: EngineAnswer): boolean =>
  typeof answer === 'string' && answer.startsWith('POLAR_UNDECIDED_');

/** Returns an outcome without the condition, because a module may report another one of several than the machine. */
const withoutReason = (answer: EngineAnswer): EngineAnswer => (isUndecided(answer) ? 'undecided' : answer);

describe('values with several types', () => {
  it.each([
    { name: 'discriminators', policies: policy, declared: types },
    { name: 'predicates', policies: sharedPolicy, declared: { ...types, ...predicate } },
  ])(
    'get the answers of the machine from a module ($name)',
    { timeout: randomTimeout(60_000) },
    async ({ policies, declared }) => {
      const [machine, source, module] = (['machine', 'source', 'aot'] as const).map(
        (kind) => new EngineUnderTest(kind, policies, { types: declared }),
      );
      expect(module!.precompiled).toBeDefined();
      const outcomes = new Map<EngineAnswer, number>();
      await fc.assert(
        fc.asyncProperty(
          row,
          row,
          fc.constantFrom('read', 'write', 'list', 'empty'),
          fc.boolean(),
          async (resource, other, action, isUser) => {
            const actor = isUser ? typed('User', { id: 1 }) : other;
            const expected = withoutReason(machine!.canSync(actor, action, resource));
            outcomes.set(expected, (outcomes.get(expected) ?? 0) + 1);
            for (const engine of [source!, module!])
              expect(withoutReason(engine.canSync(actor, action, resource))).toBe(expected);
            const later = promised(resource);
            expect(withoutReason(await module!.can(actor, action, later))).toBe(
              withoutReason(await machine!.can(actor, action, later)),
            );
          },
        ),
        { numRuns: randomCases(3_000), seed: randomSeed(11) },
      );
      for (const outcome of [true, false, 'undecided'])
        expect([outcome, (outcomes.get(outcome) ?? 0) > 5]).toEqual([outcome, true]);
    },
  );

  const chain = (kind: 'machine' | 'aot') => new EngineUnderTest(kind, policy, { types });

  it.each(['machine', 'aot'] as const)('get the rules of each of three types: %s', (kind) => {
    const user = typed('User', { id: 1 });
    const mixed = { kind: 'folder', storage: 'drive', mounted: true };
    const ask = (values: object, action = 'write') =>
      chain(kind).canSync(user, action, { ...mixed, ownerId: 2, ...values });
    expect(ask({ ownerId: 1, locked: true, members: [] })).toBe(true);
    expect(ask({ locked: true, members: [1] })).toBe(true);
    expect(ask({ locked: true, members: [2], parent: { storage: 'drive', ownerId: 1, locked: false } })).toBe(
      true,
    );
    expect(ask({ locked: false, members: [2], parent: null })).toBe(false);
  });

  it.each(['machine', 'aot'] as const)(
    'get the types of a tag and a discriminator that name different types: %s',
    (kind) => {
      const user = typed('User', { id: 1 });
      const ask = (tag: string) =>
        chain(kind).canSync(user, 'read', typed(tag, { kind: 'folder', ownerId: 1 }));
      expect(ask('Bin')).toBe(true);
      expect(ask('Shelf')).toBe(true);
    },
  );

  it.each(['machine', 'aot'] as const)(
    'get their types again after a method has changed them: %s',
    (kind) => {
      const changing = `
      allow(_, "read", row: A) if row.change() and not named(row);
      named(row) if named_by(_name, row);
      named_by("b", row: B) if row.id = 1;
    `;
      class Changing {
        kind = 'a';
        constructor(readonly id: number) {}
        change(): boolean {
          this.kind = 'b';
          return true;
        }
      }
      const ask = (id: number) =>
        new EngineUnderTest(kind, changing, {
          types: { A: { discriminator: { kind: 'a' } }, B: { discriminator: { kind: 'b' } } },
        }).canSync('ann', 'read', new Changing(id));
      expect([ask(1), ask(2)]).toEqual([false, true]);
    },
  );

  it('cause an error in a module if a rule for them has a cut', () => {
    const cutting = 'allow(_, "read", row: A) if cut and row.id = 1; allow(_, "read", row: B) if row.id = 2;';
    const ask = (kind: 'machine' | 'aot', value: object) =>
      new EngineUnderTest(kind, cutting, {
        types: { A: { discriminator: { a: 1 } }, B: { discriminator: { b: 1 } } },
      }).canSync('ann', 'read', value);
    expect(ask('machine', { a: 1, b: 1, id: 2 })).toBe(false);
    expect(ask('aot', { a: 1, b: 1, id: 2 })).toBe('POLAR_RUN_TYPES_NOT_COMPILED');
    expect(ask('aot', { a: 1, id: 1 })).toBe(true);
    expect(ask('aot', { b: 1, id: 2 })).toBe(true);
  });
});
