/** The kinds of values that programs confuse, because their texts are the same. */
type Kind = 'a string' | 'a number' | 'a bigint' | 'a boolean' | 'a date';

/** A date as `JSON.stringify` writes it, and the part of it that databases return for a date without a time. */
const isoDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/;

function kindOf(value: unknown): Kind | undefined {
  switch (typeof value) {
    case 'string':
      return 'a string';
    case 'number':
      return 'a number';
    case 'bigint':
      return 'a bigint';
    case 'boolean':
      return 'a boolean';
    default:
      return isDate(value) ? 'a date' : undefined;
  }
}

const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === '[object Date]';

/**
 * Returns the kinds of two values that probably mean the same, and are never equal: `1` and `'1'`, `1n` and `1`, `true` and `'true'` or `1`, a
 * date and its text. Returns undefined for other values. It runs no code of the application.
 */
export function confusedKinds(left: unknown, right: unknown): readonly [Kind, Kind] | undefined {
  const kinds = [kindOf(left), kindOf(right)] as const;
  const [a, b] = kinds;
  if (a === undefined || b === undefined || a === b) return undefined;
  return meanSame(left, right) ? [a, b] : undefined;
}

function meanSame(left: unknown, right: unknown): boolean {
  if (typeof right === 'string') return typeof left !== 'string' && hasText(left, right);
  if (typeof left === 'string') return hasText(right, left);
  if (isDate(left) || isDate(right)) return false;
  // A number, a bigint or a boolean each.
  return Number(left) === Number(right);
}

function hasText(value: unknown, text: string): boolean {
  if (!isDate(value)) return String(value) === text;
  return isoDate.test(text) && Date.parse(text) === Date.prototype.getTime.call(value);
}
