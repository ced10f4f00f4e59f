import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { allScenarios } from './all-scenarios.fixture.js';
import { nanook, original, outcomeOf } from './both-libraries.fixture.js';
import { knownDifferences } from './known-differences.fixture.js';

for (const [subject, scenarios] of Object.entries(allScenarios))
  describe(`@nanook/oso and oso: ${subject}`, () => {
    it.each(Object.entries(scenarios))('%s', async (name, scenario) => {
      const outcome = await outcomeOf(nanook, scenario);
      const expected = await outcomeOf(original, scenario);
      expect({ isEqual: isDeepStrictEqual(outcome, expected), outcome }).toEqual({
        isEqual: !(name in knownDifferences),
        outcome: name in knownDifferences ? outcome : expected,
      });
    });
  });

it('the known differences name scenarios', () => {
  const names = Object.values(allScenarios).flatMap((scenarios) => Object.keys(scenarios));
  expect(Object.keys(knownDifferences).filter((name) => !names.includes(name))).toEqual([]);
});
