import { PolarError } from '../diagnostics/polar-error.js';
import type { Column, Scalar } from '../filter/condition.js';
import { parseDecimal } from '../types/decimal-value.js';
import { readDecimal } from '../types/read-decimal.js';
import { describeValue } from '../internal/descriptions.js';
import type { Position, PositionValue } from './keyset-filter.js';
import type { ResourceAdapter, ResourceQuery, SortKey } from './resource-adapter.js';

// A cursor is the position of the last row of a page, as base64url of JSON. It is not secret and not signed: it only narrows the rows that
// the policy allows.

/** Checks that a row has a position in an order. @throws {PolarError} `POLAR_LIST_ROW` when the row does not have the declared values */
export function requirePosition(row: object, keys: readonly SortKey[]): void {
  for (const { column } of keys) encoded(column, valueOf(row, column));
}

/** Returns the cursor of a row that an adapter has listed. @throws {PolarError} as `requirePosition` */
export async function cursorOf(row: object, query: ResourceQuery, adapter: ResourceAdapter): Promise<string> {
  const keys = query.orderBy;
  const values = await Promise.all(
    keys.map(async ({ column }) => {
      const value = encoded(column, valueOf(row, column));
      if (value === null || column.type !== 'date') return value;
      const microseconds = await adapter.microseconds?.(row, column, query);
      return microseconds === undefined ? value : [value, microseconds];
    }),
  );
  return toBase64Url(JSON.stringify([orderOf(keys), ...values]));
}

/** Returns the position of a cursor. @throws {PolarError} `POLAR_LIST_CURSOR` */
export function positionOf(cursor: unknown, keys: readonly SortKey[]): Position {
  const parts = typeof cursor === 'string' ? parsed(cursor) : undefined;
  if (parts === undefined) throw invalid('it is not the `next` of a page');
  const [order, ...values] = parts;
  if (order !== orderOf(keys)) throw invalid('it is from a list of another type or order');
  const position = keys.map(({ column }, i) => positionIn(column, values[i]));
  if (values.length !== keys.length || !position.every((each) => each !== undefined))
    throw invalid('it is not the `next` of a page');
  return position;
}

/** Returns the position in a column from its part of a cursor: a value, or the milliseconds of a date with its microseconds. */
function positionIn(column: Column, part: unknown): PositionValue | undefined {
  const hasMicroseconds = column.type === 'date' && Array.isArray(part) && part.length === 2;
  const [encodedValue, microseconds] = (hasMicroseconds ? part : [part, undefined]) as [unknown, unknown];
  if (hasMicroseconds && !isMicroseconds(microseconds)) return undefined;
  const value = decoded(column, encodedValue);
  if (value === undefined || (hasMicroseconds && value === null)) return undefined;
  return { value, microseconds: microseconds as number | undefined };
}

const isMicroseconds = (value: unknown): boolean =>
  Number.isInteger(value) && 0 <= (value as number) && (value as number) <= 999;

const invalid = (reason: string) => new PolarError('POLAR_LIST_CURSOR', { reason });

/** Identifies the order of a list, so that a cursor is not used for another list. */
const orderOf = (keys: readonly SortKey[]): string =>
  [
    keys[0]!.column.scope.type.name,
    ...keys.map(({ column, direction, nulls }) => `${column.field} ${direction} ${nulls}`),
  ].join();

type Encoded = string | number | boolean | null;

/** Returns the value of a row. An object that has a field without a value, as a class with accessors does, has `NULL` there. */
function valueOf(row: object, { field, nullable }: Column): unknown {
  const value = (row as Record<string, unknown>)[field];
  return value === undefined && nullable && field in row ? null : value;
}

function encoded(column: Column, given: unknown): Encoded {
  const value = column.type === 'decimal' ? decimalText(given) : given;
  const isDate = value instanceof Date;
  if (value === null || isDate === (column.type === 'date')) {
    const plain = isDate ? value.getTime() : value;
    // JSON has no NaN and no Infinity.
    const json = !isDate && typeof plain === 'number' && !Number.isFinite(plain) ? String(plain) : plain;
    if (decoded(column, json) !== undefined) return json as Encoded;
  }
  const { scope, field, type } = column;
  const data = { type: scope.type.name, field, declared: type, found: describeValue(value) };
  throw new PolarError('POLAR_LIST_ROW', data);
}

/** Returns the text of a decimal, or a value that is not a decimal. */
function decimalText(value: unknown): unknown {
  const decimal = readDecimal(value);
  return decimal === undefined ? value : parseDecimal(String(decimal))!.toString();
}

/** Returns the value of a column from the value in a cursor; `undefined` when the column cannot have it. */
function decoded(column: Column, value: unknown): Scalar | null | undefined {
  if (value === null) return column.nullable ? null : undefined;
  switch (column.type) {
    case 'string':
      // A lone half of a surrogate pair is stored as another character.
      return typeof value === 'string' && !/\p{Surrogate}/u.test(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case 'float':
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      return typeof value === 'number' ? value : undefined;
    case 'decimal':
      return typeof value === 'string' ? parseDecimal(value)?.toString() : undefined;
    case 'date':
      return typeof value === 'number' && minDate <= value && value <= maxDate ? new Date(value) : undefined;
  }
}

/** The dates that PostgreSQL stores, which has the widest range, and that each time zone can write. */
const minDate = Date.UTC(-4712, 0);
const maxDate = 8.64e15 - 86_400_000;

function parsed(cursor: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(fromBase64Url(cursor));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const toBase64Url = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

function fromBase64Url(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
