import { equal, isNull, notNull } from '../filter/comparison-filters.js';
import type { Scalar } from '../filter/condition.js';
import { all, allRows, any, noRows, type RowFilter } from '../filter/row-filter.js';
import type { SortKey } from './resource-adapter.js';

/** The values of a row in the keys of an order. */
export type Position = readonly (Scalar | null)[];

/** Returns the filter of the rows after a position in an order. */
export function rowsAfter(keys: readonly SortKey[], position: Position): RowFilter {
  const after = rowsAfterFrom(0, keys, position);
  // Databases read a range of an index for the first key, but not for a disjunction.
  return keys.length > 1 ? all(firstKeyRange(keys[0]!, position[0]!), after) : after;
}

function rowsAfterFrom(from: number, keys: readonly SortKey[], position: Position): RowFilter {
  const key = keys[from];
  if (key === undefined) return noRows;
  const value = position[from]!;
  return any(isAfter(key, value), all(isSame(key, value), rowsAfterFrom(from + 1, keys, position)));
}

function isAfter({ column, direction, nulls }: SortKey, value: Scalar | null): RowFilter {
  if (value === null) return nulls === 'first' ? notNull(column) : noRows;
  const after = (): RowFilter => {
    if (Number.isNaN(value))
      return direction === 'asc' ? noRows : all(notNull(column), { kind: 'not-nan', column });
    const operand = { kind: 'value', value } as const;
    if (typeof value === 'boolean')
      return value === (direction === 'desc') ? equal(column, { kind: 'value', value: !value }) : noRows;
    const [left, right] = direction === 'asc' ? [operand, column] : [column, operand];
    return { kind: 'compare', operator: '<', left, right };
  };
  return nulls === 'last' ? any(after(), isNull(column)) : after();
}

function isSame({ column }: SortKey, value: Scalar | null): RowFilter {
  if (value === null) return isNull(column);
  return Number.isNaN(value) ? { kind: 'nan', column } : equal(column, { kind: 'value', value });
}

/** A range that contains the rows after a position, where one comparison expresses it. */
function firstKeyRange({ column, direction, nulls }: SortKey, value: Scalar | null): RowFilter {
  if (value === null || typeof value === 'boolean' || Number.isNaN(value)) return allRows;
  if (column.nullable && nulls === 'last') return allRows;
  const operand = { kind: 'value', value } as const;
  const [left, right] = direction === 'asc' ? [operand, column] : [column, operand];
  return { kind: 'compare', operator: '<=', left, right };
}
