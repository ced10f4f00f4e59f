import type { FieldQuery, MaskedRow } from '@nanook/core';
import type { Dialect } from './dialect.js';
import type { Fragment } from './fragment.js';
import { printFilter } from './print-filter.js';
import type { TableNames } from './table-names.js';

/** A column of a query: its expression, and its name in the rows. */
export interface SelectedColumn {
  readonly expression: Fragment;
  readonly name: string;
  /** The field whose values it has; `undefined` for a column that says whether a mask shows its fields. */
  readonly field: string | undefined;
}

/**
 * Returns the columns of a query for fields: those of the masked fields are `NULL` in the rows that do not show them, and one more column
 * for each mask tells these rows from those with `NULL`.
 *
 * @param root the name that the query has for the filtered row
 */
export function fieldColumns(
  { condition: { row }, fields, masks }: FieldQuery,
  names: TableNames,
  dialect: Dialect,
  root: string,
): readonly SelectedColumn[] {
  const column = (field: string, of: (own: Fragment) => Fragment): SelectedColumn => {
    const name = names.column(row.type, field);
    return { expression: of({ kind: 'root-column', field, name }), name, field };
  };
  return [
    ...fields.map((field) => column(field, (own) => own)),
    ...masks.flatMap((mask, i) => {
      const shown = printFilter(mask.filter, row, names, dialect, root);
      return [
        ...mask.fields.map((field) => column(field, (own) => ['CASE WHEN ', shown, ' THEN ', own, ' END'])),
        {
          expression: ['CASE WHEN ', shown, ' THEN 1 ELSE 0 END'],
          name: nameOfMask(i),
          field: undefined,
        },
      ];
    }),
  ];
}

/** Returns the rows of a query for fields, from objects that have the columns of the masks. */
export const maskedRows = (
  rows: readonly object[],
  { masks }: FieldQuery,
  shownOf: (row: object, name: string) => unknown = (row, name) => (row as Record<string, unknown>)[name],
): MaskedRow[] =>
  rows.map((row) => ({ row, shows: masks.map((_, i) => Number(shownOf(row, nameOfMask(i))) === 1) }));

/** Returns the name of the column of a mask, which plugins for names of columns translate in both directions. */
export const nameOfMask = (i: number): string => `nanookShown${i}`;
