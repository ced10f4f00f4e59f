import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecimalValue, parseDecimal } from './decimal-value.js';

/** A number of digits in units of a power of ten, and one of the texts that mean it. */
interface Written {
  readonly units: bigint;
  readonly power: number;
  readonly text: string;
}

const written = fc
  .record({
    units: fc.oneof(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.bigInt({ min: -99n, max: 99n }),
      fc.constantFrom(0n, 1n, -1n, 123_456_789_012_345_678n, 123_456_789_012_345_679n),
    ),
    power: fc.integer({ min: -25, max: 25 }),
    zeros: fc.nat(3),
    moved: fc.integer({ min: -30, max: 30 }),
    sign: fc.constantFrom('', '+'),
  })
  .map(({ units, power, zeros, moved, sign }): Written => {
    // The point moves to the left, and the exponent makes up for it.
    const digits = String(units < 0n ? -units : units).padStart(Math.max(moved, 0) + 1, '0');
    const point = digits.length - Math.max(moved, 0);
    const fraction = digits.slice(point) + '0'.repeat(zeros);
    const exponent = power + Math.max(moved, 0);
    const number = `${'0'.repeat(zeros)}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
    return {
      units,
      power,
      text: `${units < 0n ? '-' : sign}${number}${exponent === 0 ? '' : `e${exponent}`}`,
    };
  });

/** Compares exactly, as integers in units of 10^-60. */
const inSmallUnits = ({ units, power }: Written): bigint => units * 10n ** BigInt(power + 60);
const orderOf = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

describe('DecimalValue', () => {
  it('has the order of exact arithmetic', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [left, right] = [parseDecimal(a.text)!, parseDecimal(b.text)!];
        const expected = orderOf(inSmallUnits(a), inSmallUnits(b));
        expect(Math.sign(left.compare(right))).toBe(expected);
        expect(left.equals(right)).toBe(expected === 0);
        expect(isDeepStrictEqual(left, right)).toBe(expected === 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('compares with integers by value', () => {
    fc.assert(
      fc.property(written, fc.bigInt(), (a, b) => {
        const expected = orderOf(inSmallUnits(a), b * 10n ** 60n);
        expect(Math.sign(parseDecimal(a.text)!.compare(b))).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has a text that parses to the same decimal', () => {
    fc.assert(
      fc.property(written, ({ text }) => {
        const value = parseDecimal(text)!;
        expect(parseDecimal(String(value))).toEqual(value);
      }),
    );
  });

  it.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['10.50', '10.5'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    ['1.25E-3', '0.00125'],
    ['+0012345678901234567.8900', '12345678901234567.89'],
    ['-123e400', '-1.23e402'],
    ['1e-400', '1e-400'],
  ])('prints %s as %s', (text, printed) => {
    expect(String(parseDecimal(text))).toBe(printed);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '.',
    '-',
    'e5',
    '1e',
    '1.2.3',
    '0x10',
    '1_000',
    '1,5',
    'NaN',
    'Infinity',
    '-Infinity',
    '١',
    '1e99999999999999999',
  ])('is not parsed from %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('takes a number for its shortest text', () => {
    expect(parseDecimal('0.1')!.equals(0.1)).toBe(true);
    expect(parseDecimal('0.30000000000000004')!.equals(0.1 + 0.2)).toBe(true);
    expect(parseDecimal('0.3')!.equals(0.1 + 0.2)).toBe(false);
    expect(parseDecimal('1e21')!.equals(1e21)).toBe(true);
  });

  it('compares as smaller than infinity, and has no order with NaN', () => {
    const value = parseDecimal('1e400')!;
    expect(value.compare(Infinity)).toBeLessThan(0);
    expect(value.compare(-Infinity)).toBeGreaterThan(0);
    expect(value.compare(NaN)).toBeNaN();
    expect(value.equals(NaN)).toBe(false);
  });

  it('compares distant exponents and long digits at once', () => {
    const [huge, tiny] = [parseDecimal('1e9000000000000000')!, parseDecimal('1e-9000000000000000')!];
    expect(huge.compare(tiny)).toBeGreaterThan(0);
    const ones = '1'.repeat(100_000);
    expect(parseDecimal(`${ones}.1`)!.compare(parseDecimal(`${ones}.2`)!)).toBeLessThan(0);
    expect(parseDecimal(`${ones}x`)).toBeUndefined();
  });

  it('cannot be changed', () => {
    const value: { digits: string } = parseDecimal('1.5')!;
    expect(() => (value.digits = '2')).toThrow(TypeError);
    expect(value).toBeInstanceOf(DecimalValue);
  });
});
