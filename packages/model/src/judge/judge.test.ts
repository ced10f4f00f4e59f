import { afterAll, beforeAll, expect, it } from 'vitest';
import { borrowPglite, giveBackPglite } from '../../../../tools/empty-pglite.js';
import { randomCases, randomSeed, randomTimeout, runsAll } from '../../../../tools/test-scope.js';
import { randomCase } from './case.fixture.js';
import { judge, type Difference } from './judge.fixture.js';
import { pgliteStore, sqliteStore, type RowStore } from './lists.fixture.js';
import { minimize } from './minimize.fixture.js';
import { printTest } from './print.fixture.js';

const stores: RowStore[] = [];
let pglite: Awaited<ReturnType<typeof borrowPglite>>;
beforeAll(async () => {
  pglite = await borrowPglite();
  stores.push(await sqliteStore(), await pgliteStore(pglite));
});
afterAll(() => giveBackPglite(pglite));

/** The number of questions about one policy and world, as in `randomCase`. */
const questionsOfCase = 36;

it(
  'every engine, every method and every list answers as the model does',
  async () => {
    const count = Math.ceil((runsAll ? randomCases(100_000) : randomCases(20_000)) / questionsOfCase);
    const first = randomSeed(1);
    const outcomes = { true: 0, false: 0, undecided: 0 };
    const failures: string[] = [];
    let [loaded, lists] = [0, 0];
    for (let seed = first; seed < first + count && failures.length < 3; seed++) {
      const input = randomCase(seed);
      // PGlite takes most of the time of a list.
      const own = seed % 4 === 0 ? stores : stores.slice(0, 1);
      const verdict = await judge(input, own);
      if (verdict.refused === undefined) loaded++;
      lists += verdict.lists;
      for (const each of ['true', 'false', 'undecided'] as const) outcomes[each] += verdict.outcomes[each];
      const [difference] = verdict.differences;
      if (difference === undefined) continue;
      const { part, question } = difference;
      const smaller = await minimize({ ...input, questions: [question], part }, (candidate) =>
        isStillWrong(candidate, difference),
      );
      failures.push(`seed ${seed}\n${printTest(smaller, difference)}`);
    }
    expect(failures).toEqual([]);
    expect(loaded).toBeGreaterThan(count * 0.9);
    expect(lists).toBeGreaterThan(count / 2);
    for (const each of Object.values(outcomes)) expect(each).toBeGreaterThan((count * questionsOfCase) / 50);
  },
  randomTimeout(600_000),
);

async function isStillWrong(candidate: Parameters<typeof judge>[0], before: Difference): Promise<boolean> {
  try {
    const { differences } = await judge(candidate, stores);
    return differences.some(
      ({ part, expected, found }) =>
        part === before.part &&
        // A list has other rows when the policy is smaller.
        (part.startsWith('the list') || (expected === before.expected && found === before.found)),
    );
  } catch {
    return false;
  }
}
