import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, type Box, type Layout, type Point } from './layout.js';
import { graphOf, type PolicyGraph, type TypeNode } from './policy-graph.js';

const root = join(import.meta.dirname, '../../../..');

describe('layoutOf()', () => {
  it.each([
    'examples/gitclub/src/policy/organization.polar',
    'examples/gitclub/src/policy/repository.polar',
    'examples/gitclub/src/policy/issue.polar',
    'examples/gitclub/src/policy/profile.polar',
    'examples/station/src/world.polar',
  ])('leads lines around boxes for %s', (name) => {
    expectLinesAroundBoxes(layoutOf(graphOf([{ name, source: readFileSync(join(root, name), 'utf8') }])));
  });

  it('leads lines around boxes for the four policies of GitClub together', () => {
    const policies = ['organization', 'repository', 'issue', 'profile'].map((name) => ({
      name,
      source: readFileSync(join(root, `examples/gitclub/src/policy/${name}.polar`), 'utf8'),
    }));
    const layout = layoutOf(graphOf(policies));
    expect(layout.arrows).toHaveLength(22);
    expectLinesAroundBoxes(layout);
  });

  it('leads lines around boxes for any graph', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const layout = layoutOf(graph);
        expect(layout.arrows).toHaveLength(graph.types.flatMap(({ grants }) => grants).length);
        expectLinesAroundBoxes(layout);
      }),
      { numRuns: 300 },
    );
  });

  it('places the boxes apart from each other, in their cards and in the picture', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { cards, width, height } = layoutOf(graph);
        const page = { x: 0, y: 0, width, height };
        const names = cards.flatMap((card) => card.names);
        expect(cards.every((card) => contains(page, card))).toBe(true);
        expect(cards.every((card) => card.names.every((name) => contains(card, name)))).toBe(true);
        const overlapping = [cards, names].flatMap((boxes: readonly Box[]) =>
          boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => overlap(a, b))),
        );
        expect(overlapping).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('gives lines of different sources their own vertical lines', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const vertical = layoutOf(graph).arrows.flatMap(({ points }) =>
          linesOf(points).flatMap(([a, b]) =>
            a.x === b.x ? [{ source: boxAround(points[0]!, points[0]!), line: boxAround(a, b) }] : [],
          ),
        );
        const shared = vertical.flatMap((a, i) =>
          vertical.slice(i + 1).filter((b) => overlap(a.line, b.line) && !overlap(a.source, b.source)),
        );
        expect(shared).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the modules of the picture', () => {
  it('run in a browser', async () => {
    const built = await build({
      root: import.meta.dirname,
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions: ['@nanook/source'] },
      build: {
        write: false,
        minify: false,
        lib: {
          entry: ['svg.ts', 'policy-graph.ts'].map((file) => join(import.meta.dirname, file)),
          formats: ['es'],
        },
        rolldownOptions: { external: (id) => id.startsWith('node:') },
      },
    });
    const imports = [built]
      .flat()
      .flatMap((each) => ('output' in each ? each.output : []))
      .flatMap((chunk) => (chunk.type === 'chunk' ? chunk.imports : []));
    expect(imports.filter((name) => name.startsWith('node:'))).toEqual([]);
  });
});

/** Expects each line to touch no name and no card other than those at its ends. A card is open to lines of its own names. */
function expectLinesAroundBoxes(layout: Layout): void {
  const { cards, arrows, relations, width, height } = layout;
  const page = { x: 0, y: 0, width, height };
  const faults: unknown[] = [];
  for (const { points } of [...arrows, ...relations]) {
    const ends = [boxAround(points[0]!, points[0]!), boxAround(points.at(-1)!, points.at(-1)!)];
    const closed = cards.filter((card) => !ends.some((end) => contains(card, end)));
    // A line ends at the border of a name, so it touches no inner point of any name.
    const boxes = [...closed, ...cards.flatMap(({ names }) => names.map(inner))];
    for (const [a, b] of linesOf(points)) {
      const line = boxAround(a, b);
      const isStraight = line.width === 0 || line.height === 0;
      if (!isStraight || !contains(page, line) || boxes.some((box) => overlap(line, box)))
        faults.push({ a, b });
    }
  }
  expect(faults).toEqual([]);
}

const boxAround = (a: Point, b: Point): Box => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

const linesOf = (points: readonly Point[]): readonly (readonly [Point, Point])[] =>
  points.slice(1).map((point, i) => [points[i]!, point]);

const contains = (outer: Box, box: Box): boolean =>
  outer.x <= box.x &&
  outer.y <= box.y &&
  box.x + box.width <= outer.x + outer.width &&
  box.y + box.height <= outer.y + outer.height;

const overlap = (a: Box, b: Box): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

const inner = ({ x, y, width, height }: Box): Box => ({
  x: x + 0.5,
  y: y + 0.5,
  width: width - 1,
  height: height - 1,
});

/** Graphs with relations in circles, types without names, and rules between any two names. */
const anyGraph: fc.Arbitrary<PolicyGraph> = fc
  .array(
    fc.record({
      roles: fc.integer({ min: 0, max: 4 }),
      permissions: fc.integer({ min: 0, max: 4 }),
      relations: fc.array(fc.nat(), { maxLength: 3 }),
      grants: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 8 }),
      isActor: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((drawn) => {
    const types = drawn.map(({ roles, permissions, relations, isActor }, i) => ({
      name: `Type${i}`,
      isActor,
      roles: Array.from({ length: roles }, (_, role) => `role${role}`),
      permissions: Array.from({ length: permissions }, (_, permission) => `permission${permission}`),
      relations: Object.fromEntries(
        relations.map((to, relation) => [`relation${relation}`, `Type${to % drawn.length}`]),
      ),
    }));
    const namesOf = (type: { roles: string[]; permissions: string[] }): string[] => [
      ...type.roles,
      ...type.permissions,
    ];
    const withGrants = (type: (typeof types)[number], i: number): TypeNode => ({
      ...type,
      grants: drawn[i]!.grants.flatMap(([a, b, c]) => {
        const on = [undefined, ...Object.keys(type.relations)][a % (Object.keys(type.relations).length + 1)];
        const source = on === undefined ? type : types.find(({ name }) => name === type.relations[on])!;
        const [needs, gives] = [namesOf(source), namesOf(type)];
        if (needs.length === 0 || gives.length === 0) return [];
        return [
          { needs: needs[b % needs.length]!, gives: gives[c % gives.length]!, on, file: 'a.polar', line: 1 },
        ];
      }),
    });
    return { types: types.map(withGrants) };
  });
