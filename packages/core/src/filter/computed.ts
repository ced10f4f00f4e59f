import { maxPlainDecimal, minPlainDecimal } from '../types/read-decimal.js';
import { Incomparable } from './comparisons.js';
import type { Column, Comparable, Computed } from './condition.js';

/** The number of operations from which a comparison is too large for a query. Each result is tested by itself. */
const maxOperations = 20;

// A database ends a query where a floating-point number overflows or underflows. Between these bounds, no intermediate result does.
const [greatest, least] = [1e300, 1e-290];

/**
 * Returns the result of an operation on columns of integers or decimals, and on known numbers.
 *
 * @throws {Incomparable} for an operation that databases compute in another way than JavaScript, or with an error
 */
export function computed(
  operator: Computed['operator'],
  left: Column | Computed | number,
  right: Column | Computed | number,
): Computed {
  const sides = [comparableOf(left), comparableOf(right)] as const;
  const isWhole = sides.every((side) => typeOf(side) === 'integer');
  if (!isWhole && (operator === 'mod' || operator === 'rem'))
    throw new Incomparable(
      `\`${operator}\` of numbers that can have a fraction`,
      "declare the fields as 'Integer'",
    );
  const [a, b] = sides.map(magnitudeOf) as [Magnitude, Magnitude];
  const { max, min } = magnitudes[operator](a, b);
  const number: Computed = {
    kind: 'computed',
    operator,
    left: sides[0],
    right: sides[1],
    type: isWhole && operator !== '/' ? 'integer' : 'float',
    max,
    min,
  };
  if (!(max <= greatest && min >= least) || operationsIn(number) > maxOperations)
    throw new Incomparable(
      'arithmetic with so many operations, or such large numbers, that a database can end the query with an error',
      'store the result as a column',
    );
  return number;
}

function comparableOf(side: Column | Computed | number): Comparable {
  if (typeof side === 'number') return { kind: 'value', value: side };
  if (side.kind === 'column' && side.type === 'float')
    throw new Incomparable(
      `arithmetic on \`${side.field}\`, a column of floating-point numbers, where a database can end the query with an error`,
      "declare the field as 'Integer' or 'Decimal', if its column is one",
    );
  return side;
}

const typeOf = (side: Comparable): 'integer' | 'float' => {
  if (side.kind === 'value') return Number.isSafeInteger(side.value) ? 'integer' : 'float';
  return side.type === 'integer' ? 'integer' : 'float';
};

/** The greatest magnitude of a number, and the smallest one except zero. */
interface Magnitude {
  readonly max: number;
  readonly min: number;
}

function magnitudeOf(side: Comparable): Magnitude {
  if (side.kind === 'computed') return side;
  if (side.kind === 'column')
    return side.type === 'integer'
      ? { max: Number.MAX_SAFE_INTEGER, min: 1 }
      : { max: maxPlainDecimal, min: minPlainDecimal };
  const size = Math.abs(side.value as number);
  return { max: size, min: size === 0 ? 1 : size };
}

/** Two numbers that are nearly equal have a difference of at least the last place of the smaller one. */
const sum = (a: Magnitude, b: Magnitude): Magnitude => ({
  max: a.max + b.max,
  min: Math.min(a.min, b.min) * 2 ** -53,
});
const remainder = (_a: Magnitude, b: Magnitude): Magnitude => ({ max: b.max, min: 1 });

const magnitudes: Readonly<Record<Computed['operator'], (a: Magnitude, b: Magnitude) => Magnitude>> = {
  '+': sum,
  '-': sum,
  '*': (a, b) => ({ max: a.max * b.max, min: a.min * b.min }),
  '/': (a, b) => ({ max: a.max / b.min, min: a.min / b.max }),
  rem: remainder,
  mod: remainder,
};

const operationsIn = (side: Comparable): number =>
  side.kind === 'computed' ? 1 + operationsIn(side.left) + operationsIn(side.right) : 0;
