import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withAnswers, type Answers } from '../corpus/answers.mjs';
import { compare, execute, resolveEngine, type Case } from '../corpus/harness.mjs';
import * as engineModule from './engine.ts';

const at = (path: string) => new URL(path, import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(at(path), 'utf8'));

const answers = read('../answers.json') as Answers;
const recorded = readdirSync(at('../corpus/cases')).flatMap(
  (file) => read(`../corpus/cases/${file}`) as Case[],
);
const differences = readFileSync(at('../../../docs/reference/differences.md'), 'utf8');

const judged = withAnswers(recorded, answers).filter((c) => c.quirk === undefined);
const engine = resolveEngine(engineModule);

for (const topic of new Set(judged.map((c) => c.topic))) {
  const cases = judged.filter((c) => c.topic === topic);
  describe(`the topic ${topic}`, () => {
    it.each(cases)('$id', async (testCase) => {
      const outcome = await execute(engine, testCase);
      const how = { ordered: testCase.ordered !== false };
      const reasons = [testCase.expect, ...(testCase.alt ?? [])].map((expected) =>
        compare(expected, outcome, how),
      );
      expect(reasons.includes(null) ? null : reasons[0]).toBeNull();
    });
  });
}

describe('answers.json', () => {
  it('names cases of the corpus only, and fewer than 110', () => {
    const known = new Set(recorded.map((c) => c.id));
    expect(Object.keys(answers).filter((id) => !known.has(id))).toEqual([]);
    expect(Object.keys(answers).length).toBeLessThan(110);
  });

  it('names a documented difference for each case', () => {
    const explained = new Set([...differences.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1])));
    expect(Object.entries(answers).filter(([, { difference }]) => !explained.has(difference))).toEqual([]);
  });

  it('has no case in which Nanook agrees with oso', async () => {
    const listed = recorded.filter((c) => answers[c.id] !== undefined);
    const agreed: string[] = [];
    for (const testCase of listed) {
      const outcome = await execute(engine, testCase);
      if (compare(testCase.expect, outcome, { ordered: testCase.ordered !== false }) === null)
        agreed.push(testCase.id);
    }
    expect(agreed).toEqual([]);
  });
});

describe('the policy of data-filtering-184', () => {
  // cspell:ignore nofield
  const undeclared = 'allow("x", "nofield", r: DRepo) if r.nope = 1;\n';
  const cases = (recorded as (Case & { readonly policy?: string })[]).filter(
    (c) => c.policy?.includes(undeclared) === true && c.quirk === undefined,
  );

  it('has the recorded answers without its rule about an undeclared field, apart from the rule with a cut', async () => {
    const differing: string[] = [];
    for (const testCase of cases) {
      const changed = { ...testCase, policy: testCase.policy!.replace(undeclared, '') };
      const outcome = await execute(engine, changed);
      if (compare(testCase.expect, outcome) !== null) differing.push(testCase.id);
    }
    expect(cases).toHaveLength(5);
    // Difference 14.
    expect(differing).toEqual(['data-filtering-188']);
  });
});
