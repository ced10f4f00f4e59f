import { oppositeOfCount } from './comparison-filters.js';
import type { Column, Operand } from './condition.js';
import { all, any, allRows, noRows, type RowFilter } from './row-filter.js';

type Compare = Extract<RowFilter, { readonly kind: 'compare' }>;

/**
 * Returns the filter of exactly the rows that a filter does not accept.
 *
 * @param isNull returns the filter of the rows whose column is `NULL`, which a comparison never accepts
 * @returns undefined for a filter about a set of rows or about computed numbers, which has no complement of its own
 */
export function complement(filter: RowFilter, isNull: (column: Column) => RowFilter): RowFilter | undefined {
  const orNull = (opposite: RowFilter, ...operands: readonly Operand[]): RowFilter =>
    any(opposite, ...operands.map((operand) => (operand.kind === 'column' ? isNull(operand) : noRows)));
  switch (filter.kind) {
    case 'always':
      return noRows;
    case 'never':
      return allRows;
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => complement(part, isNull));
      if (!parts.every((part) => part !== undefined)) return undefined;
      return filter.kind === 'and' ? any(...parts) : all(...parts);
    }
    case 'exists':
      return { ...filter, kind: 'none' };
    case 'none':
      return { ...filter, kind: 'exists' };
    case 'compare':
      return orNull(opposite(filter), filter.left, filter.right);
    case 'count':
      return orNull({ ...filter, operator: oppositeOfCount[filter.operator] }, filter.other);
    case 'computable':
      return { ...filter, kind: 'uncomputable' };
    case 'uncomputable':
      return { ...filter, kind: 'computable' };
    case 'text':
      return orNull({ ...filter, kind: 'not-text' }, filter.text, filter.part);
    case 'not-text':
      return orNull({ ...filter, kind: 'text' }, filter.text, filter.part);
    case 'null':
      return { kind: 'not-null', column: filter.column };
    case 'not-null':
      return { kind: 'null', column: filter.column };
    case 'readable':
      return { kind: 'unreadable', column: filter.column };
    case 'unreadable':
      return { kind: 'readable', column: filter.column };
    case 'contains':
      return { ...filter, kind: 'lacks' };
    case 'lacks':
      return { ...filter, kind: 'contains' };
    case 'readable-elements':
      return { ...filter, kind: 'unreadable-elements' };
    case 'unreadable-elements':
      return { ...filter, kind: 'readable-elements' };
    case 'nan':
      return orNull({ kind: 'not-nan', column: filter.column }, filter.column);
    case 'not-nan':
      return orNull({ kind: 'nan', column: filter.column }, filter.column);
    case 'in':
      return orNull({ ...filter, kind: 'not-in' }, filter.column);
    case 'not-in':
      return orNull({ ...filter, kind: 'in' }, filter.column);
    case 'computed':
    case 'in-set':
    case 'not-in-set':
    case 'found-before':
      return undefined;
  }
}

function opposite(filter: Compare): Compare {
  const { operator, left, right } = filter;
  switch (operator) {
    case '=':
      return { ...filter, operator: '<>' };
    case '<>':
      return { ...filter, operator: '=' };
    case '<':
      return { ...filter, operator: '<=', left: right, right: left };
    case '<=':
      return { ...filter, operator: '<', left: right, right: left };
  }
}
