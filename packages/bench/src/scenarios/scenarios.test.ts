import { describe, expect, it } from 'vitest';
import { libraries } from '../library.ts';
import { scenarios } from './index.ts';
import { prepare, whyNot } from './prepare.ts';

const seeds = [7, 2_026];

describe.each(scenarios)('$id, $title', (scenario) => {
  describe.each(seeds)('seed %i', (seed) => {
    const world = scenario.world({ seed, size: scenario.testSize, checks: 200 });

    it('has about as many allowed as denied checks', () => {
      const share = world.mix.allowed.filter(Boolean).length / world.mix.allowed.length;
      expect(share).toBeGreaterThan(0.35);
      expect(share).toBeLessThan(0.65);
    });

    it.for(libraries.filter((library) => whyNot(scenario, library) === undefined))(
      'returns the results of the oracle with %s',
      async (library, { skip }) => {
        const prepared = await prepare(scenario, library, world);
        if (prepared === undefined) return skip('not available in this build');
        const { actors, actions, resources, allowed } = world.mix;
        // oso takes more than a millisecond for each check.
        const count = library === 'oso' ? 60 : allowed.length;
        const answers: boolean[] = [];
        for (let i = 0; i < count; i++) {
          answers.push(await prepared.check(actors[i], actions[i]!, resources[i]));
        }
        expect(answers).toEqual(allowed.slice(0, count));
      },
    );
  });
});
