import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sampledUnlessAll, testedRepetitions } from '../../../tools/test-scope.ts';
import { compare, execute, resolveEngine, type Case } from '../corpus/harness.mjs';
import * as engineModule from './oso-engine.ts';

// Every case of the corpus in the dialect oso, with the answers that were recorded from oso, also those of accidental behavior.

const at = (path: string) => new URL(path, import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(at(path), 'utf8'));

/** The cases with another answer, and the reason. */
const differences = read('../oso-differences.json') as Readonly<Record<string, string>>;
const recorded = readdirSync(at('../corpus/cases')).flatMap(
  (file) => read(`../corpus/cases/${file}`) as Case[],
);

const reasonFor = async (engine: 'auto' | 'machine', testCase: Case): Promise<string | null> => {
  const outcome = await execute(engines[engine], testCase);
  const how = { ordered: testCase.ordered !== false };
  const reasons = [testCase.expect, ...(testCase.alt ?? [])].map((expected) =>
    compare(expected, outcome, how),
  );
  return reasons.includes(null) ? null : reasons[0]!;
};

const engineWith = (kind: 'auto' | 'machine') =>
  resolveEngine({
    ...engineModule,
    Oso: class extends engineModule.Oso {
      protected override readonly engine = kind;
    },
  });
const engines = { auto: engineWith('auto'), machine: engineWith('machine') };

describe.each(testedRepetitions(['auto', 'machine'] as const))(
  'the dialect oso with the engine %s',
  (kind) => {
    for (const topic of new Set(recorded.map((c) => c.topic))) {
      const ofTopic = recorded.filter((c) => c.topic === topic && differences[c.id] === undefined);
      const cases = sampledUnlessAll(ofTopic, 3);
      it(
        `has the recorded answers of the ${cases.length} cases of the topic ${topic}`,
        { timeout: 120_000 },
        async () => {
          const failed: string[] = [];
          for (const testCase of cases) {
            const reason = await reasonFor(kind, testCase);
            if (reason !== null) failed.push(`${testCase.id}: ${reason}`);
          }
          expect(failed).toEqual([]);
        },
      );
    }
  },
);

describe('oso-differences.json', () => {
  it('names only cases of the corpus in which the dialect differs from oso, and at most ten', async () => {
    const listed = recorded.filter((c) => differences[c.id] !== undefined);
    expect(listed.map(({ id }) => id).sort()).toEqual(Object.keys(differences).sort());
    expect(listed.length).toBeLessThanOrEqual(10);
    const agreed: string[] = [];
    for (const testCase of listed) if ((await reasonFor('auto', testCase)) === null) agreed.push(testCase.id);
    expect(agreed).toEqual([]);
  });
});
