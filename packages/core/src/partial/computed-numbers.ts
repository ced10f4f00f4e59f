import { Incomparable } from '../filter/comparisons.js';
import { computed } from '../filter/computed.js';
import type { Column, Computed } from '../filter/condition.js';
import type { ArithmeticOperator } from '../ir/goal.js';
import { untranslatable, type Place } from './untranslatable.js';
import { Cell, ColumnValue, ComputedValue, CountValue, describeUnknown } from './unknown.js';

/**
 * Returns the result of an operation of which at least one operand depends on a row, or undefined if it has none for any row.
 *
 * @throws {PolarError} `POLAR_FILTER_UNTRANSLATABLE`
 */
export function computedNumber(
  operator: ArithmeticOperator,
  left: unknown,
  right: unknown,
  at: Place,
): Computed | undefined {
  const [first, second] = [numberOf(left, at), numberOf(right, at)];
  if (first === undefined || second === undefined) return undefined;
  if (second === 0 && (operator === '/' || operator === 'mod' || operator === 'rem')) return undefined;
  try {
    return computed(operator, first, second);
  } catch (error) {
    throw error instanceof Incomparable ? untranslatable(error.construct, error.instead, at) : error;
  }
}

/** Returns an operand, or undefined if it is a number for no row. */
function numberOf(value: unknown, at: Place): Column | Computed | number | undefined {
  if (value instanceof ComputedValue) return value.number;
  if (value instanceof CountValue || value instanceof Cell)
    throw untranslatable(
      `arithmetic on ${describeUnknown(value)}`,
      'move it to the side of the known value',
      at,
    );
  if (!(value instanceof ColumnValue)) return typeof value === 'number' ? value : undefined;
  const { column } = value;
  const isNumber = column.type === 'integer' || column.type === 'decimal' || column.type === 'float';
  return isNumber ? column : undefined;
}
