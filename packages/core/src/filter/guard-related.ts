import { usesOuterRows } from './outer-rows.js';
import { all, exists, type RowFilter } from './row-filter.js';

/** A filter of rows that have a related row, or have none. */
export type Related = Extract<RowFilter, { readonly kind: 'exists' | 'none' }>;

/** A wider condition of related rows that uses no other row, so that a database can find its rows once. */
export interface Guard {
  readonly where: RowFilter;
  /** Whether a row can be accepted without the related row. If it cannot, a database can start from the related rows. */
  readonly isAlternative: boolean;
}

/**
 * Returns the guards of related rows that are compared with the rows around them. A database searches such a related row again for each
 * candidate, and the rows of its guard once. A related row of a related row has a guard only if it is an alternative.
 *
 * @param known the numbers of the rows whose columns are values of the query, such as those of the actor
 */
export function relatedGuards(filter: RowFilter, known: ReadonlySet<number>): ReadonlyMap<Related, Guard> {
  const guards = new Map<Related, Guard>();
  collect(filter, known, 'required', guards);
  return guards;
}

function collect(
  filter: RowFilter,
  known: ReadonlySet<number>,
  place: 'required' | 'alternative' | 'inner',
  guards: Map<Related, Guard>,
): void {
  if (filter.kind === 'and' || filter.kind === 'or')
    for (const part of filter.parts)
      collect(part, known, filter.kind === 'or' ? 'alternative' : place, guards);
  if (filter.kind !== 'exists') return;
  const own = new Set(known).add(filter.step.to.id);
  collect(filter.where, known, 'inner', guards);
  if (place === 'inner' || !usesOuterRows(filter.where, own)) return;
  const isAlternative = place === 'alternative';
  const guard =
    limited(filter.where, own, (part) => isEquality(part, known)) ??
    (isAlternative ? limited(filter.where, own, isList) : undefined);
  if (guard !== undefined) guards.set(filter, { where: guard, isAlternative });
}

/**
 * Returns the conditions that limit the given rows alone, and that all rows of a filter satisfy; `undefined` where it has none. Conditions
 * beside an equality seldom make a set smaller, and a long list leads MariaDB to read an index in the order of the list.
 */
function limited(
  filter: RowFilter,
  own: ReadonlySet<number>,
  isLimit: (filter: RowFilter) => boolean,
): RowFilter | undefined {
  if (filter.kind === 'and') {
    const parts = filter.parts
      .map((part) => limited(part, own, isLimit))
      .filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : all(...parts);
  }
  if (filter.kind === 'exists') {
    const { step } = filter;
    const where = limited(filter.where, new Set(own).add(step.to.id), isLimit);
    return where && own.has(step.from.id) ? exists(step, where) : undefined;
  }
  return isLimit(filter) && !usesOuterRows(filter, own) ? filter : undefined;
}

/** Returns whether a filter compares a column with a value, so that a database finds few rows by an index. Many rows have the same boolean. */
const isEquality = (filter: RowFilter, known: ReadonlySet<number>): boolean =>
  filter.kind === 'compare' &&
  filter.operator === '=' &&
  [filter.left, filter.right].some((side) => side.kind === 'value' || known.has(side.scope.id)) &&
  ![filter.left, filter.right].some((side) => side.kind === 'column' && side.type === 'boolean');

const isList = ({ kind }: RowFilter): boolean => kind === 'in';
