import { describe, expect, it } from 'vitest';
import type { RowFilter } from './row-filter.js';
import { SharedParts } from './shared-parts.js';

const scope = { id: 0, type: { name: 'Item' } } as never;
const column = (n: number): RowFilter => ({
  kind: 'null',
  column: { kind: 'column', scope, field: `f${n}`, type: 'integer', nullable: true },
});
const related = (n: number): RowFilter => ({
  kind: 'exists',
  step: { from: scope, relation: { name: `r${n}` } as never, to: scope },
  where: { kind: 'always' },
});

/** Numbers parts by their names, and counts how often it does. */
function counted() {
  const numbers = new Map<string, number>();
  const count = { calls: 0 };
  const numberOf = (part: RowFilter): number => {
    count.calls++;
    const text = JSON.stringify(part);
    numbers.set(text, numbers.get(text) ?? numbers.size);
    return numbers.get(text)!;
  };
  return { parts: new SharedParts(numberOf), count };
}

describe('SharedParts', () => {
  it('finds the part that most filters contain, with their places in order', () => {
    const { parts } = counted();
    parts.add([column(1), column(2)], 0);
    parts.add([column(2)], 1);
    parts.add([column(1), column(3)], 2);
    parts.add([column(1)], 3);
    expect(parts.most()).toEqual({ part: column(1), places: [0, 2, 3] });
  });

  it('finds a related row among the parts that equally many filters contain', () => {
    const { parts } = counted();
    for (const place of [0, 1]) parts.add([column(1), related(1), column(2)], place);
    expect(parts.most()?.part).toEqual(related(1));
  });

  it('finds nothing when no two filters contain a part', () => {
    const { parts } = counted();
    parts.add([column(1), column(1)], 0);
    parts.add([column(2)], 1);
    expect(parts.most()).toBeUndefined();
    parts.add([column(2)], 2);
    parts.remove([column(2)], 1);
    expect(parts.most()).toBeUndefined();
  });

  it('reads each part twice, however many parts are shared', () => {
    const { parts, count } = counted();
    const filters = Array.from({ length: 400 }, (_, i) => [column(i >> 1), related(i)]);
    filters.forEach((filter, place) => parts.add(filter, place));
    for (let found = parts.most(); found !== undefined; found = parts.most())
      for (const place of found.places) parts.remove(filters[place]!, place);
    expect(count.calls).toBe(2 * 800);
  });
});
