import { PolarError } from '../diagnostics/polar-error.js';
import { describeValue } from '../internal/descriptions.js';
import { isPromise } from './validate-options.js';

/**
 * Checks an argument, and describes the expected value if it is another one.
 *
 * @param call the call as the documentation writes it, such as `query(text)`
 * @throws {PolarError} `POLAR_TYPE_INVALID_ARGUMENT`
 */
export function validateArgument(
  call: string,
  value: unknown,
  expected: string,
  holds: (value: unknown) => boolean,
): void {
  if (holds(value)) return;
  const advice = isPromise(value) ? { advice: 'await it' } : {};
  const data = { call, expected, found: describeValue(value), ...advice };
  throw new PolarError('POLAR_TYPE_INVALID_ARGUMENT', data);
}
