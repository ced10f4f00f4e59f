import { PolarError } from '../diagnostics/polar-error.js';
import { inCondition } from '../filter/comparisons.js';
import { and, or, type Column, type Condition, type ScalarType } from '../filter/condition.js';
import { describeValue } from '../internal/describe-value.js';
import { readDecimal } from '../types/read-decimal.js';

/** The values of a row in the columns of a relation, in their order. None of them is `null`. */
export interface LinkValues {
  readonly values: readonly unknown[];
  /** A text that is the same for equal values. */
  readonly text: string;
}

/**
 * Returns the keys by which a row is related to others: none if a part is `null`, and several if a document has a list of keys.
 *
 * @param valueOf returns the value of a column that is not a property of the row; `undefined` for the other columns
 * @throws {PolarError} `POLAR_LIST_ROW` for a row without the declared values
 */
export function linkValues(
  row: object,
  columns: readonly Column[],
  valueOf?: (row: object, column: Column) => unknown,
): readonly LinkValues[] {
  const read = columns.map((column): readonly Link[] => {
    const { field } = column;
    const given = valueOf?.(row, column);
    const value = given === undefined ? (row as Record<string, unknown>)[field] : given;
    const isNull = value === null || (value === undefined && field in row);
    if (isNull) return [];
    return Array.isArray(value) ? value.map((each) => linkOf(each, column)) : [linkOf(value, column)];
  });
  if (read.length === 1) return read[0]!.map(({ value, text }) => ({ values: [value], text }));
  // A list is never a part of a composite key.
  const parts = read.flatMap(([first]) => (first === undefined ? [] : [first]));
  if (parts.length < columns.length) return [];
  return [{ values: parts.map(({ value }) => value), text: JSON.stringify(parts.map(({ text }) => text)) }];
}

/** Returns the condition that a row has one of these keys. */
export const hasLinks = (columns: readonly Column[], links: readonly LinkValues[]): Condition =>
  columns.length === 1
    ? inCondition(
        columns[0]!,
        links.map(({ values }) => values[0]),
      )
    : or(...links.map(({ values }) => and(...columns.map((column, i) => inCondition(column, [values[i]])))));

interface Link {
  readonly value: unknown;
  readonly text: string;
}

function linkOf(value: unknown, column: Column): Link {
  const text = textOf(value, column.type);
  // A small `bigint` equals no number.
  const isExact = column.type === 'decimal' || column.type === 'integer';
  if (text !== undefined) return { value: isExact ? readDecimal(value) : value, text };
  const { scope, field, type } = column;
  const data = { type: scope.type.name, field, declared: type, found: describeValue(value) };
  throw new PolarError('POLAR_LIST_ROW', data);
}

/** Returns a text that is the same for equal values of both sides of a relation, whose numbers can have other types. */
function textOf(value: unknown, type: ScalarType): string | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'date':
      return value instanceof Date ? String(value.getTime()) : undefined;
    case 'integer':
    case 'float':
      return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
    case 'decimal': {
      const decimal = readDecimal(value);
      return decimal === undefined ? undefined : String(decimal);
    }
  }
}
