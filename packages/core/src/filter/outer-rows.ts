import { operandsOf, type RowFilter } from './row-filter.js';

/** Returns whether a filter uses the columns of a row that is not among the given ones, and that it does not introduce itself. */
export function usesOuterRows(filter: RowFilter, own: ReadonlySet<number>): boolean {
  switch (filter.kind) {
    case 'always':
    case 'never':
      return false;
    case 'and':
    case 'or':
      return filter.parts.some((part) => usesOuterRows(part, own));
    case 'exists':
    case 'none':
      return (
        !own.has(filter.step.from.id) || usesOuterRows(filter.where, new Set(own).add(filter.step.to.id))
      );
    case 'compare':
    case 'computed':
    case 'computable':
    case 'uncomputable':
    case 'text':
    case 'not-text':
      return operandsOf(filter).some((side) => side.kind === 'column' && !own.has(side.scope.id));
    case 'contains':
    case 'lacks':
      return [filter.column, filter.item].some((side) => side?.kind === 'column' && !own.has(side.scope.id));
    case 'count': {
      const { step, other } = filter;
      return !own.has(step.from.id) || (other.kind === 'column' && !own.has(other.scope.id));
    }
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      return !own.has(filter.row.id);
    default:
      return !own.has(filter.column.scope.id);
  }
}
