import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { nanook } from '../../../cli/src/testing/run.fixture.js';
import { samples } from './all-samples.js';
import { ask } from './answer.js';
import { loadProject, type LoadedProject } from './load-project.js';
import { runPolicyTests } from './policy-tests.js';
import { matrixOf, outcomesOf } from './matrix.js';
import type { Sample } from './sample.js';

const folder = process.cwd();
afterEach(() => process.chdir(folder));

/** Enters the folder of a sample, in which the command line reads the same files as the page. */
const enter = ({ id }: Sample): void =>
  process.chdir(new URL(`../../samples/${id}`, import.meta.url).pathname);

async function load({ project }: Sample): Promise<LoadedProject> {
  const { problems, loaded } = await loadProject(project);
  expect(problems).toEqual([]);
  return loaded!;
}

describe.each(samples.map((sample) => [sample.id, sample] as const))('the sample %s', (_id, sample) => {
  it('has no finding for the command line, and its tests pass on both', async () => {
    enter(sample);
    expect(await nanook('check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 errors, 0 warnings'),
    });
    const { code, out } = await nanook('test', '--json');
    expect(code).toBe(0);
    const { passed } = JSON.parse(out) as { readonly passed: number };
    expect(passed).toBeGreaterThan(1);
    const { results, failed } = await runPolicyTests(await load(sample));
    expect([results.length, failed]).toEqual([passed, 0]);
  });

  it('has tests that cover all of its rules', async () => {
    const { measures } = await runPolicyTests(await load(sample));
    expect(measures.rules).toMatchObject({ percent: 100 });
  });

  it('asks a question that is denied for a reason in the policy', async () => {
    const answer = await ask(await load(sample), sample.project.question);
    expect(answer).toMatchObject({ kind: 'decision', outcome: 'denied', explanation: { advice: [] } });
  });

  it('has the answers of `nanook query` in its matrix', async () => {
    enter(sample);
    const loaded = await load(sample);
    const outcomes = outcomesOf(await matrixOf(loaded));
    const wrong: string[] = [];
    const cells = [...outcomes].map(([key, outcome]) => ({ names: JSON.parse(key) as string[], outcome }));
    expect(cells.length).toBeGreaterThan(3);
    for (const { names, outcome } of cells) {
      const [actor, action, resource] = names;
      const query = `allow(${actor}, ${JSON.stringify(action)}, ${resource})`;
      const { code } = await nanook('query', query);
      if ((code === 0 ? 'allowed' : code === 1 ? 'denied' : 'error') !== outcome)
        wrong.push(`${query}: ${outcome}`);
    }
    expect(wrong).toEqual([]);
  });
});

it('has at least fifteen samples, which the recipes of the documentation name', () => {
  expect(samples.length).toBeGreaterThanOrEqual(15);
  for (const { id } of samples)
    expect(existsSync(new URL(`../../samples/${id}/nanook.config.json`, import.meta.url))).toBe(true);
});
