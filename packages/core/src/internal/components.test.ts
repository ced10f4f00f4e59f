import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { componentsBy } from './components.js';

const graph = fc
  .integer({ min: 1, max: 8 })
  .chain((size) =>
    fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
  );

function leadsTo(successors: readonly (readonly number[])[], from: number, to: number): boolean {
  const seen = new Set<number>([from]);
  for (const node of seen) for (const next of successors[node]!) seen.add(next);
  return seen.has(to);
}

describe('componentsBy', () => {
  it('gives two nodes one number if and only if they lead to each other', () => {
    fc.assert(
      fc.property(graph, fc.nat(), (successors, first) => {
        const numberOf = componentsBy((node: number) => successors[node]!);
        const nodes = [...successors.keys()];
        numberOf(first % nodes.length);
        for (const a of nodes)
          for (const b of nodes)
            expect([a, b, numberOf(a) === numberOf(b)]).toEqual([
              a,
              b,
              leadsTo(successors, a, b) && leadsTo(successors, b, a),
            ]);
      }),
    );
  });

  it('asks for the successors of each node once, in a chain of any length', () => {
    let visited = 0;
    const numberOf = componentsBy((node: number) => {
      visited++;
      return node < 100_000 ? [node + 1] : [];
    });
    expect(numberOf(50_000) === numberOf(0)).toBe(false);
    expect(numberOf(0) === numberOf(1)).toBe(false);
    expect(visited).toBe(100_001);
  });
});
