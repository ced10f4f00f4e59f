import { decimalOf, DecimalValue, parseDecimal } from './decimal-value.js';

/** Numbers below this one are decimals as they are: they have at most 15 digits before the point. */
export const maxPlainDecimal = 1e15;
/** The smallest plain decimal except zero. A number cannot hold each result of an operation on smaller ones. */
export const minPlainDecimal = 1e-40;

/**
 * Reads the decimal number of a value: of a text, as drivers return `numeric` columns, of a number, a `bigint`, or an object of decimal.js,
 * Prisma, big.js, bignumber.js or MongoDB. A number of up to 15 digits holds a decimal exactly, so that a `DecimalValue` is returned only
 * for more digits, and for smaller numbers than 1e-40. Returns undefined for other values, and for infinity and NaN.
 */
export function readDecimal(value: unknown): number | DecimalValue | undefined {
  switch (typeof value) {
    case 'number':
      return isPlain(value) ? value : simplest(parseDecimal(String(value)));
    case 'bigint':
      return simplest(parseDecimal(String(value)));
    case 'string':
      return shortForm.test(value) ? Number(value) + 0 : simplest(parseDecimal(value));
    case 'object':
      return value === null ? undefined : simplest(decimalOfObject(value));
    default:
      return undefined;
  }
}

function isPlain(value: number): boolean {
  const size = Math.abs(value);
  return size < maxPlainDecimal && (size >= minPlainDecimal || size === 0);
}

/** At most 15 digits: most texts, which need no other test. Adding 0 to their number leaves no negative zero. */
const shortForm = /^-?(?=[\d.]{1,16}$)(?:\d{1,15}|\d{1,14}\.\d{1,14})$/;

/** Returns the number of a decimal if the number holds it exactly, or else the decimal. */
function simplest(decimal: DecimalValue | undefined): number | DecimalValue | undefined {
  if (decimal === undefined) return undefined;
  const { digits, exponent } = decimal;
  return digits.length <= 15 && exponent < 15 && exponent >= -40 ? Number(decimal.toString()) : decimal;
}

/** The properties of the decimal objects of libraries. Libraries are recognized by them, because an application may load several copies. */
interface DecimalObject {
  /** The sign: 1 or -1. */
  readonly s?: unknown;
  /** The power of ten of the first digit. */
  readonly e?: unknown;
  /** The digits, in groups of 7. */
  readonly d?: unknown;
  /** The digits, in groups of 14 for bignumber.js, and else single digits. */
  readonly c?: unknown;
  readonly _isBigNumber?: unknown;
  readonly _bsontype?: unknown;
  toString(): string;
}

function decimalOfObject(object: DecimalObject): DecimalValue | undefined {
  if (object._bsontype === 'Decimal128') return parseDecimal(object.toString());
  const { s: sign, e: exponent, d, c } = object;
  const groups: unknown = d ?? c;
  if (typeof exponent !== 'number' || (sign !== 1 && sign !== -1) || !Array.isArray(groups)) return undefined;
  const size = d !== undefined ? 7 : object._isBigNumber === true ? 14 : 1;
  const isGroup = (group: unknown): boolean =>
    Number.isSafeInteger(group) && (group as number) >= 0 && String(group).length <= size;
  if (groups.length === 0 || !groups.every(isGroup)) return undefined;
  const digits = groups.map((group, i) => (i === 0 ? String(group) : String(group).padStart(size, '0')));
  return decimalOf(sign === -1, digits.join(''), exponent);
}
