import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomSeed, randomTimeout } from '../../../../../tools/test-scope.js';
import { compareWithFixpoints } from '../fixtures/fixpoint-cases.fixture.js';

describe('rules that call each other about a graph with cycles', () => {
  it(
    'have the answers of their least fixpoint on every engine',
    async () => {
      const { differences, outcomes, answered, bailedOut } = await compareWithFixpoints(
        randomSeed(26),
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
