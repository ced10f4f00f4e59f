import { Incomparable, integerLike, orderedBy, wholeOf, type Bound, type Compared } from './comparisons.js';
import {
  always,
  never,
  not,
  some,
  undecided,
  type Condition,
  type CountOperator,
  type RelationStep,
} from './condition.js';

/**
 * Returns the condition that compares the number of related rows with a number.
 *
 * @throws {Incomparable}
 */
export function countCondition(step: RelationStep, operator: CountOperator, other: Compared): Condition {
  if (other.kind === 'known') return countAndValue(step, operator, other.value);
  if (other.kind === 'computed')
    throw new Incomparable(
      `the number of \`${step.relation.name}\` and the result of arithmetic on columns`,
      'compare it with a number or a column',
    );
  switch (other.type) {
    case 'integer':
      return { kind: 'count', step, operator, other };
    case 'string':
    case 'boolean':
      return operator === '=' ? never : undecided;
    default:
      throw new Incomparable(
        `the number of \`${step.relation.name}\` and \`${other.field}\`, which is not a whole number`,
        "declare the field as 'Integer'",
      );
  }
}

function countAndValue(step: RelationStep, operator: CountOperator, value: unknown): Condition {
  if (operator === '=') {
    const count = integerLike(value instanceof Number ? value.valueOf() : value);
    if (count === undefined || count < 0) return never;
    if (count === 0) return not(some(step, always));
    return { kind: 'count', step, operator, other: { kind: 'value', value: count } };
  }
  const bound = orderedBy(value);
  if (bound === undefined || typeof bound === 'string') return undecided;
  if (Number.isNaN(bound)) return never;
  switch (operator) {
    case '>=':
      return atLeast(step, wholeOf(bound, 'ceil'));
    case '<':
      return not(atLeast(step, wholeOf(bound, 'ceil')));
    case '>':
      return atLeast(step, next(bound));
    case '<=':
      return not(atLeast(step, next(bound)));
  }
}

/** Returns the smallest whole number above a bound. */
function next(bound: Bound): bigint | number {
  const whole = wholeOf(bound, 'floor');
  return typeof whole === 'bigint' ? whole + 1n : whole;
}

function atLeast(step: RelationStep, least: bigint | number): Condition {
  if (least <= 0) return always;
  if (least > Number.MAX_SAFE_INTEGER) return never;
  return Number(least) === 1
    ? some(step, always)
    : { kind: 'count', step, operator: '>=', other: { kind: 'value', value: Number(least) } };
}
