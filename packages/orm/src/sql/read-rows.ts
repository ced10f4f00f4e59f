import type { DeclaredType, Field } from '@nanook/core/filter';
import type { SqlOptions } from './sql-options.js';
import type { TableNames } from './table-names.js';

type Row = Readonly<Record<string, unknown>>;

/**
 * Returns rows of a driver as rows of a declared type: with the names of the fields, and with the values that the fields declare, because
 * drivers return numbers for booleans, and texts for dates and for large integers. Other columns stay as they are.
 */
export function readRows(
  rows: readonly object[],
  type: DeclaredType,
  names: TableNames,
  { readDate = dateOf }: SqlOptions,
): Row[] {
  const fields = Array.from(type.fields ?? [], ([name, field]) => ({
    name,
    column: names.column(type, name),
    read: readerOf(field, readDate),
  }));
  return (rows as readonly Row[]).map((row) => {
    const result: Record<string, unknown> = { ...row };
    for (const { name, column, read } of fields) {
      // A plugin may have renamed the column.
      const from = Object.hasOwn(row, column) ? column : name;
      if (!Object.hasOwn(row, from)) continue;
      if (from !== name) delete result[from];
      const value = row[from];
      result[name] = value === null || value === undefined ? null : read(value);
    }
    return result;
  });
}

/** Returns the value of a column as its field declares it. */
export const readValue = (value: unknown, field: Field): unknown =>
  value === null || value === undefined ? null : readerOf(field, dateOf)(value);

type Read = (value: unknown) => unknown;

function readerOf({ type }: Field, readDate: (stored: unknown) => Date): Read {
  if (type.kind === 'date') return (value) => (value instanceof Date ? value : readDate(value));
  if (type.kind !== 'named') return (value) => value;
  switch (type.name) {
    case 'Boolean':
      return (value) =>
        typeof value === 'number' || typeof value === 'bigint' ? Number(value) !== 0 : value;
    case 'Integer':
      return integerOf;
    case 'Float':
      return numberOf;
    default:
      return (value) => value;
  }
}

/** Returns an integer that a driver shows as a text or as a `bigint`; a `bigint` where a number would be rounded. */
function integerOf(value: unknown): unknown {
  const number = numberOf(value);
  const isRounded = Number.isInteger(number) && !Number.isSafeInteger(number);
  return isRounded && (typeof value === 'string' || typeof value === 'bigint') ? BigInt(value) : number;
}

/** Returns a number that a driver shows as a text or as a `bigint`. */
const numberOf = (value: unknown): unknown =>
  typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value;

/** Returns the date of a number of milliseconds, or of a text in UTC, as SQLite writes it. */
function dateOf(stored: unknown): Date {
  if (typeof stored !== 'string') return new Date(Number(stored));
  const isIso = /(Z|[+-]\d\d:?\d\d)$/.test(stored) || !stored.includes(':');
  return new Date(isIso ? stored : `${stored.replace(' ', 'T')}Z`);
}
