import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../../tools/test-scope.js';
import { typed, type TypesInput } from '../../index.js';
import { EngineUnderTest } from '../fixtures/engines.fixture.js';
import '../fixtures/final-code.fixture.js';

// Code that is divided into several functions must declare its own variables, also on paths that no test takes.

class Team {
  constructor(readonly name: string) {}
}
const fields = { name: 'String', size: 'Integer?', owner: 'User?', items: ['Item'] } as const;
const types: TypesInput = {
  User: { fields: { name: 'String', size: 'Integer?', team: 'Team' } },
  Team,
  Item: { fields: { ...fields } },
  Doc: { fields: { ...fields, parent: 'Doc?' } },
};

const literal = fc.nat(40).map((n) => `"a${n}"`);
const operand = fc.constantFrom(
  'u.name',
  'u.team.name',
  'd.name',
  'd.owner.name',
  'd.parent.name',
  'd.parent.owner.name',
);
const condition = fc.oneof(
  { arbitrary: fc.tuple(operand, literal).map((parts) => parts.join(' = ')), weight: 5 },
  { arbitrary: fc.tuple(operand, literal).map((parts) => parts.join(' != ')), weight: 1 },
  fc.tuple(operand, operand).map((parts) => parts.join(' = ')),
  fc.nat(9).map((n) => `d.size < ${n}`),
  literal.map((text) => `d.owner matches User{name: ${text}}`),
  literal.map((text) => `d matches Doc{parent: {name: ${text}}}`),
  literal.map((text) => `i in d.items and i.name = ${text} and i.owner = u`),
  literal.map((text) => `i in d.items and i matches Item{name: ${text}}`),
  literal.map((text) => `not related(u, d, ${text})`),
  literal.map((text) => `forall(i in d.items, i.owner = u or i.name = ${text})`),
  literal.map((text) => `(d.name = ${text} or d.parent matches Doc{owner: u})`),
  literal.map((text) => `related(u, d.parent, ${text})`),
);
const head = fc.constantFrom(
  'allow(u: User, "read", d: Doc)',
  'allow(u: User{name: "a1"}, "read", d: Doc)',
  'allow(u: User, "read", d: Doc{owner: u})',
  'allow(u, "read", d: Doc)',
  'allow(u: User, action, d: Doc)',
);
const rule = fc
  .tuple(head, fc.array(condition, { minLength: 1, maxLength: 3 }))
  .map(([start, conditions]) => {
    const body = conditions.map((text, i) => text.replaceAll(/\bi\b/g, `i${i}`)).join(' and ');
    return `${start} if u = u and d = d${start.includes('action') ? ' and action = "read"' : ''} and ${body};`;
  });
const rules = fc.oneof(
  fc.array(rule, { minLength: 2, maxLength: 8 }),
  fc.array(rule, { minLength: 29, maxLength: 90, size: 'max' }),
);
const helpers = `
  related(u: User, d: Doc, name) if d.owner = u and d.name = name;
  related(u: User, d: Doc, name) if related(u, d.parent, name);
`;

/** Returns the texts from which functions are made meanwhile, with the names of their parameters. */
function functionsMadeIn(run: () => void): [names: readonly string[], text: string][] {
  const made: [readonly string[], string][] = [];
  const { Function: original } = globalThis;
  globalThis.Function = new Proxy(original, {
    construct(target, args: string[]) {
      made.push([args.slice(0, -1), args.at(-1)!]);
      return Reflect.construct(target, args) as object;
    },
  });
  try {
    run();
  } finally {
    globalThis.Function = original;
  }
  return made;
}

const linter = join(dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint');

/** Returns the complaints of the linter about names that are not declared. */
function undeclaredIn(functions: Iterable<[readonly string[], string]>): string {
  const folder = mkdtempSync(join(tmpdir(), 'generated-code-'));
  try {
    let count = 0;
    for (const [names, text] of functions)
      writeFileSync(join(folder, `${count++}.cjs`), `(function (${names.join(', ')}) {\n${text}\n});\n`);
    writeFileSync(
      join(folder, '.oxlintrc.json'),
      JSON.stringify({
        categories: { correctness: 'off' },
        rules: { 'no-undef': 'error' },
        env: { builtin: true },
      }),
    );
    execFileSync(process.execPath, [linter, '--format=unix', folder], { cwd: folder, stdio: 'pipe' });
    return '';
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? error);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('reports a name that is not declared', () => {
  expect(undeclaredIn([[['a'], 'return a + t;']])).toContain('no-undef');
});

it(
  'the code of each back end declares every name that it uses',
  () => {
    const texts = new Map<string, [readonly string[], string]>();
    const user = typed('User', { name: 'a1', size: 1, team: new Team('a2') });
    const resource = typed('Doc', { name: 'a3', size: 2, owner: user, items: [], parent: null });
    const check = (written: readonly string[]) => {
      const policy = [...written, helpers].join('\n');
      const made = functionsMadeIn(() => {
        const answers = (['machine', 'source', 'aot'] as const).map((kind) => {
          const engine = new EngineUnderTest(kind, policy, { types });
          return [1, 2, 3].map(() => engine.canSync(user, 'read', resource));
        });
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
      });
      for (const each of made) texts.set(each.join('\n'), each);
    };
    // A smaller case would be a policy that is not divided, and finding it takes minutes.
    fc.assert(fc.property(rules, check), {
      numRuns: randomCases(200),
      seed: randomSeed(29),
      endOnFailure: true,
    });
    expect(texts.size).toBeGreaterThan(10);
    expect(undeclaredIn(texts.values())).toBe('');
  },
  randomTimeout(60_000),
);
