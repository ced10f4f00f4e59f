import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.js';
import { EngineUnderTest } from '../engine/fixtures/engines.fixture.js';
import { typed } from '../types/typed.js';
import type { TypesInput } from '../types/type-declaration.js';

/** Each call moves the arguments by one and appends one of three literals: any of 3^k combinations may be reached. */
function rotating(k: number, { next }: { next: 'c' | 'c.next' }): string {
  const names = Array.from({ length: k }, (_, i) => `a${i + 1}`);
  const own = Array.from({ length: k }, () => '"u"').join(', ');
  const condition = next === 'c' ? '' : 'c.next != nil and ';
  const rule = (literal: string) =>
    `p(c, ${['_', ...names.slice(1)].join(', ')}) if ${condition}p(${next}, ${[...names.slice(1), literal].join(', ')});`;
  return `
    allow(_, _, c) if p(c, ${own});
    p(c, ${names.join(', ')}) if ${names.map((name, i) => `${name} = c.w${i}`).join(' and ')};
    ${['"x"', '"y"', '"z"'].map(rule).join('\n')}
  `;
}

const sizeOf = async (policies: string, types: TypesInput = {}): Promise<number> =>
  (await compilePolicy({ policies, types, onWarning: () => {} })).length;

/** Types of which each is the parent of the next one, and passes its roles on to it. */
function parentChain(
  count: number,
  discriminators: 'none' | 'one field' | 'a field each' | 'every other type' = 'none',
): { readonly policy: string; readonly types: TypesInput } {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const own = (i: number) => `
    resource T${i} {
      permissions = ["read", "write"];
      roles = ["viewer", "editor"];
      ${i > 0 ? `relations = { parent: T${i - 1} };` : ''}
      "read" if "viewer";
      "write" if "editor";
      "viewer" if "editor";
      ${i > 0 ? '"viewer" if "viewer" on "parent"; "editor" if "editor" on "parent";' : ''}
    }
    has_role(user: User, "editor", row: T${i}) if row.ownerId = user.id;
    ${i > 0 ? `has_relation(parent: T${i - 1}, "parent", row: T${i}) if parent = row.parent;` : ''}
  `;
  const discriminatorOf = (i: number): object => {
    if (discriminators === 'none' || (discriminators === 'every other type' && i % 2 === 0)) return {};
    const field = discriminators === 'a field each' ? `kind${i}` : 'kind';
    return { discriminator: { [field]: `t${i}` } };
  };
  return {
    policy: `
      actor User {}
      allow(user, action, resource) if has_permission(user, action, resource);
      ${numbers.map(own).join('\n')}
    `,
    types: {
      User: { fields: { id: 'Integer' } },
      ...Object.fromEntries(
        numbers.map((i) => [
          `T${i}`,
          {
            ...discriminatorOf(i),
            fields: { ownerId: 'Integer', ...(i > 0 && { parent: `T${i - 1}` }) },
          },
        ]),
      ),
    },
  };
}

/** Its instances get their types from the fields in which they are. */
class Row {
  constructor(
    readonly ownerId: number,
    readonly parent: Row | undefined,
  ) {}
}

describe('rules whose arguments are combinations of literals', () => {
  it.each(['c', 'c.next'] as const)(
    'compile to a module of bounded size (%s)',
    { timeout: 20_000 },
    async (next) => {
      const sizes = await Promise.all([7, 8, 9].map((k) => sizeOf(rotating(k, { next }))));
      expect(Math.max(...sizes)).toBeLessThan(600_000);
      // There are 9 times as many combinations.
      expect(sizes[2]! / sizes[0]!).toBeLessThan(1.5);
    },
  );

  it('give the results of the machine beyond the bound', () => {
    const policy = rotating(5, { next: 'c.next' });
    const chain = (words: readonly string[], length: number) => {
      let row: object = { next: null, ...Object.fromEntries(words.map((w, i) => [`w${i}`, w])) };
      for (let i = 0; i < length; i++) row = { next: row, w0: 'no' };
      return row;
    };
    const engines = (['machine', 'source', 'closures', 'aot'] as const).map(
      (kind) => new EngineUnderTest(kind, policy),
    );
    for (const [words, length, expected] of [
      [['x', 'y', 'z', 'z', 'x'], 5, true],
      [['z', 'z', 'z', 'z', 'z'], 5, true],
      [['u', 'y', 'z', 'z', 'x'], 4, true],
      [['x', 'y', 'z', 'z', 'u'], 5, false],
      [['y', 'y', 'x', 'z', 'x'], 7, true],
    ] as const)
      for (const engine of engines)
        expect([engine.kind, engine.canSync(null, 'read', chain(words, length))]).toEqual([
          engine.kind,
          expected,
        ]);
    const [, , , precompiled] = engines;
    expect(precompiled!.precompiled).toBeDefined();
  });
});

describe('types that are linked by fields', () => {
  it.each(['none', 'one field', 'a field each', 'every other type'] as const)(
    'compile to a module whose size for each type does not grow with their number (discriminators: %s)',
    { timeout: 60_000 },
    async (discriminators) => {
      const sizeOfEach = async (count: number) => {
        const { policy, types } = parentChain(count, discriminators);
        return (await sizeOf(policy, types)) / count;
      };
      const [few, many] = await Promise.all([sizeOfEach(25), sizeOfEach(100)]);
      expect(many).toBeLessThan(few! * 1.01);
      expect(many).toBeLessThan(20_000);
    },
  );

  it.each(['machine', 'aot'] as const)(
    'give instances their types, so that roles pass along them: %s',
    (kind) => {
      const { policy, types } = parentChain(5);
      const engine = new EngineUnderTest(kind, policy, { types });
      const user = typed('User', { id: 1 });
      /** The owner of the first row is the last one. */
      const rowsOf = (owners: readonly number[]) =>
        owners.reduce<Row | undefined>((parent, ownerId) => new Row(ownerId, parent), undefined);
      const last = (owners: readonly number[]) =>
        typed('T4', { ownerId: owners[4]!, parent: rowsOf(owners.slice(0, 4)) });
      const ask = (owners: readonly number[]) => engine.canSync(user, 'write', last(owners));
      expect(ask([1, 2, 2, 2, 2])).toBe(true);
      expect(ask([2, 2, 1, 2, 2])).toBe(true);
      expect(ask([2, 2, 2, 2, 1])).toBe(true);
      expect(ask([2, 2, 2, 2, 2])).toBe(false);
    },
  );

  it('report each function that is compiled', async () => {
    const { policy, types } = parentChain(3);
    const seen: [number, number][] = [];
    await compilePolicy({
      policies: policy,
      types,
      onWarning: () => {},
      onProgress: (compiled, found) => void seen.push([compiled, found]),
    });
    expect(seen.map(([compiled]) => compiled)).toEqual(seen.map((_, i) => i + 1));
    expect(seen.every(([compiled, found]) => compiled <= found)).toBe(true);
    expect(seen.at(-1)).toEqual([seen.length, seen.length]);
  });
});
