import type { NoResult } from '../../engine/arithmetic.js';
import { floatOf, isInteger, isNumeric, narrowed, type WholeFloat } from '../whole-float.js';

const largest = 2n ** 63n - 1n;
const smallest = -(2n ** 63n);

/** Computes as oso does: with 64-bit integers, which may not overflow, and with floats as soon as one operand is a float. */
export function compute(
  operator: string,
  left: unknown,
  right: unknown,
): number | bigint | WholeFloat | NoResult {
  if (!isNumeric(left) || !isNumeric(right)) return 'no number';
  if (operator !== '/' && isInteger(left) && isInteger(right)) return ofIntegers(operator, left, right);
  return floatOf(ofFloats(operator, Number(left), Number(right)));
}

function ofFloats(operator: string, left: number, right: number): number {
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
    default:
      return ((left % right) + right) % right;
  }
}

function ofIntegers(
  operator: string,
  left: number | bigint,
  right: number | bigint,
): number | bigint | NoResult {
  if ((operator === 'rem' || operator === 'mod') && Number(right) === 0) return 'division by zero';
  if (typeof left === 'number' && typeof right === 'number') {
    const result = ofFloats(operator, left, right);
    // The sum in `mod` may lose digits even if its result is small.
    if (
      Number.isSafeInteger(result) &&
      (operator !== 'mod' || Math.abs(left % right) + Math.abs(right) <= Number.MAX_SAFE_INTEGER)
    )
      return result === 0 ? 0 : result;
  }
  const result = exactly(operator, BigInt(left), BigInt(right));
  return result === undefined || result > largest || result < smallest ? 'unsafe integer' : narrowed(result);
}

function exactly(operator: string, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case 'rem':
      // The only quotient that is not a 64-bit integer.
      return left === smallest && right === -1n ? undefined : left % right;
    default:
      if (left === smallest && right === -1n) return undefined;
      // The sum of the remainder and the divisor wraps in oso.
      return BigInt.asIntN(64, (left % right) + right) % right;
  }
}
