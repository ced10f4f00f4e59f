import {
  always,
  and,
  isNullable,
  never,
  not,
  or,
  undecided,
  type Column,
  type Condition,
  type Operand,
  type Scalar,
  type ScalarType,
} from './condition.js';

// Comparisons of columns with values, decided here where the value decides them: a back end never compares two types, never binds a
// value that its database refuses, and never sees `NaN`.

/** A column, or a value of the application. */
export type Compared = Column | { readonly kind: 'known'; readonly value: unknown };

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
    return columnEquals(right, left.value);
  }
  if (right.kind === 'known') return columnEquals(left, right.value);
  if (left.scope === right.scope && left.field === right.field && left.type !== 'float') return always;
  if (familyOf(left.type) === familyOf(right.type)) return { kind: 'equal', left, right };
  return and(isNilCondition(left), isNilCondition(right));
}

/** Returns the condition that a column equals one of the values. */
export function inCondition(column: Column, values: Iterable<unknown>): Condition {
  const found = new Set<string | number | boolean>();
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

export const isNilCondition = (column: Column): Condition =>
  column.nullable ? { kind: 'is-nil', column } : never;

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
  if (left.kind === 'column' && right.kind === 'column') return columnsInOrder(operator, left, right);
  if (left.kind === 'column')
    return columnBefore(left, operator, orderedBy((right as { value: unknown }).value));
  if (right.kind === 'column') return columnAfter(right, operator, orderedBy(left.value));
  throw new TypeError('two known values are compared by the engine');
}

const columnEquals = (column: Column, value: unknown): Condition => inCondition(column, [value]);

const familyOf = (type: ScalarType) => (type === 'integer' ? 'float' : type);

/** Returns the value to compare a column with for equality, or `undefined` when no row can have it. */
function comparableWith(type: ScalarType, given: unknown): Scalar | undefined {
  if (given instanceof Date)
    return type === 'date' && !Number.isNaN(given.getTime()) ? new Date(given) : undefined;
  const isBoxed = given instanceof String || given instanceof Number || given instanceof Boolean;
  const value: unknown = isBoxed ? given.valueOf() : given;
  switch (type) {
    case 'string':
      return typeof value === 'string' && !loneSurrogate.test(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : undefined;
    case 'float':
      return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
    case 'date':
      return undefined;
  }
}

/** A lone half of a surrogate pair, which databases store as another character. */
const loneSurrogate = /\p{Surrogate}/u;

/** The number or string that a value is ordered by, as `<` reads it; `undefined` for a value without an order. */
function orderedBy(value: unknown): number | string | undefined {
  const primitive: unknown =
    typeof value === 'object' && value !== null ? (value as { valueOf(): unknown }).valueOf() : value;
  return typeof primitive === 'number' || typeof primitive === 'string' ? primitive : undefined;
}

function columnsInOrder(operator: '<' | '<=', left: Column, right: Column): Condition {
  if (left.type === 'boolean' || right.type === 'boolean') return undecided;
  const family = familyOf(left.type);
  if (family === familyOf(right.type)) return { kind: 'order', operator, left, right };
  if (family === 'string' || right.type === 'string') return undecided;
  throw new Incomparable(
    `the order of the date \`${left.type === 'date' ? left.field : right.field}\` and a number`,
    'compare two dates, or two numbers',
  );
}

/** `column < bound`, or `column <= bound`. */
function columnBefore(column: Column, operator: '<' | '<=', bound: number | string | undefined): Condition {
  if (typeof bound === 'string')
    return textOrder(column, bound, (value) => ({ operator, left: column, right: value }));
  if (bound === undefined || !isNumeric(column)) return undecided;
  const limit = column.type === 'float' ? bound : operator === '<' ? Math.ceil(bound) - 1 : Math.floor(bound);
  const isWhole = column.type !== 'float';
  const constant = constantOrder(column, limit, bound);
  if (constant !== undefined) return whenPresent(column, constant === 'above' ? always : never);
  return {
    kind: 'order',
    operator: isWhole ? '<=' : operator,
    left: column,
    right: { kind: 'value', value: scalarOf(column, limit) },
  };
}

/** `bound < column`, or `bound <= column`. */
function columnAfter(column: Column, operator: '<' | '<=', bound: number | string | undefined): Condition {
  if (typeof bound === 'string')
    return textOrder(column, bound, (value) => ({ operator, left: value, right: column }));
  if (bound === undefined || !isNumeric(column)) return undecided;
  const limit = column.type === 'float' ? bound : operator === '<' ? Math.floor(bound) + 1 : Math.ceil(bound);
  const isWhole = column.type !== 'float';
  const constant = constantOrder(column, limit, bound);
  if (constant !== undefined) return whenPresent(column, constant === 'below' ? always : never);
  return {
    kind: 'order',
    operator: isWhole ? '<=' : operator,
    left: { kind: 'value', value: scalarOf(column, limit) },
    right: column,
  };
}

const isNumeric = ({ type }: Column): boolean => type === 'integer' || type === 'float' || type === 'date';

const scalarOf = (column: Column, limit: number): Scalar =>
  column.type === 'date' ? new Date(limit) : limit;

/** The place of a bound outside the values that a column can have, if it is outside. */
function constantOrder(
  column: Column,
  limit: number,
  bound: number,
): 'below' | 'above' | 'nowhere' | undefined {
  if (Number.isNaN(bound)) return 'nowhere';
  if (column.type === 'float') return undefined;
  const range = column.type === 'date' ? 8_640_000_000_000_000 : Number.MAX_SAFE_INTEGER;
  return limit > range ? 'above' : limit < -range ? 'below' : undefined;
}

function textOrder(
  column: Column,
  bound: string,
  order: (value: Operand) => { operator: '<' | '<='; left: Operand; right: Operand },
): Condition {
  if (column.type !== 'string') return undecided;
  // Some databases refuse NUL in a text.
  if (bound.includes('\0') || loneSurrogate.test(bound))
    throw new Incomparable('the order of a text with a character that databases do not store', 'remove it');
  return { kind: 'order', ...order({ kind: 'value', value: bound }) };
}

/** A condition that is undecided where the column is `nil`. */
const whenPresent = (column: Column, condition: Condition): Condition =>
  isNullable(column)
    ? or(and(not(isNilCondition(column)), condition), and(isNilCondition(column), undecided))
    : condition;
