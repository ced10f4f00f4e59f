import { describe, expect, it } from 'vitest';
import { libraries, type Library } from '../library.ts';
import { type Shape, shapes } from '../shape.ts';
import { scenarios } from './index.ts';
import { isPlanned, prepare, whyNot } from './prepare.ts';

const seeds = [7, 2_026];

describe.each(scenarios)('$id, $title', (scenario) => {
  describe.each(seeds)('seed %i', (seed) => {
    const worldOf = () => scenario.world({ seed, size: scenario.testSize, checks: 200 });

    it('has about as many allowed as denied checks', () => {
      const { allowed } = worldOf().mix;
      const share = allowed.filter(Boolean).length / allowed.length;
      expect(share).toBeGreaterThan(0.35);
      expect(share).toBeLessThan(0.65);
    });

    const cases = shapes.flatMap((shape) =>
      libraries
        .filter(
          (library) =>
            whyNot(scenario, library) === undefined && isPlanned(scenario, library, shape, scenario.testSize),
        )
        .map((library): [Library, Shape] => [library, shape]),
    );
    it.for(cases)('returns the results of the oracle with %s and %s', async ([library, shape], { skip }) => {
      const prepared = await prepare(scenario, library, shape, worldOf());
      if (prepared === undefined) return skip('not available in this build');
      const { actors, actions, resources, allowed } = prepared.mix;
      // oso takes more than a millisecond for each check.
      const count = library === 'oso' ? 60 : allowed.length;
      const answers: boolean[] = [];
      for (let i = 0; i < count; i++) {
        answers.push(await prepared.check(actors[i], actions[i]!, resources[i]));
      }
      expect(answers).toEqual(allowed.slice(0, count));
    });
  });
});
