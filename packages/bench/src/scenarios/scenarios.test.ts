import { describe, expect, it } from 'vitest';
import { sampled, testedRepetitions } from '../../../../tools/test-scope.ts';
import { isPeer, libraries, type Library } from '../library.ts';
import { type Shape, shapes } from '../shape.ts';
import { scenarios } from './index.ts';
import { hasShape } from './shaped.ts';
import { isPlanned, prepare, whyNot } from './prepare.ts';

/** The first seed is for all libraries, the other one for Nanook and the hand-written function. */
const seeds = [7, 2_026];
const isSlow = (library: Library) => isPeer(library) || library === 'nanook-ahead';

describe.each(scenarios)('$id, $title', (scenario) => {
  describe.each(testedRepetitions(seeds))('seed %i', (seed) => {
    const worldOf = () => scenario.world({ seed, size: scenario.testSize, checks: 100 });

    it('has about as many allowed as denied checks, or only those of its outcome', () => {
      const { allowed } = worldOf().mix;
      const share = allowed.filter(Boolean).length / allowed.length;
      const [least, most] =
        scenario.outcome === undefined ? [0.35, 0.65] : scenario.outcome === 'allowed' ? [1, 1] : [0, 0];
      expect(share).toBeGreaterThanOrEqual(least);
      expect(share).toBeLessThanOrEqual(most);
    });

    const cases = shapes
      .filter((shape) => hasShape(scenario, shape))
      .flatMap((shape) =>
        libraries
          .filter((library) => whyNot(scenario, library) === undefined)
          .filter((library) => isPlanned(scenario, library, shape))
          .filter((library) => seed === seeds[0] || !isSlow(library))
          .map((library): [Library, Shape] => [library, shape]),
      );
    it.for(sampled(cases, 12, scenarios.indexOf(scenario)))(
      'returns the results of the oracle with %s and %s',
      async ([library, shape], { skip }) => {
        const prepared = await prepare(scenario, library, shape, worldOf());
        if (prepared === undefined) return skip('not available in this build');
        const { actors, actions, resources, allowed } = prepared.mix;
        // oso takes more than a millisecond for each check.
        const count = library === 'oso' ? 20 : allowed.length;
        const answers: boolean[] = [];
        for (let i = 0; i < count; i++) {
          answers.push(await prepared.check(actors[i], actions[i]!, resources[i]));
        }
        expect(answers).toEqual(allowed.slice(0, count));
      },
    );
  });
});
