import type { Span } from '../diagnostics/span.js';
import { hostError } from '../engine/host-error.js';
import { isOrdered, orderOf, primitive } from '../engine/order.js';
import { Incomparable, orderCondition, type Compared } from '../filter/comparisons.js';
import { countCondition } from '../filter/count-condition.js';
import { always, never, undecided, type Condition } from '../filter/condition.js';
import type { Meter } from '../host/meter.js';
import { untranslatable, type Place } from './untranslatable.js';
import {
  Cell,
  ColumnValue,
  ComputedValue,
  CountValue,
  describeUnknown,
  isUnknown,
  MadeTextValue,
} from './unknown.js';

/** Returns the condition that two values are in an order: two numbers, or two texts. Otherwise it is undecided. */
export function orderOfValues(
  operator: '<' | '<=' | '>' | '>=',
  left: unknown,
  right: unknown,
  at: Place,
  meter: Meter,
): Condition {
  if (!isUnknown(left) && !isUnknown(right)) return knownOrder(operator, left, right, at.span, meter);
  for (const side of [left, right]) {
    if (side instanceof Cell)
      throw untranslatable('the order of a variable that has no value yet', 'give it a value before', at);
    if (side instanceof MadeTextValue)
      throw untranslatable(`the order of ${describeUnknown(side)}`, 'store the text as a column', at);
    const isNumber = side instanceof CountValue || side instanceof ComputedValue;
    if (isUnknown(side) && !isNumber && !(side instanceof ColumnValue)) return undecided;
  }
  const compared = (side: unknown): Compared =>
    side instanceof ColumnValue
      ? side.column
      : side instanceof ComputedValue
        ? side.number
        : { kind: 'known', value: side };
  try {
    if (left instanceof CountValue && right instanceof CountValue) throw twoCounts(left, right);
    if (left instanceof CountValue) return countCondition(left.step, operator, compared(right));
    if (right instanceof CountValue) return countCondition(right.step, mirrored[operator], compared(left));
    return orderCondition(operator, compared(left), compared(right));
  } catch (error) {
    if (error instanceof Incomparable) throw untranslatable(error.construct, error.instead, at);
    throw hostError(error, '`valueOf`', at.span);
  }
}

const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/** The error for a comparison of two numbers of related rows. */
export const twoCounts = (left: CountValue, right: CountValue): Incomparable =>
  new Incomparable(
    `the number of \`${left.step.relation.name}\` and the number of \`${right.step.relation.name}\``,
    'compare each with a number',
  );

function knownOrder(
  operator: '<' | '<=' | '>' | '>=',
  left: unknown,
  right: unknown,
  span: Span,
  meter: Meter,
): Condition {
  try {
    const order = orderOf(primitive(left), primitive(right), meter);
    return order === undefined ? undecided : isOrdered(operator, order) ? always : never;
  } catch (error) {
    throw hostError(error, '`valueOf`', span);
  }
}
