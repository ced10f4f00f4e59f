import type { SortKey } from '@nanook/core';
import type { Dialect, DialectName } from './dialect.js';
import { joined, type Fragment } from './fragment.js';
import type { TableNames } from './table-names.js';

/** One term of `ORDER BY`. */
export interface OrderTerm {
  readonly expression: Fragment;
  readonly direction: 'ASC' | 'DESC';
  /** The place of NULL, where it is not that of the database. */
  readonly nulls: 'NULLS FIRST' | 'NULLS LAST' | undefined;
}

/** Returns the place of NULL in the order of a database. */
export const nullsOf = (dialect: DialectName): 'low' | 'high' => (dialect === 'postgres' ? 'high' : 'low');

/** Returns the terms that put rows into an order. */
export function orderTerms(keys: readonly SortKey[], names: TableNames, dialect: Dialect): OrderTerm[] {
  return keys.flatMap(({ column, direction: order, nulls }): OrderTerm[] => {
    const { scope, field, type, nullable } = column;
    const sql: Fragment = { kind: 'root-column', field, name: names.column(scope.type, field) };
    const hasStorage = type === 'string' || type === 'date';
    const storage = hasStorage ? names.storage(scope.type, field) : 'text';
    const expression = dialect.sortable({ kind: 'column', column, sql, storage });
    const direction = order === 'asc' ? 'ASC' : 'DESC';
    const isUsual = (nulls === 'first') === ((nullsOf(dialect.name) === 'low') === (order === 'asc'));
    if (isUsual || !nullable) return [{ expression, direction, nulls: undefined }];
    if (dialect.name !== 'mysql')
      return [{ expression, direction, nulls: nulls === 'first' ? 'NULLS FIRST' : 'NULLS LAST' }];
    return [
      { expression: [sql, ' IS NULL'], direction: nulls === 'first' ? 'DESC' : 'ASC', nulls: undefined },
      { expression, direction, nulls: undefined },
    ];
  });
}

/** Prints the terms of `ORDER BY`. */
export const printOrder = (keys: readonly SortKey[], names: TableNames, dialect: Dialect): Fragment =>
  joined(
    orderTerms(keys, names, dialect).map(({ expression, direction, nulls }): Fragment => [
      expression,
      nulls === undefined ? ` ${direction}` : ` ${direction} ${nulls}`,
    ]),
    ', ',
  );
