import { Decimal } from '@prisma/client/runtime/client';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { DecimalValue, parseDecimal } from './decimal-value.js';
import { readDecimal } from './read-decimal.js';

const long = '12345678901234567.89';

describe('readDecimal', () => {
  it.each([
    ['10.50', 10.5],
    ['-0', 0],
    ['0.10', 0.1],
    ['123456789012345', 123456789012345],
    ['-0.123456789012345', -0.123456789012345],
    ['1e3', 1000],
    ['1000000000000000000', parseDecimal('1e18')],
    [long, parseDecimal(long)],
    ['1e400', parseDecimal('1e400')],
    ['1e-400', parseDecimal('1e-400')],
    [10.5, 10.5],
    [0.1 + 0.2, 0.1 + 0.2],
    [1e21, parseDecimal('1e21')],
    [10n, 10],
    [12345678901234567890n, parseDecimal('12345678901234567890')],
    [new Decimal('10.50'), 10.5],
    [new Decimal('-0.00000123'), -0.00000123],
    [new Decimal('0'), 0],
    [new Decimal(long), parseDecimal(long)],
    // An object of big.js, and two of bignumber.js.
    [{ s: -1, e: 1, c: [1, 0, 5] }, -10.5],
    [{ s: -1, e: 1, c: [10, 50_000_000_000_000], _isBigNumber: true }, -10.5],
    [{ s: 1, e: 14, c: [5, 3], _isBigNumber: true }, 500_000_000_000_003],
    [Types.Decimal128.fromString('10.50'), 10.5],
    [Types.Decimal128.fromString(`-${long}`), parseDecimal(`-${long}`)],
    [Types.Decimal128.fromString('1E+3'), 1000],
  ])('reads %o as %o', (value, expected) => {
    const found = readDecimal(value);
    expect(found).toEqual(expected);
    expect(Object.is(found, -0)).toBe(false);
  });

  it.each([
    ['a text without digits', 'ten'],
    ['an empty text', ''],
    ['a text with a unit', '10 €'],
    ['NaN', NaN],
    ['the text NaN', 'NaN'],
    ['the text Infinity', 'Infinity'],
    ['infinity', Infinity],
    ['the decimal NaN', new Decimal(NaN)],
    ['the decimal infinity', new Decimal(-Infinity)],
    ['the NaN of MongoDB', Types.Decimal128.fromString('NaN')],
    ['nil', null],
    ['undefined', undefined],
    ['a boolean', true],
    ['a boxed number', Object(1)],
    ['a Date', new Date(0)],
    ['a list', ['1']],
    ['a row', { s: 1, e: 0 }],
    ['a row without digits', { s: 1, e: 0, c: [] }],
    ['a row with other digits', { s: 1, e: 0, c: [10] }],
    ['a row with a fraction', { s: 1, e: 0, d: [1.5] }],
    ['a method', () => 1],
  ])('does not read %s', (_, value) => {
    expect(readDecimal(value)).toBeUndefined();
  });

  it('reads the same number from every form', () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,30}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: -40, max: 30 }), fc.boolean(), (digits, power, isNegative) => {
        const sign = isNegative ? '-' : '';
        const text = `${sign}${digits}e${power}`;
        const expected = readDecimal(text);
        expect(readDecimal(new Decimal(text))).toEqual(expected);
        expect(readDecimal(Types.Decimal128.fromString(text))).toEqual(expected);
        const zeros = Math.max(power, 0);
        const integer = BigInt(digits) * 10n ** BigInt(zeros);
        expect(readDecimal(isNegative ? -integer : integer)).toEqual(
          readDecimal(`${sign}${digits}e${zeros}`),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('returns no number below 1e-40, also for a number', () => {
    for (const value of ['1e-40', '-1.5e-40', 1e-40]) expect(readDecimal(value)).toBe(Number(value));
    for (const value of ['1e-41', '9.9e-41', 9.9e-41])
      expect(readDecimal(value)).toBeInstanceOf(DecimalValue);
  });

  it('orders numbers of up to 15 digits as decimals', () => {
    const units = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
    const scale = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(units, units, scale, scale, (a, b, i, j) => {
        const [left, right] = [a * 10n ** BigInt(30 - i), b * 10n ** BigInt(30 - j)];
        const [x, y] = [readDecimal(`${a}e-${i}`), readDecimal(`${b}e-${j}`)];
        expect([typeof x, typeof y]).toEqual(['number', 'number']);
        expect([x! < y!, x === y]).toEqual([left < right, left === right]);
      }),
      { numRuns: 2_000 },
    );
  });
});
