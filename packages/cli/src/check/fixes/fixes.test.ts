import { Authorizer, isUndecided, type TypesInput } from '@nanook/core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { randomCases } from '../../../../../tools/test-scope.js';
import type { Project } from '../../project/project.js';
import { readProjectWith } from '../../project/read-project.js';
import { enterFolder } from '../../testing/run.fixture.js';
import { checkProject } from '../check-project.js';
import { countFixable, fixProject } from './fix-project.js';

beforeEach(() => enterFolder({}));

const types: TypesInput = {
  User: { fields: { id: 'Integer' } },
  Note: { fields: { a: 'Integer?', b: 'Integer', owner: 'User' } },
};

async function projectOf(source: string): Promise<Project> {
  await enterFolder({ 'nanook.config.json': JSON.stringify({ types, queries: ['f'] }) });
  return readProjectWith(undefined, () => Promise.resolve([{ name: 'a.polar', source }]));
}

/** Returns the corrected text, and the codes of the corrections. */
async function fixed(
  source: string,
  includeChanging = false,
): Promise<{
  readonly text: string;
  readonly codes: readonly string[];
  readonly changes: readonly unknown[];
}> {
  const { project, applied } = await fixProject(await projectOf(source), includeChanging);
  return {
    text: project.policies[0]!.source,
    codes: applied.map(({ finding }) => finding.code),
    changes: applied.map(({ changes }) => changes),
  };
}

/** Returns the outcomes of `f(x)` for each value. */
async function outcomes(policies: string, values: readonly unknown[]): Promise<readonly string[]> {
  const authorizer = await Authorizer.load({ policies, queries: ['f'], onWarning: () => {} });
  return Promise.all(
    values.map(async (value) => {
      try {
        return (await authorizer.policy.queryRule('f', [value]).next()).done === true ? 'no' : 'yes';
      } catch (error) {
        if (isUndecided(error)) return 'undecided';
        throw error;
      }
    }),
  );
}

const some = [1, 2, null, 'text', undefined];
const objects = some.flatMap((a) => some.flatMap((b) => some.map((c) => ({ a, b, c }))));

describe('a fix of a policy that did not load', () => {
  it.each([
    ['f(x) if x.a = 1&&!x.b = 1;', 'f(x) if x.a = 1 and not x.b = 1;'],
    ['f(x) if x.a === 1 || x.b !== 1;', 'f(x) if x.a == 1 or x.b != 1;'],
    ['f(x) if x.a ≥ 1 and x.b ≠ 2;', 'f(x) if x.a >= 1 and x.b != 2;'],
    ["f(x) if x.a = 'it' and x.b = “it”;", 'f(x) if x.a = "it" and x.b = "it";'],
    [`f(x) if x.a = 'say "a"' or x.a = 'it\\'s';`, `f(x) if x.a = "say \\"a\\"" or x.a = "it's";`],
    [
      'f(x) if x.a = 1 ||  # one\n  x.b = 2 &&  # two\n  x.c = 3;',
      'f(x) if x.a = 1 or  # one\n  (x.b = 2 and  # two\n  x.c = 3);',
    ],
    ['f(x) if x.a = null;', 'f(x) if x.a = nil;'],
    ['f(x) if x.a = True and x.b = undefined;', 'f(x) if x.a = true and x.b = nil;'],
    ['f(1)\nf(2)\n', 'f(1);\nf(2);\n'],
    ['f(x) if x + 1 in [1, 2];', 'f(x) if (x + 1) in [1, 2];'],
  ])('corrects %s', async (source, expected) => {
    const { text, changes } = await fixed(source);
    expect(text).toBe(expected);
    expect(new Set(changes)).toEqual(new Set([undefined]));
    await expect(Authorizer.load({ policies: source, queries: ['f'] })).rejects.toThrow('');
    await expect(
      Authorizer.load({ policies: text, queries: ['f'], onWarning: () => {} }),
    ).resolves.toBeDefined();
  });

  it('leaves a text whose correction would be wrong', async () => {
    for (const source of ['f(x) if x.a = “say "a"”;', 'f(x) if x.a ?? x.b;', 'f(x) if x.a < 1 < x.b;'])
      expect(await fixed(source)).toMatchObject({ text: source, codes: [] });
  });
});

describe('fixes of several syntax errors', () => {
  it('leave a statement that still has an error, and correct the others', async () => {
    const source = `f(x) if x.a = 1 && x.b = “say "a"”;
f(x) if x.a = 1 && x.b = 2;
f(x) if x.a && = 1 || x.b = 3;
f(x) if x.a = 1 || x.b = 4;
`;
    const { text, codes } = await fixed(source);
    expect(text).toBe(`f(x) if x.a = 1 && x.b = “say "a"”;
f(x) if x.a = 1 and x.b = 2;
f(x) if x.a && = 1 || x.b = 3;
f(x) if x.a = 1 or x.b = 4;
`);
    expect(codes).toHaveLength(2);
  });

  it('correct more errors than one check reports', async () => {
    const { text, codes } = await fixed('f(x) if x.a = 1 && x.b = 2;\n'.repeat(250) + 'g(1);');
    expect(text).toBe('f(x) if x.a = 1 and x.b = 2;\ng(1);');
    expect(codes.filter((code) => code === 'POLAR_PARSE_FOREIGN_SYNTAX')).toHaveLength(250);
  });
});

describe('countFixable', () => {
  it.each([
    ['f(x) if x.a = 1 && x.b = “say "a"”;\nf(x) if x.a = 1 && x.b = 2;', 1, 0],
    ['f(x) if x.a = 1 or # one\n  # two\n  x.a = 1;', 0, 0],
    ['f(x) if x.a = 1;\nf(x) if # one\n  x.a = 1;', 0, 0],
    ['f(n: Note) if n.a > 1;\nf(n: Note) if n.a > 1;', 1, 2],
  ])('counts the corrections of %s that a run makes', async (source, keepAnswers, changeAnswers) => {
    const project = await projectOf(source);
    expect(countFixable(project, await checkProject(project))).toEqual({ keepAnswers, changeAnswers });
    expect((await fixed(source)).codes).toHaveLength(keepAnswers);
  });
});

describe('a fix of a policy that loads', () => {
  it.each([
    [
      'POLAR_CHECK_AMBIGUOUS_PRECEDENCE',
      'f(x) if x.a = 1 or x.b = 1 and (x.c = 1 or x.a = 2);',
      'f(x) if x.a = 1 or (x.b = 1 and (x.c = 1 or x.a = 2));',
    ],
    [
      'NANOOK_LINT_DUPLICATE_RULE',
      'f(x) if x.a = 1;\nf(x) if x.b < 2;\n# kept\nf(x)  if x.a = 1;\nf(x) if x.c = 1;\n',
      'f(x) if x.a = 1;\nf(x) if x.b < 2;\n# kept\nf(x) if x.c = 1;\n',
    ],
    [
      'NANOOK_LINT_DUPLICATE_CONDITION',
      'f(x) if x.a < 2 and x.b = 1 and x.a < 2;',
      'f(x) if x.a < 2 and x.b = 1;',
    ],
    [
      'NANOOK_LINT_DUPLICATE_CONDITION',
      'f(x) if x.a < 2 or\n  x.b = 1 or\n  x.a < 2;',
      'f(x) if x.a < 2 or\n  x.b = 1;',
    ],
    [
      'NANOOK_LINT_DUPLICATE_CONDITION',
      'f(x) if x.a < 2 or\n  x.b = 1 # one\n  or x.a < 2; # two',
      'f(x) if x.a < 2 or\n  x.b = 1 # one\n  ; # two',
    ],
    [
      'NANOOK_LINT_DUPLICATE_RULE',
      'f(x) if x.a = 1; # one\n  f(x) if x.a = 1; # two\nf(x) if x.b = 1; f(x) if x.c = "#"; # three\n',
      'f(x) if x.a = 1; # one\n  # two\nf(x) if x.b = 1; f(x) if x.c = "#"; # three\n',
    ],
    [
      'NANOOK_LINT_DUPLICATE_RULE',
      'f(x) if x.b = 1; f(x) if x.c = "#"; # one\nf(x) if x.b = 2; f(y) if y.c = "#"; # two\n',
      'f(x) if x.b = 1; f(x) if x.c = "#"; # one\nf(x) if x.b = 2; # two\n',
    ],
  ])('of %s keeps all answers', async (code, source, expected) => {
    const { text, codes, changes } = await fixed(source);
    expect(codes).toEqual([code]);
    expect(text).toBe(expected);
    expect(changes).toEqual([undefined]);
    expect(await outcomes(text, objects)).toEqual(await outcomes(source, objects));
  });

  it('keeps all answers of any rule', async () => {
    const comparison = fc
      .tuple(
        fc.constantFrom('a', 'b'),
        fc.constantFrom('=', '!=', '<', '>='),
        fc.constantFrom('1', '2', 'nil'),
      )
      .map(([field, operator, value]) => `x.${field} ${operator} ${value}`);
    const operand = fc.oneof(
      comparison,
      comparison.map((inner) => `not ${inner}`),
      fc.tuple(comparison, fc.constantFrom('and', 'or'), comparison).map((parts) => `(${parts.join(' ')})`),
    );
    const condition = fc
      .array(fc.tuple(operand, fc.constantFrom('and', 'or')), { minLength: 3, maxLength: 6 })
      .map((parts) =>
        parts
          .map((part) => part.join(' '))
          .join(' ')
          .replace(/ (and|or)$/, ''),
      );
    let corrected = 0;
    await fc.assert(
      fc.asyncProperty(condition, async (text) => {
        const source = `f(x) if ${text};`;
        const result = await fixed(source);
        corrected += result.codes.length;
        expect(await outcomes(result.text, objects)).toEqual(await outcomes(source, objects));
      }),
      { numRuns: randomCases(100) },
    );
    expect(corrected).toBeGreaterThan(randomCases(20));
  });

  it('does not remove a condition that calls a method, whose second result can differ', async () => {
    const source = 'f(x) if x.next() = 1 and x.next() = 1;';
    expect((await fixed(source)).text).toBe(source);
  });
});

describe('a fix that changes answers', () => {
  it.each([
    ['f(n: Note) if n.a > 1;', 'f(n: Note) if n.a != nil and n.a > 1;', /before, it was undecided/],
    [
      'f(n: Note) if n.b = 1 or n.a > 1;',
      'f(n: Note) if n.b = 1 or (n.a != nil and n.a > 1);',
      /before, it was undecided/,
    ],
    [
      'f(n: Note) if not (n.a < 5);',
      'f(n: Note) if n.a != nil and not (n.a < 5);',
      /before, it was undecided/,
    ],
    [
      'f(n: Note) if not (n.b = 1 and n.a < 5);',
      'f(n: Note) if n.a != nil and not (n.b = 1 and n.a < 5);',
      /before, its other parts decided it, or it was undecided/,
    ],
    [
      'f(n: Note, m: Note) if n.a = m.a;',
      'f(n: Note, m: Note) if n.a != nil and n.a = m.a;',
      /if both values are `nil`, the condition is false; before, it held/,
    ],
    [
      'f(n: Note, m: Note) if n.b = 1 or n.a != m.a;',
      'f(n: Note, m: Note) if n.b = 1 or (n.a != nil and m.a != nil and n.a != m.a);',
      /if one value is `nil`, the condition is false/,
    ],
    [
      'f(n: Note, _: Note{a: a}) if n.a == a;',
      'f(n: Note, _: Note{a: a}) if a != nil and n.a == a;',
      /if both values are `nil`/,
    ],
    ['f(_: Note{owner: User});', 'f(_: Note{owner: User{}});', /`User\{\}` matches each instance/],
    ['f(n: Note) if n.b() and n.b = 1;', 'f(n: Note) if n.b and n.b = 1;', /the condition reads the field/],
  ])('is left out of %s, unless it is wanted, and says what changes', async (source, expected, change) => {
    expect(await fixed(source)).toMatchObject({ text: source, codes: [] });
    const { text, changes } = await fixed(source, true);
    expect(text).toBe(expected);
    expect(changes).toEqual([expect.stringMatching(change)]);
  });

  it('does not offer a fix for nil on both sides in a pattern, or for a negated difference', async () => {
    for (const source of [
      'f(_: Note{a: a}, _: Note{a: a});',
      'f(n: Note, m: Note) if not n.a != m.a;',
      'f(n: Note, m: Note) if n.a in [1, m.a];',
    ])
      expect(await fixed(source, true)).toMatchObject({ text: source, codes: [] });
  });

  it('makes a comparison with nil false, and keeps the other answers', async () => {
    const [before, after] = await Promise.all([
      outcomes('f(n) if n.a > 1;', [{ a: 1 }, { a: 2 }, { a: null }]),
      outcomes('f(n) if n.a != nil and n.a > 1;', [{ a: 1 }, { a: 2 }, { a: null }]),
    ]);
    expect(before).toEqual(['no', 'yes', 'undecided']);
    expect(after).toEqual(['no', 'yes', 'no']);
  });
});
