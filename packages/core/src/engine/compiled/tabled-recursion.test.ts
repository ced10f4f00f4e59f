import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed, randomTimeout } from '../../../../../tools/test-scope.js';
import { compareWithFixpoints } from '../fixtures/fixpoint-cases.fixture.js';
import '../fixtures/final-code.fixture.js';

describe('rules that call each other about a graph with cycles', () => {
  it(
    'have the same answers if questions are remembered from the first call',
    async () => {
      const { differences, outcomes, answered, bailedOut } = await compareWithFixpoints(
        randomSeed(27),
        randomCases(100),
      );
      expect(differences).toEqual([]);
      // Each outcome is frequent, and compiled code decides most checks. The machine reports undecided ones.
      const checks = outcomes.true + outcomes.false + outcomes.undecided;
      for (const count of Object.values(outcomes))
        expect(count).toBeGreaterThan(hasManyCases ? checks / 10 : 0);
      expect(answered).toBeGreaterThan(hasManyCases ? bailedOut : 0);
    },
    randomTimeout(240_000),
  );
});
