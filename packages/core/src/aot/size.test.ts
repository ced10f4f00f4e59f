import { describe, expect, it } from 'vitest';
import { compilePolicy } from './compile.js';
import { EngineUnderTest } from '../engine/fixtures/engines.fixture.js';

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

const sizeOf = async (policies: string): Promise<number> =>
  (await compilePolicy({ policies, onWarning: () => {} })).length;

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
        expect([engine.kind, engine.isAllowedSync(null, 'read', chain(words, length))]).toEqual([
          engine.kind,
          expected,
        ]);
    const [, , , precompiled] = engines;
    expect(precompiled!.precompiled).toBeDefined();
  });
});
