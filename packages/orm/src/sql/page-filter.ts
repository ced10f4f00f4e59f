import type { ResourceQuery } from '@nanook/core';
import type { RowCondition, RowFilter, Scalar } from '@nanook/core/filter';

/** Returns the condition of the rows of a page and of the pages after it. */
export const pageCondition = ({ condition, after }: ResourceQuery): RowCondition =>
  after === undefined
    ? condition
    : { ...condition, filter: { kind: 'and', parts: [condition.filter, after] } };

/** Returns the condition of one row that a page has listed. */
export function rowCondition(row: object, { condition, orderBy }: ResourceQuery): RowCondition {
  const { key = [] } = condition.row.type;
  const parts = orderBy
    .filter(({ column }) => key.includes(column.field))
    .map(({ column }): RowFilter => {
      const value = (row as Record<string, Scalar>)[column.field]!;
      return { kind: 'compare', operator: '=', left: column, right: { kind: 'value', value } };
    });
  return { ...condition, filter: { kind: 'and', parts } };
}
