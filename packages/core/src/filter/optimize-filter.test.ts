import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasManyCases, randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import type { Relation } from '../types/relation.js';
import type { Column, Scope } from './condition.js';
import { optimizeFilter } from './optimize-filter.js';
import { Evaluator, Generator, relation, relations, typesByName, worlds } from './random-filters.fixture.js';
import type { RowFilter } from './row-filter.js';

// An optimized filter accepts the same rows as the filter itself.

const sizeOf = (filter: RowFilter): number => JSON.stringify(filter).split('"kind"').length;

describe('optimizeFilter()', () => {
  it.each([true, false])(
    'returns a filter that accepts the same rows of a random database, with outerRows: %s',
    (outerRows) => {
      const seen = { accepted: 0, refused: 0, shorter: 0 };
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 2 ** 31 - 2 }), (seed) => {
          const generator = new Generator(seed);
          const next = (below: number) => generator.next(below);
          const root = generator.root();
          const filter = generator.junction(2 + next(2), [root]);
          const optimized = optimizeFilter(filter, { outerRows });
          if (sizeOf(optimized) < sizeOf(filter)) seen.shorter++;
          for (let i = 0; i < 3; i++) {
            const world = worlds(next);
            const idsOf = (each: RowFilter) =>
              world['Item']!.filter((row) =>
                new Evaluator(world).accepts(each, new Map([[root.id, row]])),
              ).map(({ id }) => id);
            const expected = idsOf(filter);
            seen.accepted += expected.length;
            seen.refused += 4 - expected.length;
            expect(idsOf(optimized)).toEqual(expected);
          }
        }),
        { numRuns: randomCases(20_000) },
      );
      if (!hasManyCases) return;
      expect(seen.accepted).toBeGreaterThan(randomCases(20_000));
      expect(seen.refused).toBeGreaterThan(randomCases(20_000));
      expect(seen.shorter).toBeGreaterThan(randomCases(5_000));
    },
    randomTimeout(120_000),
  );

  it.each(['exists', 'none'] as const)(
    'keeps two related rows apart, when each of several rules is about two: %s',
    (kind) => {
      const notes = relations['Item']![3]!;
      const root: Scope = { id: 0, type: typesByName.Item };
      let rows = 0;
      const note = (n: number): RowFilter => {
        const to = { id: ++rows, type: typesByName.Note };
        const left: Column = { kind: 'column', scope: to, field: 'n', type: 'integer', nullable: true };
        const where: RowFilter = { kind: 'compare', operator: '=', left, right: { kind: 'value', value: n } };
        return { kind, step: { from: root, relation: notes, to }, where };
      };
      const rule = (n: number): RowFilter => ({
        kind: kind === 'exists' ? 'and' : 'or',
        parts: [note(n), note(n + 1)],
      });
      const filter: RowFilter = {
        kind: kind === 'exists' ? 'or' : 'and',
        parts: [rule(1), rule(3), rule(5)],
      };
      const item = { id: 0, n: null, f: null, s: null, teamId: null, parentId: null };
      const world = {
        Item: [item],
        Team: [],
        Note: [3, 4].map((n, id) => ({ id, n, itemId: 0 })),
      };
      const optimized = optimizeFilter(filter, { outerRows: true });
      expect(new Evaluator(world).accepts(optimized, new Map([[0, item]]))).toBe(kind === 'exists');
    },
  );

  it.each(['exists', 'none'] as const)(
    'returns a filter of about the same size for rules that each have conditions on many relations: %s',
    (kind) => {
      const root: Scope = { id: 0, type: typesByName.Item };
      let rows = 0;
      const hasN = (scope: Scope, n: number): RowFilter => ({
        kind: 'compare',
        operator: '=',
        left: { kind: 'column', scope, field: 'n', type: 'integer', nullable: true },
        right: { kind: 'value', value: n },
      });
      const teams = Array.from({ length: 12 }, (_, i) => relation('one', `team${i}`, 'Team', 'teamId', 'id'));
      const related = (each: Relation): RowFilter => {
        const to = { id: ++rows, type: typesByName.Team };
        return { kind, step: { from: root, relation: each, to }, where: hasN(to, rows) };
      };
      const rule = (n: number): RowFilter => ({
        kind: kind === 'none' ? 'and' : 'or',
        parts: [hasN(root, n), ...teams.map(related)],
      });
      const filter: RowFilter = {
        kind: kind === 'none' ? 'or' : 'and',
        parts: [rule(1), rule(2), rule(3)],
      };
      expect(sizeOf(optimizeFilter(filter, { outerRows: true }))).toBeLessThan(2 * sizeOf(filter));
    },
  );

  it.each<[string, boolean, Partial<Column>]>([
    ['leaves out the test that a NULL is readable', false, {}],
    ['keeps it for a column that is declared without nil', true, { nullable: false }],
    [
      'keeps it for a member of JSON',
      true,
      { field: 'm.n', member: { column: 'm', path: ['n'], isObject: false, isOptional: true } },
    ],
    [
      'keeps it for a number of a date',
      true,
      {
        derived: {
          from: { kind: 'column', field: 'at', type: 'date', nullable: true },
          read: 'getUTCDay',
        },
      },
    ],
  ])('%s', (_name, isKept, special) => {
    const scope: Scope = { id: 0, type: typesByName.Item };
    const column: Column = { kind: 'column', scope, field: 'n', type: 'integer', nullable: true, ...special };
    const isNull: RowFilter = { kind: 'null', column };
    const filter: RowFilter = { kind: 'and', parts: [{ kind: 'readable', column }, isNull] };
    expect(optimizeFilter(filter, { outerRows: true })).toEqual(isKept ? filter : isNull);
  });
});
