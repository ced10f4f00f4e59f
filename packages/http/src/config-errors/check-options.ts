import { describeValue, nearNames } from '@nanook/core/internal';
import { AuthorizationConfigError } from './authorization-config-error.js';

/** The kind of value that an option may have. */
type ExpectedKind = 'function' | 'challenge' | 'status' | 'milliseconds' | 'explain' | 'anything';

/**
 * Checks the names of options and the kinds of their values.
 *
 * @param owner the name of the function that takes the options, for messages
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_INVALID_OPTION`
 * @internal for adapters
 */
export function checkOptions(
  owner: string,
  options: unknown,
  known: Readonly<Record<string, ExpectedKind>>,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      owner,
      option: 'options',
      reason: `must be an object, such as { ${Object.keys(known)[0]}: … }; got ${describeValue(options)}`,
    });
  for (const [option, value] of Object.entries(options)) {
    const expected = Object.hasOwn(known, option) ? known[option]! : undefined;
    if (expected === undefined)
      throw new AuthorizationConfigError('NANOOK_HTTP_UNKNOWN_OPTION', {
        owner,
        option,
        near: nearNames(option, Object.keys(known)),
        known: Object.keys(known),
      });
    const reason = value === undefined ? undefined : explainWrongKind(expected, value);
    if (reason !== undefined)
      throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', { option, reason });
  }
}

/** The longest time of a timer. A longer one would end at once. */
const maxTimeoutMs = 2 ** 31 - 1;

/** Returns whether a value is a time in milliseconds that a timer can have. */
export const isTimeout = (value: unknown): boolean =>
  typeof value === 'number' && value >= 1 && value <= maxTimeoutMs;

/** Explains why the value of an option is invalid; `undefined` when it is valid. */
function explainWrongKind(expected: ExpectedKind, value: unknown): string | undefined {
  switch (expected) {
    case 'function':
      return typeof value === 'function' ? undefined : `must be a function, got ${describeValue(value)}`;
    case 'challenge':
      return [value].flat().every((each) => typeof each === 'string' && each.trim() !== '') &&
        [value].flat().length > 0
        ? undefined
        : `must be a string such as 'Bearer', or a list of them, got ${describeValue(value)}`;
    case 'status':
      return Number.isInteger(value) && (value as number) >= 400 && (value as number) <= 499
        ? undefined
        : `must be a status between 400 and 499, got ${describeValue(value)}`;
    case 'milliseconds':
      return isTimeout(value)
        ? undefined
        : `must be a time in milliseconds, between 1 and ${maxTimeoutMs}, got ${describeValue(value)}`;
    case 'explain':
      return typeof value === 'boolean' || typeof value === 'function' || value === 'development'
        ? undefined
        : `must be 'development', true, false, or a function, got ${describeValue(value)}`;
    case 'anything':
      return undefined;
  }
}
