import type { Column, Comparable, Computed, RowFilter } from '@nanook/core/filter';
import { inexpressible } from './inexpressible.js';
import { all, any, complement } from './local-filter.js';

// Prisma cannot compute, so the comparison of a computed number becomes one of its column. A number of JavaScript only grows or only falls
// with the whole number in the column, also where it is rounded. So a search by halves finds exactly where the comparison starts to hold.

type Compared = Extract<RowFilter, { kind: 'computed' }>;

/** The whole numbers from `first` to `last`. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** Whole numbers in a column for which a computed number only grows, or only falls. */
interface Piece extends Range {
  readonly grows: boolean;
}

/** A number that is computed from one column. It has a result for the whole numbers of the pieces, and for no others. */
interface Solvable {
  readonly column: Column;
  readonly resultFor: (stored: number) => number;
  readonly pieces: readonly Piece[];
}

const maxInteger = Number.MAX_SAFE_INTEGER;

/** The whole numbers that a column can hold, as far as a policy computes with them: an `Int` has 32 bits. */
const rangeOf = (isInt: boolean): Range =>
  isInt ? { first: -(2 ** 31), last: 2 ** 31 - 1 } : { first: -maxInteger, last: maxInteger };

/**
 * Returns a filter of the same rows without arithmetic.
 *
 * @param isInt whether a column of whole numbers has 32 bits
 * @throws {NanookOrmError} `NANOOK_ORM_PRISMA_INEXPRESSIBLE` for arithmetic on other than one column
 */
export function withoutArithmetic(filter: RowFilter, isInt: (column: Column) => boolean): RowFilter {
  const solved = (part: RowFilter): RowFilter => withoutArithmetic(part, isInt);
  switch (filter.kind) {
    case 'and':
      return all(filter.parts.map(solved));
    case 'or':
      return any(filter.parts.map(solved));
    case 'exists':
    case 'none':
      return { ...filter, where: solved(filter.where) };
    case 'computed':
      return compare(filter, isInt);
    case 'computable':
      return hasResult(filter.number, isInt);
    case 'uncomputable':
      return complement(hasResult(filter.number, isInt));
    default:
      return filter;
  }
}

function hasResult(number: Computed, isInt: (column: Column) => boolean): RowFilter {
  const { column, pieces } = solve(number, isInt);
  return among(column, pieces, isInt(column));
}

function compare({ operator, left, right }: Compared, isInt: (column: Column) => boolean): RowFilter {
  const isFirst = left.kind === 'computed';
  const [number, known] = isFirst ? [left, right] : [right, left];
  if (known.kind !== 'value') throw unsolvable();
  const { column, resultFor, pieces } = solve(number, isInt);
  const ranges = pieces.flatMap((piece): readonly Range[] => {
    const { below, equal, above } = split(piece, resultFor, known.value as number | bigint);
    const beyond = isFirst ? below : above;
    switch (operator) {
      case '=':
        return [equal];
      case '<>':
        return [below, above];
      case '<':
        return [beyond];
      case '<=':
        return [joined(beyond, equal)];
    }
  });
  return among(column, ranges, isInt(column));
}

/** Returns the rows whose column is in a range. Every `Int` is between the bounds of all, so these are not compared. */
function among(column: Column, ranges: readonly Range[], isInt: boolean): RowFilter {
  const whole = rangeOf(isInt);
  return any(
    ranges.map(({ first, last }): RowFilter => {
      if (first > last) return { kind: 'never' };
      const compared = (operator: '=' | '<=', value: number, isValueFirst: boolean): RowFilter => {
        const known = { kind: 'value', value } as const;
        const [left, right] = isValueFirst ? [known, column] : [column, known];
        return { kind: 'compare', operator, left, right };
      };
      if (first === last) return compared('=', first, false);
      const bounds: RowFilter[] = [];
      if (!isInt || first > whole.first) bounds.push(compared('<=', first, true));
      if (!isInt || last < whole.last) bounds.push(compared('<=', last, false));
      if (bounds.length === 0 && column.nullable) return { kind: 'not-null', column };
      return all(bounds);
    }),
  );
}

/** Returns a computed number as a function of its column. @throws {NanookOrmError} */
function solve(side: Comparable, isInt: (column: Column) => boolean): Solvable {
  if (side.kind === 'column') {
    if (side.type !== 'integer') throw unsolvable();
    return {
      column: side,
      resultFor: (stored) => stored,
      pieces: [{ ...rangeOf(isInt(side)), grows: true }],
    };
  }
  if (side.kind === 'value' || side.operator === 'mod' || side.operator === 'rem') throw unsolvable();
  const { operator, left, right } = side;
  const isFirst = right.kind === 'value';
  const [inner, value] = isFirst ? [left, right] : [right, left];
  if (value.kind !== 'value') throw unsolvable();
  const known = value.value as number;
  const isWhole = inner.kind !== 'value' && inner.type === 'integer';
  const { column, resultFor: innerFor, pieces } = solve(inner, isInt);
  const compute = operations[operator];
  const resultFor = (stored: number): number =>
    isFirst ? compute(innerFor(stored), known) : compute(known, innerFor(stored));
  const isDivisor = operator === '/' && !isFirst;
  const turns = turnsAround(operator, known, isFirst);
  const computed = pieces
    .flatMap((piece) => (isDivisor ? withoutZero(piece, innerFor) : [piece]))
    .map((piece): Piece => ({ ...piece, grows: piece.grows !== turns }))
    .map((piece) => (Number.isInteger(known) ? whereSafe(piece, resultFor, isWhole) : piece));
  return { column, resultFor, pieces: computed };
}

const operations = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
};

/** Returns whether a result falls where the unknown operand grows. @param isFirst whether the unknown operand is on the left */
function turnsAround(operator: keyof typeof operations, known: number, isFirst: boolean): boolean {
  switch (operator) {
    case '+':
      return false;
    case '-':
      return !isFirst;
    case '*':
      return known < 0;
    case '/':
      return known < 0 === isFirst;
  }
}

/** Returns the parts of a piece in which a divisor is below and above zero. */
function withoutZero(piece: Piece, divisorFor: (stored: number) => number): readonly Piece[] {
  const { below, above } = split(piece, divisorFor, 0);
  return [below, above].map((range) => ({ ...range, grows: piece.grows }));
}

/**
 * Returns the part of a piece in which no result is beyond ±(2^53 − 1): a check has no result there.
 *
 * @param isWhole whether the unknown operand is whole. A check has a large result of a number with a fraction
 */
function whereSafe(piece: Piece, resultFor: (stored: number) => number, isWhole: boolean): Piece {
  const high = split(piece, resultFor, maxInteger);
  const low = split(piece, resultFor, -maxInteger);
  const [notAbove, notBelow] = [joined(high.below, high.equal), joined(low.above, low.equal)];
  const first = Math.max(notAbove.first, notBelow.first);
  const last = Math.min(notAbove.last, notBelow.last);
  if (!isWhole && (first > piece.first || last < piece.last)) throw unsolvable();
  return { first, last, grows: piece.grows };
}

/** Splits a piece by the order of its results and a number. A part can be empty. */
function split(
  { first, last, grows }: Piece,
  resultFor: (stored: number) => number,
  known: number | bigint,
): Readonly<Record<'below' | 'equal' | 'above', Range>> {
  const [reaches, passes] = grows
    ? [(stored: number) => resultFor(stored) >= known, (stored: number) => resultFor(stored) > known]
    : [(stored: number) => resultFor(stored) <= known, (stored: number) => resultFor(stored) < known];
  const reached = firstWhere(first, last, reaches);
  const passed = firstWhere(reached, last, passes);
  const [before, after] = [
    { first, last: reached - 1 },
    { first: passed, last },
  ];
  const equal = { first: reached, last: passed - 1 };
  return grows ? { below: before, equal, above: after } : { below: after, equal, above: before };
}

/** Returns the first whole number of a range for which a test holds that holds for all later ones, too; the one after the range if none. */
function firstWhere(first: number, last: number, holds: (stored: number) => boolean): number {
  let [from, to] = [first, last];
  while (from <= to) {
    const middle = Math.floor(from / 2 + to / 2);
    if (holds(middle)) to = middle - 1;
    else from = middle + 1;
  }
  return from;
}

/** Joins two ranges that are next to each other. */
const joined = (left: Range, right: Range): Range => ({
  first: Math.min(left.first, right.first),
  last: Math.max(left.last, right.last),
});

const unsolvable = () =>
  inexpressible('arithmetic other than `+`, `-`, `*` and `/` of one whole-number column and known numbers');
