/** A decimal number that a JavaScript number does not hold exactly. Equal values have equal properties. */
export class DecimalValue {
  constructor(
    readonly isNegative: boolean,
    /** The significant digits, without zeros at either end; empty for zero. */
    readonly digits: string,
    /** The power of ten of the first digit: 2 for 123.4. */
    readonly exponent: number,
  ) {
    Object.freeze(this);
  }

  /** Returns a negative number, zero or a positive number; NaN for NaN. A number counts as its shortest text, such as 0.1. */
  compare(other: DecimalValue | number | bigint): number {
    if (typeof other === 'number' && !Number.isFinite(other)) return -other;
    const b = other instanceof DecimalValue ? other : parseDecimal(String(other))!;
    const sign = signOf(this);
    if (sign !== signOf(b)) return sign - signOf(b);
    if (this.exponent !== b.exponent) return this.exponent < b.exponent ? -sign : sign;
    // The first digits have the same place, so that digits are ordered as texts are.
    return this.digits === b.digits ? 0 : this.digits < b.digits ? -sign : sign;
  }

  equals(other: DecimalValue | number | bigint): boolean {
    return this.compare(other) === 0;
  }

  /** Whether the value is a whole number. */
  isWhole(): boolean {
    return this.digits.length <= this.exponent + 1;
  }

  /** Returns the digits without an exponent, unless they need many zeros. */
  toString(): string {
    const { digits, exponent } = this;
    if (digits === '') return '0';
    const sign = this.isNegative ? '-' : '';
    if (Math.abs(exponent) > maxZeros)
      return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${exponent}`;
    if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
    const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
    const fraction = digits.slice(exponent + 1);
    return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
  }
}

const maxZeros = 100;

const signOf = ({ digits, isNegative }: DecimalValue): number => (digits === '' ? 0 : isNegative ? -1 : 1);

// The alternatives of the digits begin differently, so that no text takes long.
const decimalForm = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:e([+-]?\d+))?$/i;

/** Parses a text such as `10.50` or `1e-7`; undefined for other texts, and for infinity and NaN. */
export function parseDecimal(text: string): DecimalValue | undefined {
  const match = decimalForm.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', afterWhole = '', afterPoint = '', power = '0'] = match;
  return decimalOf(sign === '-', whole + afterWhole + afterPoint, whole.length - 1 + Number(power));
}

/**
 * Returns the decimal of digits that may begin or end with zeros; undefined if its exponent is too large.
 *
 * @param exponent the power of ten of the first digit
 */
export function decimalOf(isNegative: boolean, digits: string, exponent: number): DecimalValue | undefined {
  let start = 0;
  while (digits[start] === '0') start++;
  let end = digits.length;
  while (end > start && digits[end - 1] === '0') end--;
  if (start === end) return new DecimalValue(false, '', 0);
  const first = exponent - start;
  return Number.isSafeInteger(first)
    ? new DecimalValue(isNegative, digits.slice(start, end), first)
    : undefined;
}
