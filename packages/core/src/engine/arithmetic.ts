import type { ArithmeticOperator } from '../ir/goal.js';
import type { ForeignOperators } from './equality.js';

/** The reasons why an operation has no result. */
export type NoResult = 'no number' | 'division by zero' | 'unsafe integer';

/**
 * Computes on numbers. A whole result beyond ±(2^53 − 1) is refused, because a number does not hold it exactly. Another dialect may have
 * other numbers.
 */
export function arithmetic(
  operator: ArithmeticOperator,
  left: unknown,
  right: unknown,
  operators: ForeignOperators | undefined,
): number | object | bigint | NoResult {
  if (operators !== undefined) return operators.compute(operator, left, right);
  if (typeof left !== 'number' || typeof right !== 'number') return 'no number';
  if (right === 0 && (operator === '/' || operator === 'mod' || operator === 'rem'))
    return 'division by zero';
  const result = calculate(left, operator, right);
  const isUnsafe =
    Number.isInteger(result) &&
    !Number.isSafeInteger(result) &&
    Number.isInteger(left) &&
    Number.isInteger(right);
  return isUnsafe ? 'unsafe integer' : result;
}

function calculate(left: number, operator: ArithmeticOperator, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case 'rem':
      return left % right;
    case 'mod': {
      // The remainder has the sign of the divisor.
      const remainder = left % right;
      return remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder;
    }
  }
}
