import { isPromise } from '../internal/promise.js';
import { hostError } from '../engine/host-error.js';
import { describe, describeValue } from '../internal/descriptions.js';
import { invalidOption, unknownOption } from './invalid-option.js';
import type { DecisionOptions } from './options.js';
import type { CheckOptions } from './query-options.js';
import { PolarError } from '../diagnostics/polar-error.js';

/** Checks the value of an option. The errors say which values are valid. */
export type OptionCheck = (value: unknown) => boolean;

export const oneOf =
  (...values: readonly string[]): OptionCheck =>
  (value) =>
    values.includes(value as string);
export const isFunction: OptionCheck = (value) => typeof value === 'function';
export const isBoolean: OptionCheck = (value) => typeof value === 'boolean';
export const isText = (value: unknown): value is string => typeof value === 'string';

export const deciding = {
  types: isOptionsObject,
  constants: isOptionsObject,
  clock: isFunction,
  limits: isOptionsObject,
  readAction: (value) => isText(value) && value !== '',
  hideUnreadable: isBoolean,
  undecided: oneOf('error', 'deny'),
  equality: (value) => value === 'identity' || value === 'deep' || isFunction(value),
} satisfies { readonly [Option in keyof DecisionOptions]-?: OptionCheck };

/** Checks the options for a policy that was compiled ahead of time. */
export const validateDecisionOptions = (options: DecisionOptions): void =>
  checkObject('CompiledAuthorizer.load', options, '{ types }', deciding);

export const isSignal: OptionCheck = (value) =>
  typeof value === 'object' && value !== null && 'aborted' in value;

const ofQuery: Readonly<Record<string, OptionCheck>> = {
  signal: isSignal,
  limits: isOptionsObject,
  context: isOptionsObject,
  checkRead: isBoolean,
  allowWildcard: isBoolean,
  bindings: (value) => typeof value === 'object',
  acceptExpression: isBoolean,
  explain: (value) => isBoolean(value) || isOptionsObject(value),
};

/** Checks the options of one query. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateQueryOptions = (options: CheckOptions): void =>
  checkObject('a check', options, '{ signal }', ofQuery);

/** Checks options, and refuses those that would be ignored. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function checkObject(
  of: string,
  options: object,
  example: string,
  checks: Readonly<Record<string, OptionCheck>>,
): void {
  if (!isOptionsObject(options))
    throw invalidOption(
      'options',
      `of ${of} must be an object such as ${example}, found ${describeValue(options)}`,
    );
  for (const [option, value] of entriesOf(of, options)) {
    if (!Object.hasOwn(checks, option)) throw unknownOption(option, option, checks);
    if (value !== undefined && !checks[option]!(value))
      throw invalidOption(option, describe().invalidOption(option, value));
  }
}

/** Reads options that may be a proxy or have getters. @throws {PolarError} `POLAR_RUN_HOST_ERROR` */
function entriesOf(of: string, options: object): [string, unknown][] {
  try {
    return Object.entries(options);
  } catch (error) {
    throw hostError(error, `an option of ${of}`, undefined);
  }
}

/** Returns whether a value is an object of options: not a list, promise, map or set. */
export function isOptionsObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(isPromise(value) || value instanceof Map || value instanceof Set);
}

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
