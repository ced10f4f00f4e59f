import { visit, type TermNode } from '@nanook/core/syntax';
import { isSamePlace, placeOf, type Place } from '../workspace/place.js';
import type { Snapshot } from '../workspace/snapshot.js';

/**
 * Returns the places of a text that name nothing for the analysis, such as an argument of a rule of the application.
 *
 * @param includesData whether texts that are compared with fields count, too
 */
export function otherTexts(
  { trees, symbols }: Snapshot,
  text: string,
  includesData: boolean,
): readonly Place[] {
  const places: Place[] = [];
  for (const tree of trees) {
    const skipped = new Set<TermNode>();
    const skipData = (a: TermNode, b: TermNode): void => {
      if (includesData) return;
      for (const [field, value] of [
        [a, b],
        [b, a],
      ] as const)
        if (field.kind === 'lookup')
          for (const each of value.kind === 'list' ? value.items : [value]) skipped.add(each);
    };
    visit(tree, {
      lookup: ({ key }) => void skipped.add(key),
      unify: ({ left, right }) => skipData(left, right),
      compare: ({ left, right }) => skipData(left, right),
      in: ({ item, collection }) => skipData(item, collection),
      literal: (literal) => {
        if (literal.value !== text || skipped.has(literal)) return;
        const { file, start, end } = placeOf(literal.span);
        const inner = { file, start: start + 1, end: end - 1 };
        if (!symbols.at(file, inner.start).some((each) => isSamePlace(each, inner))) places.push(inner);
      },
    });
  }
  return places;
}
