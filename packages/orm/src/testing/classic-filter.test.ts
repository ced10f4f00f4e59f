import { Authorizer, typed } from '@nanook/core';
import {
  toClassicFilter,
  type ClassicCondition,
  type ClassicFilter,
  type ClassicSide,
} from '@nanook/core/filter';
import { expect, it } from 'vitest';
import { randomCases, randomTimeout } from '../../../../tools/test-scope.js';
import { compareWithIsAllowed } from './oracle.fixture.js';
import { objectsOf, types, type Tables } from './world.fixture.js';

type Joined = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Relations = Readonly<Record<string, { readonly local: string; readonly foreign: string }>>;

/** Finds the rows of a classic filter with inner joins, as adapters for oso do. Two NULL are equal, and NULL is ordered as 0. */
function idsOf(filter: ClassicFilter, objects: ReturnType<typeof objectsOf>): unknown[] {
  let rows: Joined[] = objects[filter.model]!.map((row) => ({ [filter.model]: row }));
  for (const { fromTypeName, fromFieldName, toTypeName } of filter.relations) {
    const { local, foreign } = (types[fromTypeName] as { relations: Relations }).relations[fromFieldName]!;
    rows = rows.flatMap((row) =>
      objects[toTypeName]!.filter((to) => to[foreign] === row[fromTypeName]![local]).map((to) => ({
        ...row,
        [toTypeName]: to,
      })),
    );
  }
  const value = (side: ClassicSide, row: Joined) =>
    'value' in side ? side.value : row[side.typeName]![side.fieldName];
  const holds = ({ lhs, cmp, rhs }: ClassicCondition, row: Joined): boolean => {
    const [left, right] = [value(lhs, row) as number, value(rhs, row) as number];
    switch (cmp) {
      case 'Eq':
        return left === right;
      case 'Neq':
        return left !== right;
      case 'Lt':
        return left < right;
      case 'Leq':
        return left <= right;
    }
  };
  const found = rows.filter((row) =>
    filter.conditions.some((all) => all.every((condition) => holds(condition, row))),
  );
  return [...new Set(found.map((row) => row[filter.model]!['id']))];
}

it('toClassicFilter() throws POLAR_FILTER_NOT_CLASSIC for arithmetic on a column', async () => {
  const policies = 'allow(_: User, "read", document: Document) if not document.priority + 1 < 3;';
  const authorizer = await Authorizer.load({ policies, types });
  const condition = await authorizer.where(typed('User', { id: 1 }), 'read', 'Document');
  expect(() => toClassicFilter(condition)).toThrow(
    expect.objectContaining({
      code: 'POLAR_FILTER_NOT_CLASSIC',
      data: { construct: 'arithmetic on a column' },
    }),
  );
});

it(
  'toClassicFilter() returns exactly the rows that a check allows, or throws, for random policies',
  async () => {
    let objects: ReturnType<typeof objectsOf> = {};
    const report = await compareWithIsAllowed(
      {
        fill: async (data: Tables) => {
          objects = objectsOf(data);
        },
        idsOf: async (_type, condition) => idsOf(toClassicFilter(condition, { nan: 'absent' }), objects),
      },
      { policies: randomCases(600) },
    );
    expect(report.failures).toEqual([]);
    expect(report.compared).toBeGreaterThan(randomCases(200));
    expect(report.telling).toBeGreaterThan(randomCases(100));
  },
  randomTimeout(60_000),
);
