import type { Span } from '../../diagnostics/span.js';
import { shownInError } from '../../host/shown-in-error.js';
import { describe } from '../../internal/descriptions.js';
import type { ComparisonOperator } from '../../ir/goal.js';
import { isOrdered, type OrderOperator, orderOf, primitive } from '../order.js';
import type { RunningQuery } from './operations.js';

/** Compares two values with `<`, `<=`, `>` or `>=`. Without an order, the alternative is undecided. */
export function orderValues(
  query: RunningQuery,
  operator: ComparisonOperator,
  left: unknown,
  right: unknown,
  at: Span | undefined,
): boolean {
  query.await(left);
  query.await(right);
  const order = orderOf(primitive(left), primitive(right), query);
  if (typeof left === 'object' || typeof right === 'object') query.called();
  if (order !== undefined) return isOrdered(operator as OrderOperator, order);
  const data = () => ({
    left: shownInError(left, query.context.types),
    operator,
    right: shownInError(right, query.context.types),
    advice: describe().orderAdvice(left, right),
  });
  query.undecide('POLAR_UNDECIDED_ORDER', data, at);
  return false;
}
