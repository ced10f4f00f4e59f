import type { ComparisonOperator } from '../ir/goal.js';
import { charactersPerStep, spendOn, type Meter } from '../host/meter.js';
import { compareCodePoints } from '../internal/code-points.js';
import { primitiveOf } from '../host/value.js';
import { DecimalValue } from '../types/decimal-value.js';

/** Returns the value by which an object is ordered: the result of `valueOf`. */
export const primitive = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? primitiveOf(value) : value;

/** Negative, zero or positive; NaN when a NaN makes every order false; undefined when there is no order. */
export function orderOf(left: unknown, right: unknown, meter: Meter): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return orderOfNumbers(left, right);
  if (isNumeric(left) && isNumeric(right)) {
    if (left instanceof DecimalValue) return left.compare(right);
    return right instanceof DecimalValue ? -right.compare(left) : orderOfNumbers(left, right);
  }
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  spendOn(Math.min(left.length, right.length), charactersPerStep, meter);
  return compareCodePoints(left, right);
}

/** Negative, zero or positive; NaN when one of them is NaN. JavaScript compares numbers and bigints exactly. */
export const orderOfNumbers = (left: number | bigint, right: number | bigint): number =>
  left < right ? -1 : left > right ? 1 : left >= right ? 0 : Number.NaN;

const isNumeric = (value: unknown): value is number | bigint | DecimalValue =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof DecimalValue;

/** The comparisons that need an order. */
export type OrderOperator = Exclude<ComparisonOperator, '==' | '!='>;

/** Returns whether a comparison holds for an order. For NaN no comparison holds. */
export function isOrdered(operator: OrderOperator, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}
