import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { relatedGuards } from './guard-related.js';
import { optimizeFilter } from './optimize-filter.js';
import { Evaluator, Generator, worlds } from './random-filters.fixture.js';
import { all, type RowFilter } from './row-filter.js';
import { skipRelated } from './skip-related.js';
import { splitRelated } from './split-related.js';

const optimized = (filter: RowFilter): RowFilter => optimizeFilter(filter, { outerRows: true });
const skipped = (filter: RowFilter): RowFilter => skipRelated(filter, () => true);

/** Writes the guard of each related row beside it, as a printer does. */
function guarded(filter: RowFilter, guards = relatedGuards(filter, new Set())): RowFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, parts: filter.parts.map((part) => guarded(part, guards)) };
    case 'exists': {
      const inner: RowFilter = { ...filter, where: guarded(filter.where, guards) };
      const guard = guards.get(filter);
      return guard === undefined ? inner : all({ ...filter, where: guard.where }, inner);
    }
    default:
      return filter;
  }
}

/** The steps that SQL printers take, alone and together, each with the form of the filter that it receives. */
const steps: Readonly<Record<string, readonly [given: typeof optimized, step: typeof optimized]>> = {
  'skipRelated()': [(filter) => filter, skipped],
  'splitRelated()': [optimized, (filter) => splitRelated(filter)],
  'relatedGuards()': [optimized, (filter) => guarded(filter)],
  'the sequence of all steps': [
    (filter) => filter,
    (filter) => guarded(splitRelated(optimized(skipped(filter)))),
  ],
};

describe.each(Object.keys(steps))('%s', (name) => {
  it(
    'returns a filter that accepts the same rows of a random database',
    () => {
      const seen = { accepted: 0, refused: 0, changed: 0 };
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 2 ** 31 - 2 }), (seed) => {
          const generator = new Generator(seed);
          const next = (below: number) => generator.next(below);
          const root = generator.root();
          const parts = [generator.alternatives([root]), generator.junction(2, [root])];
          const filter: RowFilter = { kind: next(2) > 0 ? 'and' : 'or', parts };
          const [given, step] = steps[name]!;
          const before = given(filter);
          const result = step(before);
          if (JSON.stringify(result) !== JSON.stringify(before)) seen.changed++;
          for (let i = 0; i < 3; i++) {
            const world = worlds(next);
            const idsOf = (each: RowFilter) =>
              world['Item']!.filter((row) =>
                new Evaluator(world).accepts(each, new Map([[root.id, row]])),
              ).map(({ id }) => id);
            const expected = idsOf(filter);
            seen.accepted += expected.length;
            seen.refused += 4 - expected.length;
            expect(idsOf(result)).toEqual(expected);
          }
        }),
        { numRuns: randomCases(10_000) },
      );
      if (!hasManyCases) return;
      expect(seen.accepted).toBeGreaterThan(randomCases(10_000));
      expect(seen.refused).toBeGreaterThan(randomCases(10_000));
      expect(seen.changed).toBeGreaterThan(randomCases(100));
    },
    randomTimeout(120_000),
  );
});
