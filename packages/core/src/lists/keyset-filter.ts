import { equal, isNull, notNull } from '../filter/comparison-filters.js';
import type { Scalar, ValueOperand } from '../filter/condition.js';
import { all, allRows, any, noRows, type RowFilter } from '../filter/row-filter.js';
import type { SortKey } from './resource-adapter.js';

/** The values of a row in the keys of an order. */
export type Position = readonly PositionValue[];
export interface PositionValue {
  readonly value: Scalar | null;
  /** The microseconds of a date beyond its milliseconds, where its column has them. */
  readonly microseconds: number | undefined;
}

/** Returns the filter of the rows after a position in an order. */
export function rowsAfter(keys: readonly SortKey[], position: Position): RowFilter {
  const after = rowsAfterFrom(0, keys, position);
  // Databases read a range of an index for the first key, but not for a disjunction.
  return keys.length > 1 ? all(firstKeyRange(keys[0]!, position[0]!.value), after) : after;
}

function rowsAfterFrom(from: number, keys: readonly SortKey[], position: Position): RowFilter {
  const key = keys[from];
  if (key === undefined) return noRows;
  const value = position[from]!;
  return any(isAfter(key, value), all(isSame(key, value), rowsAfterFrom(from + 1, keys, position)));
}

function isAfter(key: SortKey, position: PositionValue): RowFilter {
  const { column, direction, nulls } = key;
  const { value } = position;
  if (value === null) return nulls === 'first' ? notNull(column) : noRows;
  const after = (): RowFilter => {
    if (Number.isNaN(value))
      return direction === 'asc' ? noRows : all(notNull(column), { kind: 'not-nan', column });
    if (typeof value === 'boolean')
      return value === (direction === 'desc') ? equal(column, { kind: 'value', value: !value }) : noRows;
    return compare('<', key, operandOf(value, position.microseconds));
  };
  return nulls === 'last' ? any(after(), isNull(column)) : after();
}

function isSame(key: SortKey, { value, microseconds }: PositionValue): RowFilter {
  const { column } = key;
  if (value === null) return isNull(column);
  return Number.isNaN(value) ? { kind: 'nan', column } : compare('=', key, operandOf(value, microseconds));
}

/** A range that contains the rows after a position, where one comparison expresses it. */
function firstKeyRange(key: SortKey, value: Scalar | null): RowFilter {
  const { column, nulls } = key;
  if (value === null || typeof value === 'boolean' || Number.isNaN(value)) return allRows;
  if (column.nullable && nulls === 'last') return allRows;
  return compare('<=', key, operandOf(value, undefined));
}

/** Returns a comparison of a position with a column, in the direction of the order. */
function compare(
  operator: '=' | '<' | '<=',
  { column, direction }: SortKey,
  operand: ValueOperand,
): RowFilter {
  const [left, right] = direction === 'asc' ? [operand, column] : [column, operand];
  return { kind: 'compare', operator, left, right, ...(column.type === 'string' && { order: 'own' }) };
}

const operandOf = (value: Scalar, microseconds: number | undefined): ValueOperand => ({
  kind: 'value',
  value,
  ...(microseconds !== undefined && { microseconds }),
});
