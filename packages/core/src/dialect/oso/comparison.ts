import { compareCodePoints } from '../../internal/code-points.js';
import { isList, PartialDictionary } from '../../terms/partial.js';
import { isPolicyDictionary } from '../../host/value.js';
import { toApplication } from './to-application.js';
import { isNumeric, isWideInteger, plainNumber } from '../whole-float.js';

/**
 * Decides a comparison as oso does. Numbers and booleans have one order, strings another one. If one side belongs to the application, `==` asks
 * its equality function, and the other operators are those of JavaScript.
 *
 * @returns undefined for a pair that oso does not compare: lists, dictionaries, and values of different types
 */
export function compare(
  operator: string,
  left: unknown,
  right: unknown,
  equals: (left: unknown, right: unknown) => boolean,
): boolean | undefined {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return holds(operator, a as number, b as number);
  if (typeof left === 'string' && typeof right === 'string')
    return holds(operator, compareCodePoints(left, right), 0);
  if (!isOfApplication(left) && !isOfApplication(right)) return undefined;
  if (operator === '==') return equals(toApplication(left), toApplication(right));
  if (operator === '!=') return !equals(toApplication(left), toApplication(right));
  return holds(operator, toApplication(left) as number, toApplication(right) as number);
}

function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'boolean') return Number(value);
  return isNumeric(value) ? (plainNumber(value) as number) : undefined;
}

/** JavaScript compares numbers and bigints exactly. */
function holds(operator: string, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      // oxlint-disable-next-line eqeqeq -- a number equals a bigint of the same value
      return left == right;
    case '!=':
      // oxlint-disable-next-line eqeqeq -- a number equals a bigint of the same value
      return left != right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}

/** Returns whether a value belongs to the application, and has no form of its own in Polar. */
export function isOfApplication(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return false;
    case 'bigint':
      return !isWideInteger(value);
    case 'object':
      return !(
        value !== null &&
        (isNumeric(value) || isList(value) || value instanceof PartialDictionary || isPolicyDictionary(value))
      );
    default:
      return true;
  }
}
