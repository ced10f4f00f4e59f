import type { ResourceQuery } from '@nanook/core';
import type { Column } from '@nanook/core/filter';
import type { Dialect } from './dialect.js';
import type { Fragment } from './fragment.js';
import type { TableNames } from './table-names.js';

/** An expression to select beside the columns of a page. */
export interface MicrosecondColumn {
  readonly field: string;
  readonly alias: string;
  readonly expression: Fragment;
}

type Row = Record<string, unknown>;

/**
 * The microseconds that dates of listed rows have beyond their milliseconds. A `Date` loses them, so a page selects them for the cursor.
 */
export class Microseconds {
  readonly #ofRow = new WeakMap<object, ReadonlyMap<string, number>>();

  /** Moves the selected microseconds of rows out of the raw rows of a driver. */
  take(rows: readonly object[], raw: readonly object[], columns: readonly MicrosecondColumn[]): void {
    if (columns.length === 0) return;
    rows.forEach((row, i) => {
      const found = new Map<string, number>();
      for (const { field, alias } of columns) {
        const value = (raw[i] as Row)[alias];
        if (value !== null && value !== undefined) found.set(field, Number(value));
        delete (row as Row)[alias];
      }
      this.#ofRow.set(row, found);
    });
  }

  of(row: object, { field }: Column): number | undefined {
    return this.#ofRow.get(row)?.get(field);
  }
}

/** Returns the expressions that a page selects for its cursor. */
export const microsecondColumns = (
  { orderBy, take }: ResourceQuery,
  names: TableNames,
  dialect: Dialect,
): readonly MicrosecondColumn[] =>
  take === undefined
    ? []
    : orderBy.flatMap(({ column }, i) => {
        const expression = microsecondsOf(column, names, dialect);
        return expression === undefined ? [] : [{ field: column.field, alias: `nanook${i}`, expression }];
      });

/** Returns the expression of the microseconds of a column; `undefined` for one that has none. */
export function microsecondsOf(
  { scope, field, type }: Column,
  names: TableNames,
  dialect: Dialect,
): Fragment | undefined {
  if (type !== 'date' || names.storage(scope.type, field) === 'milliseconds') return undefined;
  return dialect.microseconds({ kind: 'root-column', field, name: names.column(scope.type, field) });
}
