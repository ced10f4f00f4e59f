import type { ComparisonOperator } from '../ir/goal.js';
import { compareCodePoints } from '../internal/code-points.js';
import { primitiveOf } from './equality.js';

/** What a value is ordered by: what `valueOf` gives for an object that has one. */
export const primitive = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? primitiveOf(value) : value;

/** Negative, zero or positive; NaN when a NaN makes every order false; undefined when there is no order. */
export function orderOf(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number')
    return left === right ? 0 : left < right ? -1 : left > right ? 1 : Number.NaN;
  if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right);
  return undefined;
}

/** What an order says of a comparison. NaN says no to all of them. */
export function isOrdered(operator: Exclude<ComparisonOperator, '==' | '!='>, order: number): boolean {
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
