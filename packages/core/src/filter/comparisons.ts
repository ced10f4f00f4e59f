import { narrowed } from '../dialect/whole-float.js';
import { DecimalValue, parseDecimal } from '../types/decimal-value.js';
import {
  always,
  and,
  isNullable,
  never,
  not,
  or,
  undecided,
  type Column,
  type Comparable,
  type Computed,
  type Condition,
  type Operand,
  type Scalar,
  type ScalarType,
  type TextMethod,
} from './condition.js';

// Comparisons of columns with values, decided here where the value decides them: a back end never compares two types, never binds a
// value that its database refuses, and never sees `NaN`.

/** A column, a computed number, or a value of the application. */
export type Compared = Column | Computed | Known;
interface Known {
  readonly kind: 'known';
  readonly value: unknown;
}

/** A comparison that no database can make as the engines make it. The caller adds the place. */
export class Incomparable {
  constructor(
    readonly construct: string,
    readonly instead: string,
  ) {}
}

/** Returns the condition that two operands are equal. Values of different types are never equal, and `nil` equals `nil`. */
export function equalCondition(left: Compared, right: Compared): Condition {
  if (left.kind === 'known') {
    if (right.kind === 'known') throw new TypeError('two known values are compared by the engine');
    return equalsKnown(right, left.value);
  }
  if (right.kind === 'known') return equalsKnown(left, right.value);
  if (isSameColumn(left, right) && left.type !== 'float') return always;
  if (familyOf(left.type) === familyOf(right.type)) return { kind: 'equal', left, right };
  return and(isNilCondition(left), isNilCondition(right));
}

const isSameColumn = (left: Column | Computed, right: Column | Computed): boolean =>
  left.kind === 'column' &&
  right.kind === 'column' &&
  left.scope === right.scope &&
  left.field === right.field;

/** Returns the condition that a column equals one of the values. */
export function inCondition(column: Column, values: Iterable<unknown>): Condition {
  const found = new Set<string | number | bigint | boolean>();
  let allowsNil = false;
  for (const value of values) {
    if (value === null) allowsNil = true;
    const scalar = comparableWith(column.type, value);
    if (scalar !== undefined) found.add(scalar instanceof Date ? scalar.getTime() : scalar);
  }
  const isDate = column.type === 'date';
  const scalars = [...found].map((value): Scalar => (isDate ? new Date(value as number) : value));
  const among: Condition =
    scalars.length === 0
      ? never
      : scalars.length === 1
        ? { kind: 'equal', left: column, right: { kind: 'value', value: scalars[0]! } }
        : { kind: 'in', column, values: scalars };
  return allowsNil ? or(among, isNilCondition(column)) : among;
}

export const isNilCondition = (column: Column | Computed): Condition =>
  column.kind === 'column' && column.nullable ? { kind: 'is-nil', column } : never;

/** Returns the condition of a boolean column. A column of another type is not a condition: undecided. */
export const trueCondition = (column: Column): Condition =>
  column.type === 'boolean' ? { kind: 'is-true', column } : undecided;

/**
 * Returns the condition that two operands are in an order. It is undecided for `nil`, and between two types.
 *
 * @throws {Incomparable}
 */
export function orderCondition(
  operator: '<' | '<=' | '>' | '>=',
  left: Compared,
  right: Compared,
): Condition {
  if (operator === '>') return orderCondition('<', right, left);
  if (operator === '>=') return orderCondition('<=', right, left);
  if (left.kind !== 'known')
    return right.kind === 'known'
      ? columnBefore(left, operator, orderedBy(right.value))
      : columnsInOrder(operator, left, right);
  if (right.kind !== 'known') return columnAfter(right, operator, orderedBy(left.value));
  throw new TypeError('two known values are compared by the engine');
}

/**
 * Returns the condition that a text contains another one at a place, as the method of JavaScript finds it. It is undecided for `nil`.
 *
 * @throws {Incomparable}
 */
export function textCondition(test: TextMethod, text: Column | string, part: Column | string): Condition {
  if (typeof part === 'string') {
    if (typeof text === 'string') return text[test](part) ? always : never;
    if (part === '') return whenPresent(text, always);
    return { kind: 'text', test, text, part: textOperand(part, test) };
  }
  return whenPresent(part, {
    kind: 'text',
    test,
    text: typeof text === 'string' ? textOperand(text, test) : text,
    part,
  });
}

/**
 * Returns the condition that a text in lower case equals a value. Databases and JavaScript change the case of many characters in different
 * ways, but a text whose lower case is ASCII has only ASCII and the sign of Kelvin, whose lower case is `k`.
 *
 * @throws {Incomparable}
 */
export function lowerCaseCondition(text: Column, given: unknown): Condition {
  const value = unboxed(given);
  if (typeof value !== 'string' || value !== value.toLowerCase()) return never;
  if (!/^\p{ASCII}*$/u.test(value))
    throw new Incomparable(
      '`toLowerCase` compared with a text that has other characters than those of ASCII',
      'store the text in lower case as a column',
    );
  return { kind: 'text', test: 'lowers-to', text, part: { kind: 'value', value } };
}

/** Returns the condition that a column between two known texts equals a value: the column is the rest of the value. */
export function joinedCondition(
  { before, column, after }: { readonly before: string; readonly column: Column; readonly after: string },
  given: unknown,
): Condition {
  const value = unboxed(given);
  const length = before.length + after.length;
  const isAround =
    typeof value === 'string' && value.length >= length && value.startsWith(before) && value.endsWith(after);
  return isAround ? inCondition(column, [value.slice(before.length, value.length - after.length)]) : never;
}

/**
 * Returns the condition that one of the elements of a list equals an item. It is undecided, too, where another element contradicts its
 * declaration.
 *
 * @throws {Incomparable}
 */
export const containsCondition = (list: Column, item: Column | Known): Condition =>
  or(elementEquals(list, item), and({ kind: 'readable-elements', column: list }, never));

function elementEquals(column: Column, item: Column | Known): Condition {
  const contains = (value: Operand | null): Condition => ({ kind: 'contains', column, item: value });
  const containsNil = column.list!.hasNil ? contains(null) : never;
  if (item.kind === 'column') {
    if (item.type !== column.type && familyOf(item.type) === familyOf(column.type))
      throw new Incomparable(
        `\`in\` with \`${item.field}\` and \`${column.field}\`, whose numbers are declared as two types`,
        'declare both with one type',
      );
    const isEqual = item.type === column.type ? contains(item) : never;
    return or(isEqual, containsNil.kind === 'never' ? never : and(isNilCondition(item), containsNil));
  }
  if (item.value === null) return containsNil;
  if (column.type === 'string' && typeof item.value === 'string') textOperand(item.value, 'in');
  const value = comparableWith(column.type, item.value);
  return value === undefined ? never : contains({ kind: 'value', value });
}

/** JavaScript finds one half of a surrogate pair within a character. A database does not. */
function textOperand(value: string, test: TextMethod | 'in'): Operand {
  if (loneSurrogate.test(value))
    throw new Incomparable(
      `\`${test}\` with a text that has half of a character`,
      'remove the lone surrogate',
    );
  return { kind: 'value', value };
}

function equalsKnown(column: Column | Computed, given: unknown): Condition {
  if (column.kind === 'column') return inCondition(column, [given]);
  const value = comparableWith(column.type, given);
  return value === undefined || Math.abs(value as number) === Infinity
    ? never
    : { kind: 'equal', left: column, right: { kind: 'value', value } };
}

const familyOf = (type: ScalarType) => (type === 'integer' || type === 'decimal' ? 'float' : type);

/** Returns the value to compare a column with for equality, or `undefined` when no row can have it. */
function comparableWith(type: ScalarType, given: unknown): Scalar | undefined {
  if (given instanceof Date)
    return type === 'date' && !Number.isNaN(given.getTime()) ? new Date(given) : undefined;
  const value = unboxed(given);
  switch (type) {
    case 'string':
      return typeof value === 'string' && !loneSurrogate.test(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return integerLike(value);
    case 'float':
      if (value instanceof DecimalValue) return value.equals(Number(value)) ? Number(value) : undefined;
      return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
    case 'decimal':
      // A row has a small integer as a number, which equals no `bigint`.
      return isBound(value) && !isSmallBigint(value) ? textOf(value) : undefined;
    case 'date':
      return undefined;
  }
}

const unboxed = (value: unknown): unknown =>
  value instanceof String || value instanceof Number || value instanceof Boolean ? value.valueOf() : value;

/** Returns the integer that equals a value. Rows have those beyond ±(2^53 − 1) as a `bigint`. */
export function integerLike(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === 'bigint') return isSmallBigint(value) || !isStorable(value) ? undefined : value;
  if (!(value instanceof DecimalValue)) return undefined;
  const whole = wholeOf(value, 'floor');
  return typeof whole === 'bigint' && value.equals(whole) && isStorable(whole) ? narrowed(whole) : undefined;
}

const isSmallBigint = (value: Bound): boolean =>
  typeof value === 'bigint' && typeof narrowed(value) === 'number';

const isStorable = (value: bigint): boolean => BigInt.asIntN(64, value) === value;

/** Returns the text of a decimal, the same one for equal values; `undefined` for infinity and NaN. */
const textOf = (value: Bound): string | undefined => {
  const decimal = value instanceof DecimalValue ? value : parseDecimal(String(value));
  return decimal && String(decimal);
};

/** A lone half of a surrogate pair, which databases store as another character. */
const loneSurrogate = /\p{Surrogate}/u;

/** A number that a column is compared with. */
export type Bound = number | bigint | DecimalValue;

const isBound = (value: unknown): value is Bound =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof DecimalValue;

/** The number or string that a value is ordered by, as `<` reads it; `undefined` for a value without an order. */
export function orderedBy(value: unknown): Bound | string | undefined {
  const found: unknown =
    typeof value === 'object' && value !== null ? (value as { valueOf(): unknown }).valueOf() : value;
  return isBound(found) || typeof found === 'string' ? found : undefined;
}

function columnsInOrder(operator: '<' | '<=', left: Column | Computed, right: Column | Computed): Condition {
  if (left.type === 'boolean' || right.type === 'boolean') return undecided;
  const family = familyOf(left.type);
  if (family === familyOf(right.type)) return { kind: 'order', operator, left, right };
  if (family === 'string' || right.type === 'string') return undecided;
  const date = [left, right].find((side): side is Column => side.type === 'date')!;
  throw new Incomparable(
    `the order of the date \`${date.field}\` and a number`,
    'compare two dates, or two numbers',
  );
}

/** `column < bound`, or `column <= bound`. */
function columnBefore(
  column: Column | Computed,
  operator: '<' | '<=',
  bound: Bound | string | undefined,
): Condition {
  if (typeof bound === 'string')
    return textOrder(column, bound, (value) => ({ operator, left: column, right: value }));
  if (bound === undefined || !isNumeric(column)) return undecided;
  const limit = limitOf(column, operator, bound, 'before');
  if (typeof limit === 'string') return whenPresent(column, limit === 'above' ? always : never);
  return {
    kind: 'order',
    operator: limit.operator,
    left: column,
    right: { kind: 'value', value: limit.value },
  };
}

/** `bound < column`, or `bound <= column`. */
function columnAfter(
  column: Column | Computed,
  operator: '<' | '<=',
  bound: Bound | string | undefined,
): Condition {
  if (typeof bound === 'string')
    return textOrder(column, bound, (value) => ({ operator, left: value, right: column }));
  if (bound === undefined || !isNumeric(column)) return undecided;
  const limit = limitOf(column, operator, bound, 'after');
  if (typeof limit === 'string') return whenPresent(column, limit === 'below' ? always : never);
  return {
    kind: 'order',
    operator: limit.operator,
    left: { kind: 'value', value: limit.value },
    right: column,
  };
}

const isNumeric = ({ type }: Column | Computed): boolean =>
  type === 'integer' || type === 'float' || type === 'decimal' || type === 'date';

interface Limit {
  readonly operator: '<' | '<=';
  readonly value: Scalar;
}

/**
 * Returns the comparison with a value of the column's type that says the same as the one with a bound, or the place of a bound outside the
 * values that the column can have.
 *
 * @param side the side of the bound on which the values of the column are
 */
function limitOf(
  column: Column | Computed,
  operator: '<' | '<=',
  bound: Bound,
  side: 'before' | 'after',
): Limit | 'below' | 'above' | 'nowhere' {
  if (Number.isNaN(bound)) return 'nowhere';
  switch (column.type) {
    case 'decimal': {
      const value = textOf(bound);
      return value === undefined ? ((bound as number) > 0 ? 'above' : 'below') : { operator, value };
    }
    case 'float': {
      const value = Number(bound);
      // A computed number is finite, and not all databases have another one.
      if (column.kind === 'computed' && Math.abs(value) === Infinity) return value > 0 ? 'above' : 'below';
      return { operator: operatorOfNearest(operator, bound, side), value };
    }
    default: {
      const [floor, ceil] = [wholeOf(bound, 'floor'), wholeOf(bound, 'ceil')];
      if (typeof floor === 'number' || typeof ceil === 'number') return floor > 0 ? 'above' : 'below';
      const limit = side === 'before' ? floor : ceil;
      const range = column.type === 'date' ? 8_640_000_000_000_000n : 2n ** 63n - 1n;
      if (limit > range) return 'above';
      if (limit < -range) return 'below';
      return {
        // A bound between two whole numbers is in no column.
        operator: floor === ceil ? operator : '<=',
        value: column.type === 'date' ? new Date(Number(limit)) : narrowed(limit),
      };
    }
  }
}

/** Returns the operator for the number that is nearest to a bound. No other number is between the two. */
function operatorOfNearest(operator: '<' | '<=', bound: Bound, side: 'before' | 'after'): '<' | '<=' {
  if (typeof bound === 'number') return operator;
  const nearest = Number(bound);
  const order =
    bound instanceof DecimalValue ? -bound.compare(nearest) : nearest < bound ? -1 : nearest > bound ? 1 : 0;
  const holds = side === 'before' ? order < 0 : order > 0;
  return holds || (order === 0 && operator === '<=') ? '<=' : '<';
}

/** Returns the greatest integer that is not above a number, or the smallest that is not below it; an infinite number for huge ones. */
export function wholeOf(bound: Bound, round: 'floor' | 'ceil'): bigint | number {
  if (typeof bound === 'bigint') return bound;
  if (typeof bound === 'number') return Number.isFinite(bound) ? BigInt(Math[round](bound)) : bound;
  if (bound.exponent > 30) return bound.isNegative ? -Infinity : Infinity;
  const [whole, fraction] = String(bound).split('.') as [string, string?];
  const truncated = BigInt(whole.includes('e') ? 0 : whole);
  if (fraction === undefined && !whole.includes('e')) return truncated;
  if (bound.isNegative) return round === 'floor' ? truncated - 1n : truncated;
  return round === 'ceil' ? truncated + 1n : truncated;
}

function textOrder(
  column: Column | Computed,
  bound: string,
  order: (value: Operand) => { operator: '<' | '<='; left: Comparable; right: Comparable },
): Condition {
  if (column.type !== 'string') return undecided;
  // Some databases refuse NUL in a text.
  if (bound.includes('\0') || loneSurrogate.test(bound))
    throw new Incomparable('the order of a text with a character that databases do not store', 'remove it');
  return { kind: 'order', ...order({ kind: 'value', value: bound }) };
}

/** A condition that is undecided where the column is `nil`. */
export const whenPresent = (column: Column | Computed, condition: Condition): Condition =>
  isNullable(column)
    ? or(and(not(isNilCondition(column)), condition), and(isNilCondition(column), undecided))
    : condition;
