import { describe, expect, it } from 'vitest';
import { sampled, type CheckList } from './checks.js';

const listOf = (length: number): CheckList => ({
  length,
  at: (index) => ({ actor: index, resource: undefined }),
});
const indexes = (length: number, count: number): unknown[] =>
  [...sampled(listOf(length), count)].map(({ actor }) => actor);

describe('sampled', () => {
  it('yields all checks of a list that is not longer than the sample', () => {
    expect(indexes(5, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(indexes(5, 9)).toEqual([0, 1, 2, 3, 4]);
    expect(indexes(0, 9)).toEqual([]);
  });

  it('yields different checks of all parts of a long list, the same in each run, without a walk over the list', () => {
    const found = indexes(1_000_000_000, 100) as number[];
    expect(found.map((index) => Math.floor(index / 10_000_000))).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
    expect(new Set(found.map((index) => index % 10)).size).toBe(10);
    expect(indexes(1_000_000_000, 100)).toEqual(found);
  });
});
