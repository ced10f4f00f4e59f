import { PolarError } from '../diagnostics/polar-error.js';
import { describeValue } from '../internal/describe-value.js';
import { inCondition } from '../filter/comparisons.js';
import { and, or, type Column } from '../filter/condition.js';
import { all } from '../filter/row-filter.js';
import { toRowFilter } from '../filter/to-row-filter.js';
import type { FieldQuery, MaskedRow, ResourceAdapter } from './resource-adapter.js';

type Row = Readonly<Record<string, unknown>>;

/** The number of rows whose fields are read by one query, because databases limit the values of a query. */
export const maxKeys = 200;

/**
 * Lists rows with a part of their fields. If the adapter cannot select by a condition, one more query for each condition reads the fields
 * of the rows that show them.
 *
 * @param key the columns that identify a row
 * @returns the rows, each with the row that the adapter returned
 */
export async function listFields(
  adapter: ResourceAdapter,
  query: FieldQuery,
  key: readonly Column[],
): Promise<readonly (MaskedRow & { readonly stored: object })[]> {
  if (adapter.listFields !== undefined)
    return (await adapter.listFields(query)).map((each) => ({ ...each, stored: each.row }));
  const { fields, masks, ...page } = query;
  const found = (await adapter.list(page)) as readonly Row[];
  const rows = found.map((row) => ({
    key: keyOf(row, key),
    row: copyOf(row, fields),
    shows: masks.map(() => false),
    stored: row,
  }));
  const byKey = new Map(rows.map((each) => [each.key, each]));
  const { condition } = page;
  for (const [i, mask] of masks.entries())
    for (let from = 0; from < found.length; from += maxKeys) {
      const among = toRowFilter(keysAmong(found.slice(from, from + maxKeys), key));
      const shown = await adapter.list({
        ...page,
        // The condition and the values are read by one query, so that a change in between shows nothing.
        condition: { ...condition, filter: all(condition.filter, mask.filter, among) },
        after: undefined,
        take: undefined,
        skip: undefined,
      });
      for (const row of shown as readonly Row[]) {
        const own = byKey.get(keyOf(row, key));
        if (own === undefined) continue;
        own.shows[i] = true;
        Object.assign(own.row, copyOf(row, mask.fields));
      }
    }
  return rows;
}

/** Returns a row with these fields. A field without a value is `null`, because an absent field is a hidden one. */
export const copyOf = (row: object, fields: Iterable<string>): Record<string, unknown> =>
  Object.fromEntries(
    [...fields].flatMap((field) => (field in row ? [[field, (row as Row)[field] ?? null]] : [])),
  );

const keysAmong = (rows: readonly Row[], [first, ...others]: readonly Column[]) =>
  others.length === 0
    ? inCondition(
        first!,
        rows.map((row) => row[first!.field]),
      )
    : or(
        ...rows.map((row) =>
          and(...[first!, ...others].map((column) => inCondition(column, [row[column.field]]))),
        ),
      );

/** Returns a text that identifies a row by its key. */
function keyOf(row: Row, key: readonly Column[]): string {
  return JSON.stringify(
    key.map(({ field, type, scope }) => {
      const value = row[field];
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
      if (typeof value === 'bigint') return `${value}n`;
      if (value instanceof Date) return value.getTime();
      throw new PolarError('POLAR_LIST_ROW', {
        type: scope.type.name,
        field,
        declared: type,
        found: describeValue(value),
      });
    }),
  );
}
