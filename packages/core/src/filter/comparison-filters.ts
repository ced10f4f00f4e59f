import type { Column, Comparable, Computed, Condition, Operand, Scalar } from './condition.js';
import type { Mode } from './mode.js';
import { all, allRows, any, noRows, type RowFilter } from './row-filter.js';

// The filters of comparisons, for each of the modes. `NULL` is spelled out wherever a mode includes it.

/** A condition that is never undecided. */
export function decided(mode: Mode, whenTrue: () => RowFilter, whenFalse: () => RowFilter): RowFilter {
  switch (mode) {
    case 'true':
    case 'true or undecided':
      return whenTrue();
    case 'not true':
    case 'false':
      return whenFalse();
    case 'undecided':
      return noRows;
    case 'not undecided':
      return allRows;
  }
}

export const isNull = (column: Column): RowFilter => (column.nullable ? { kind: 'null', column } : noRows);
export const notNull = (column: Column): RowFilter =>
  column.nullable ? { kind: 'not-null', column } : allRows;
export const isIn = (column: Column, values: readonly Scalar[]): RowFilter => ({
  kind: 'in',
  column,
  values,
});
const isNullOperand = (operand: Comparable): RowFilter =>
  operand.kind === 'column' ? isNull(operand) : noRows;
const isPresentOperand = (operand: Comparable): RowFilter =>
  operand.kind === 'column' ? notNull(operand) : allRows;
const isNaNOperand = (operand: Comparable): RowFilter =>
  operand.kind === 'column' && operand.type === 'float' ? { kind: 'nan', column: operand } : noRows;
const notNaN = (operand: Comparable): RowFilter =>
  operand.kind === 'column' && operand.type === 'float' ? { kind: 'not-nan', column: operand } : allRows;

const compare = (operator: '=' | '<>' | '<' | '<=', left: Comparable, right: Comparable): RowFilter =>
  left.kind === 'computed' || right.kind === 'computed'
    ? { kind: 'computed', operator, left, right }
    : { kind: 'compare', operator, left, right };

/** `nil` equals `nil`, `NaN` equals nothing. */
export const equal = (left: Comparable, right: Comparable): RowFilter =>
  any(
    all(compare('=', left, right), notNaNOfTwo(left, right)),
    all(isNullOperand(left), isNullOperand(right)),
  );

export const unequal = (left: Comparable, right: Comparable): RowFilter =>
  any(
    compare('<>', left, right),
    nanOfTwo(left, right),
    all(isNullOperand(left), isPresentOperand(right)),
    all(isPresentOperand(left), isNullOperand(right)),
  );

/** Two columns can both contain `NaN`, which some databases treat as equal. A bound value is never `NaN`. */
const notNaNOfTwo = (left: Comparable, right: Comparable): RowFilter =>
  left.kind === 'column' && right.kind === 'column' ? notNaN(left) : allRows;
const nanOfTwo = (left: Comparable, right: Comparable): RowFilter =>
  left.kind === 'column' && right.kind === 'column' ? all(isNaNOperand(left), isNaNOperand(right)) : noRows;

/** A condition that is never false. */
function neverFalse(mode: Mode, holds: RowFilter, isUndecided: RowFilter): RowFilter {
  switch (mode) {
    case 'true':
    case 'not undecided':
      return holds;
    case 'not true':
    case 'undecided':
      return isUndecided;
    case 'true or undecided':
      return allRows;
    case 'false':
      return noRows;
  }
}

export const isReadable = (column: Column, mode: Mode): RowFilter =>
  neverFalse(mode, { kind: 'readable', column }, { kind: 'unreadable', column });

export const areReadable = (column: Column, mode: Mode): RowFilter =>
  neverFalse(mode, { kind: 'readable-elements', column }, { kind: 'unreadable-elements', column });

export const isComputable = (number: Computed, mode: Mode): RowFilter =>
  neverFalse(mode, { kind: 'computable', number }, { kind: 'uncomputable', number });

export function truth(column: Column, mode: Mode): RowFilter {
  const is = (value: boolean): RowFilter => ({
    kind: 'compare',
    operator: '=',
    left: column,
    right: { kind: 'value', value },
  });
  switch (mode) {
    case 'true':
      return is(true);
    case 'false':
      return is(false);
    case 'not true':
      return any(is(false), isNull(column));
    case 'true or undecided':
      return any(is(true), isNull(column));
    case 'undecided':
      return isNull(column);
    case 'not undecided':
      return notNull(column);
  }
}

export function order(operator: '<' | '<=', left: Comparable, right: Comparable, mode: Mode): RowFilter {
  const isUndecided = () => any(isNullOperand(left), isNullOperand(right));
  const isDecided = () => all(isPresentOperand(left), isPresentOperand(right));
  const holds = (): RowFilter => all(compare(operator, left, right), notNaN(left), notNaN(right));
  // `NaN` is in no order: every comparison with it is false.
  const fails = (): RowFilter =>
    any(
      all(compare(operator === '<' ? '<=' : '<', right, left), notNaN(left), notNaN(right)),
      all(isNaNOperand(left), isPresentOperand(right)),
      all(isNaNOperand(right), isPresentOperand(left)),
    );
  switch (mode) {
    case 'true':
      return holds();
    case 'false':
      return fails();
    case 'not true':
      return any(fails(), isUndecided());
    case 'true or undecided':
      return any(holds(), isUndecided());
    case 'undecided':
      return isUndecided();
    case 'not undecided':
      return isDecided();
  }
}

export function textTest({ test, text, part }: Extract<Condition, { kind: 'text' }>, mode: Mode): RowFilter {
  const [holds, fails] = (['text', 'not-text'] as const).map((kind): RowFilter => ({
    kind,
    test,
    text,
    part,
  }));
  return whereOperandsArePresent(holds!, fails!, text, mode);
}

/** The operator that holds where another one does not. */
export const oppositeOfCount = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
} as const;

export function count(
  { step, operator, other }: Extract<Condition, { kind: 'count' }>,
  mode: Mode,
): RowFilter {
  const holds: RowFilter = { kind: 'count', step, operator, other };
  const fails: RowFilter = { kind: 'count', step, operator: oppositeOfCount[operator], other };
  if (operator === '=')
    return decided(
      mode,
      () => holds,
      () => any(fails, isNullOperand(other)),
    );
  return whereOperandsArePresent(holds, fails, other, mode);
}

/** A condition that is undecided where an operand is `nil`. Both filters are false there. */
function whereOperandsArePresent(
  holds: RowFilter,
  fails: RowFilter,
  operand: Operand,
  mode: Mode,
): RowFilter {
  switch (mode) {
    case 'true':
      return holds;
    case 'false':
      return fails;
    case 'not true':
      return any(fails, isNullOperand(operand));
    case 'true or undecided':
      return any(holds, isNullOperand(operand));
    case 'undecided':
      return isNullOperand(operand);
    case 'not undecided':
      return isPresentOperand(operand);
  }
}
