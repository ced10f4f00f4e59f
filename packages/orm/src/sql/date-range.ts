import type { Column } from '@nanook/core/filter';
import { bound, type Fragment } from './fragment.js';
import type { ColumnSide, Comparison, Side } from './side.js';

/** The forms of dates in a database whose columns may hold finer instants than milliseconds. */
export interface DateForms {
  /** Returns a date as the driver takes it. */
  readonly bind: (date: Date, column: Column) => unknown;
  /** Prints a date of a column in whole milliseconds, which no index serves. */
  readonly truncate: (sql: Fragment) => Fragment;
  readonly range: DateRange;
}

/** The first and the last instant that the columns of a database hold, in milliseconds. */
export interface DateRange {
  readonly first: number;
  readonly last: number;
}
/** The years with four digits, in which texts have the order of their dates. */
export const fourDigits: DateRange = {
  first: Date.parse('0000-01-01T00:00:00.000Z'),
  last: Date.parse('9999-12-31T23:59:59.999Z'),
};
/** PostgreSQL counts days from the first one of its calendar. Its last date is beyond those of JavaScript. */
export const postgresRange: DateRange = { first: Date.UTC(-4713, 10, 24), last: Infinity };
/**
 * Prints the test that a column of PostgreSQL holds a date of JavaScript, or does not: it can hold `infinity`, and dates after the last one of
 * JavaScript, whose first one is before those of PostgreSQL. A column without `NULL` is tested by a range, which an index serves.
 */
export function postgresReadable(sql: Fragment, isNullable: boolean, holds: boolean): Fragment {
  const last = "'275760-09-13 00:00:00.000999+00'";
  // A column of the type `date` would be compared without the time of day of a value. PostgreSQL refuses it when it reads the query, because
  // the difference of two such dates is a number. It does not evaluate this part.
  const hasTime: Fragment = ['CASE WHEN TRUE THEN TRUE ELSE ', sql, ' - ', sql, " = interval '0' END"];
  const isDate: Fragment =
    holds && !isNullable
      ? [sql, " > '-infinity' AND ", sql, ` <= ${last}`]
      : ['(', sql, " = '-infinity' OR ", sql, ` > ${last}`, holds ? ') IS NOT TRUE' : ') IS TRUE'];
  return ['(', isDate, ' AND ', hasTime, ')'];
}

/** Returns on which side of a range an instant is. */
export const sideOf = ({ first, last }: DateRange, date: Date): 'before' | 'after' | undefined =>
  date.getTime() < first ? 'before' : date.getTime() > last ? 'after' : undefined;

/** Prints a comparison of a column with a value that is below or above all stored values. `NULL` is in no comparison. */
export function outsideOf(
  operator: Comparison,
  column: ColumnSide,
  value: 'before' | 'after',
  isColumnLeft: boolean,
): Fragment {
  const isBelow = value === (isColumnLeft ? 'after' : 'before');
  const holds = operator === '<>' || (operator !== '=' && isBelow);
  return holds ? [column.sql, ' IS NOT NULL'] : '1=0';
}

/** Compares instants of whole milliseconds, as JavaScript reads them, with columns that may hold finer ones. Ranges keep the index. */
export function dateRange(operator: Comparison, left: Side, right: Side, forms: DateForms): Fragment {
  const { bind, truncate, range } = forms;
  if (left.kind === 'column' && right.kind === 'column') {
    // MySQL truncates to a text, which it does not compare with a date.
    const areWhole = left.storage === 'milliseconds' && right.storage === 'milliseconds';
    const side = (each: ColumnSide) => (areWhole ? each.sql : truncate(each.sql));
    return [side(left), ` ${operator} `, side(right)];
  }
  const isColumnLeft = left.kind === 'column';
  const column = (isColumnLeft ? left : right) as ColumnSide;
  const date = ((isColumnLeft ? right : left) as { readonly value: Date }).value;
  const outside = sideOf(range, date);
  if (outside !== undefined) return outsideOf(operator, column, outside, isColumnLeft);
  const { sql } = column;
  const value = bound(bind(date, column.column));
  const compare = (to: Fragment): Fragment =>
    isColumnLeft ? [to, ` ${operator} `, value] : [value, ` ${operator} `, to];
  if (column.storage === 'milliseconds') return compare(sql);
  const following = new Date(date.getTime() + 1);
  if (Number.isNaN(following.getTime())) return compare(truncate(sql));
  if (date.getTime() === range.last) return compareWithLast(operator, sql, value, isColumnLeft);
  const next = bound(bind(following, column.column));
  switch (operator) {
    case '=':
      return ['(', sql, ' >= ', value, ' AND ', sql, ' < ', next, ')'];
    case '<>':
      return ['(', sql, ' < ', value, ' OR ', sql, ' >= ', next, ')'];
    case '<':
      return isColumnLeft ? [sql, ' < ', value] : [sql, ' >= ', next];
    case '<=':
      return isColumnLeft ? [sql, ' < ', next] : [sql, ' >= ', value];
  }
}

/** Compares a column with the last millisecond that it can hold. */
function compareWithLast(
  operator: Comparison,
  column: Fragment,
  last: Fragment,
  isColumnLeft: boolean,
): Fragment {
  if (operator === '<' && !isColumnLeft) return '1=0';
  if (operator === '<=' && isColumnLeft) return [column, ' IS NOT NULL'];
  return [column, operator === '<>' || operator === '<' ? ' < ' : ' >= ', last];
}

/** Returns a date as PostgreSQL reads it, also before the year 1 and after the year 9999, which ISO texts write in another way. */
export function postgresDate(date: Date): string {
  const text = date.toISOString();
  const year = date.getUTCFullYear();
  if (year > 0 && year <= 9999) return text;
  const [, rest] = /^[+-]?\d+(-.*)$/.exec(text)!;
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${rest}${year > 0 ? '' : ' BC'}`;
}
