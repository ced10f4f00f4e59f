import { optimizeFilter } from './optimize-filter.js';
import { usesOuterRows } from './outer-rows.js';
import { all, allRows, any, exists, type RowFilter } from './row-filter.js';

/**
 * Adds a wider condition beside each related row that is an alternative and is compared with the rows around it. A database searches such a
 * related row again for each candidate; the related rows of the wider condition it finds once. Where the related row is not an alternative, a
 * database starts from it, and a wider condition beside it leads to worse plans.
 *
 * @param known the numbers of the rows whose columns are values of the query, such as those of the actor
 */
export const guardRelated = (filter: RowFilter, known: ReadonlySet<number> = new Set()): RowFilter =>
  guarded(filter, known, false);

function guarded(filter: RowFilter, known: ReadonlySet<number>, isAlternative: boolean): RowFilter {
  switch (filter.kind) {
    case 'and':
      return all(...filter.parts.map((part) => guarded(part, known, isAlternative)));
    case 'or':
      return any(...filter.parts.map((part) => guarded(part, known, true)));
    case 'exists': {
      const own = new Set(known).add(filter.step.to.id);
      const inner: RowFilter = { ...filter, where: guarded(filter.where, known, false) };
      if (!isAlternative || !usesOuterRows(filter.where, own)) return inner;
      const wider = optimizeFilter({ ...filter, where: widened(filter.where, own) }, { outerRows: true });
      return narrows(wider) ? all(wider, inner) : inner;
    }
    default:
      return filter;
  }
}

/** Returns a filter that accepts all rows that a filter accepts, and uses no other rows than the given ones. */
function widened(filter: RowFilter, own: ReadonlySet<number>): RowFilter {
  if (!usesOuterRows(filter, own)) return filter;
  switch (filter.kind) {
    case 'and':
      return all(...filter.parts.map((part) => widened(part, own)));
    case 'or':
      return any(...filter.parts.map((part) => widened(part, own)));
    case 'exists': {
      const { step, where } = filter;
      return own.has(step.from.id) ? exists(step, widened(where, new Set(own).add(step.to.id))) : allRows;
    }
    default:
      return allRows;
  }
}

/** Returns whether a filter compares a column with a value, so that a database finds few rows by an index. */
function narrows(filter: RowFilter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.some(narrows);
    case 'or':
      return filter.parts.every(narrows);
    case 'exists':
      return narrows(filter.where);
    case 'compare':
      return filter.operator === '=' && [filter.left, filter.right].some(({ kind }) => kind === 'value');
    case 'in':
      return true;
    default:
      return false;
  }
}
