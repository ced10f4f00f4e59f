import { FilterNumbers } from './filter-numbers.js';
import type { RowFilter } from './row-filter.js';
import { withSharedRows } from './shared-rows.js';

/**
 * Returns whether each row that a filter accepts is accepted by another filter of the same row, as far as equal parts show it: `true` is
 * certain, and `false` is not.
 */
export function entails(filter: RowFilter, other: RowFilter): boolean {
  const numbers = new FilterNumbers();
  return follows(withSharedRows(filter), withSharedRows(other), numbers);
}

function follows(from: RowFilter, to: RowFilter, numbers: FilterNumbers): boolean {
  if (from.kind === 'never' || to.kind === 'always' || numbers.of(from) === numbers.of(to)) return true;
  if (to.kind === 'and') return to.parts.every((part) => follows(from, part, numbers));
  if (from.kind === 'or') return from.parts.every((part) => follows(part, to, numbers));
  if (to.kind === 'or' && to.parts.some((part) => follows(from, part, numbers))) return true;
  return from.kind === 'and' && from.parts.some((part) => follows(part, to, numbers));
}

/** Returns the filters with one object for all equal ones. */
export function withoutCopies<Name>(filters: ReadonlyMap<Name, RowFilter>): Map<Name, RowFilter> {
  const numbers = new FilterNumbers();
  const known = new Map<number, RowFilter>();
  return new Map(
    Array.from(filters, ([name, filter]) => {
      const number = numbers.of(withSharedRows(filter));
      const first = known.get(number) ?? filter;
      known.set(number, first);
      return [name, first];
    }),
  );
}
