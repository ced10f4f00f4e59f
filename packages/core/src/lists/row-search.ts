import { PolarError } from '../diagnostics/polar-error.js';
import { Incomparable, inCondition, orderCondition, textCondition } from '../filter/comparisons.js';
import { and, not, type Column, type Condition, type ScalarType } from '../filter/condition.js';
import { all, allRows, any, type RowFilter } from '../filter/row-filter.js';
import { toRowFilter } from '../filter/to-row-filter.js';
import { describeValue } from '../internal/describe-value.js';
import { didYouMean } from '../internal/near-names.js';
import { readDecimal } from '../types/read-decimal.js';
import type { FieldMasks } from './field-masks.js';

/** Finds a column by the name of its field. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
type FindColumn = (option: string, field: string) => Column;

/**
 * Returns the filter of the rows for which the option `where` of a list holds. A row that hides a field satisfies no condition on the field,
 * and no negation of one, so that a search tells nothing about hidden values.
 *
 * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION`; `POLAR_LIST_FIELD` for a field that no row shows
 */
export const searchFilter = (where: unknown, column: FindColumn, masks: FieldMasks | undefined): RowFilter =>
  new Search(column, masks).rows('where', where, true);

class Search {
  constructor(
    readonly column: FindColumn,
    readonly masks: FieldMasks | undefined,
  ) {}

  /** @param holds whether the conditions hold in the rows, or do not hold */
  rows(option: string, where: unknown, holds: boolean): RowFilter {
    if (!isPlainObject(where))
      throw invalidOption(option, `must be an object with conditions, found ${describeValue(where)}`);
    const parts = Object.entries(where).map(([name, value]): RowFilter => {
      const own = `${option}.${name}`;
      switch (name) {
        case 'and':
          return joined(this.#each(own, value, holds), holds);
        case 'or':
          return joined(this.#each(own, value, holds), !holds);
        case 'not':
          return this.rows(own, value, !holds);
        default:
          return this.#field(own, this.column(option, name), value, holds);
      }
    });
    return joined(parts, holds);
  }

  #each(option: string, value: unknown, holds: boolean): RowFilter[] {
    if (!Array.isArray(value))
      throw invalidOption(option, `must be a list of conditions, found ${describeValue(value)}`);
    return value.map((part, i) => this.rows(`${option}[${i}]`, part, holds));
  }

  #field(option: string, column: Column, value: unknown, holds: boolean): RowFilter {
    this.masks?.requireShown(column.field, option);
    const condition = conditionOf(option, column, value);
    const shown = this.masks?.of(column.field) ?? allRows;
    return all(shown, toRowFilter(holds ? condition : not(condition)));
  }
}

/** A negated conjunction is a disjunction of negations. */
const joined = (parts: readonly RowFilter[], isConjunction: boolean): RowFilter =>
  isConjunction ? all(...parts) : any(...parts);

const orders = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const operatorNames = ['in', 'not', 'contains', ...Object.keys(orders)];

/** Returns the condition of a value, a list of values, or an object of operators. */
function conditionOf(option: string, column: Column, value: unknown): Condition {
  if (!isPlainObject(value)) return among(option, column, Array.isArray(value) ? value : [value]);
  const entries = Object.entries(value);
  if (entries.length === 0) throw invalidOption(option, `must have an operator: ${operatorNames.join(', ')}`);
  return and(
    ...entries.map(([name, operand]) => operatorCondition(`${option}.${name}`, column, name, operand)),
  );
}

function operatorCondition(option: string, column: Column, name: string, operand: unknown): Condition {
  switch (name) {
    case 'in':
      if (!Array.isArray(operand))
        throw invalidOption(option, `must be a list of values, found ${describeValue(operand)}`);
      return among(option, column, operand);
    case 'not':
      return not(conditionOf(option, column, operand));
    case 'contains':
      if (column.type !== 'string') throw invalidOption(option, 'is only for a field that is a text');
      requireText(option, operand);
      return comparable(option, () => textCondition('includes', column, operand));
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      if (column.type === 'boolean') throw invalidOption(option, 'is not for a field that is true or false');
      requireValue(option, column.type, operand, `must be ${expectedOf[column.type]}`);
      const bound = column.type === 'decimal' ? readDecimal(operand) : operand;
      return comparable(option, () => orderCondition(orders[name], column, { kind: 'known', value: bound }));
    }
    default:
      throw invalidOption(
        option,
        `is not an operator${didYouMean(name, operatorNames) || `; the operators are ${operatorNames.join(', ')}`}`,
      );
  }
}

/** Returns the condition that a column has one of the values. */
function among(option: string, column: Column, values: readonly unknown[]): Condition {
  const expected = `must be ${expectedOf[column.type]}, null, a list of such values, or an object with operators`;
  for (const value of values) if (value !== null) requireValue(option, column.type, value, expected);
  const isDecimal = column.type === 'decimal';
  return inCondition(
    column,
    isDecimal ? values.map((each) => (each === null ? null : readDecimal(each))) : values,
  );
}

function comparable(option: string, compare: () => Condition): Condition {
  try {
    return compare();
  } catch (error) {
    throw error instanceof Incomparable
      ? invalidOption(option, `cannot be ${error.construct}; ${error.instead}`)
      : error;
  }
}

export const expectedOf: Readonly<Record<ScalarType, string>> = {
  string: 'a text',
  integer: 'a number',
  float: 'a number',
  decimal: 'a number or the text of one',
  boolean: 'true or false',
  date: 'a valid Date',
};

function requireText(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidOption(option, `must be a text, found ${describeValue(value)}`);
}

/** A value that no row can have is a mistake, such as a number that is still a text. It must not silently list no row. */
function requireValue(option: string, type: ScalarType, value: unknown, expected: string): void {
  if (isValueOf(type, value)) return;
  const how =
    typeof value === 'string' && type !== 'string'
      ? '; convert it, because a query string has only texts'
      : '';
  throw invalidOption(option, `${expected}, found ${describeValue(value)}${how}`);
}

/** Returns whether a value is one of the values that a column has. */
export function isValueOf(type: ScalarType, value: unknown): boolean {
  switch (type) {
    case 'integer':
    case 'float':
      return typeof value === 'number' && !Number.isNaN(value);
    case 'decimal':
      return readDecimal(value) !== undefined;
    case 'date':
      return value instanceof Date && !Number.isNaN(value.getTime());
    default:
      return typeof value === type;
  }
}

/** Whether a value is an object of conditions or operators. A decimal is an instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export const invalidOption = (option: string, reason: string): PolarError =>
  new PolarError('POLAR_TYPE_INVALID_OPTION', { option, reason });
