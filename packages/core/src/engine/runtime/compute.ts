import type { Code } from '../../diagnostics/codes.js';
import type { Span } from '../../diagnostics/span.js';
import { shownInError } from '../../host/shown-in-error.js';
import type { ArithmeticOperator } from '../../ir/goal.js';
import { arithmetic, type NoResult } from '../arithmetic.js';
import type { RunningQuery } from './operations.js';
import { noValue } from './runtime.js';

/** Computes a number. Returns `noValue` if there is none, so that the alternative is undecided. */
export function compute(
  query: RunningQuery,
  operator: ArithmeticOperator,
  left: unknown,
  right: unknown,
  at: Span | undefined,
): unknown {
  query.await(left);
  query.await(right);
  const result = arithmetic(operator, left, right, undefined);
  if (typeof result === 'number') return result;
  const data = () => ({
    left: shownInError(left, query.context.types),
    operator,
    right: shownInError(right, query.context.types),
  });
  query.undecide(codes[result as NoResult], data, at);
  return noValue;
}

const codes = {
  'no number': 'POLAR_UNDECIDED_ARITHMETIC',
  'division by zero': 'POLAR_UNDECIDED_DIVISION_BY_ZERO',
  'unsafe integer': 'POLAR_UNDECIDED_UNSAFE_INTEGER',
} as const satisfies Record<NoResult, Code>;
