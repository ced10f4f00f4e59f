import { PolarError } from '../diagnostics/polar-error.js';
import { hostError } from '../engine/host-error.js';
import { defaultLimits, type Limits } from '../engine/limits.js';
import { describeValue, isClass, looksThenable } from '../internal/describe-value.js';
import { didYouMean } from '../internal/near-names.js';
import type { AuthorizerOptions, DecisionOptions } from './options.js';
import type { CheckOptions, ExplainOptions } from './query-options.js';

/** The valid values of an option, and the correction of an invalid one. */
interface OptionCheck {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  readonly advice?: (value: unknown) => string | undefined;
}

const oneOf = (...values: readonly string[]): OptionCheck => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  holds: (value) => values.includes(value as string),
});
const aFunction: OptionCheck = { expected: 'a function', holds: (value) => typeof value === 'function' };
const aBoolean: OptionCheck = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };

/** Validates an object of values by name. The entries of a list, map or instance would be ignored. */
const byName = (what: string, example: string): OptionCheck => ({
  expected: `an object of ${what} by name, such as ${example}`,
  holds: isOptionsObject,
  advice: (value) =>
    value instanceof Map
      ? 'convert it with Object.fromEntries(map)'
      : typeof value === 'function' && isClass(value)
        ? `write { ${value.name} }`
        : undefined,
});

const limitsCheck: OptionCheck = {
  expected: `an object of limits, such as { ${Object.keys(defaultLimits)[0]!}: 1_000 }`,
  holds: isOptionsObject,
};

const deciding = {
  types: byName('types', '{ User, Note: {} }'),
  constants: byName('values', '{ MaxLength: 20 }'),
  clock: {
    expected: 'a function that returns a Date',
    holds: (value) => typeof value === 'function',
    advice: (value) => (value instanceof Date ? 'write () => new Date()' : undefined),
  },
  limits: limitsCheck,
  readAction: {
    expected: "the name of an action, such as 'read'",
    holds: (value) => typeof value === 'string' && value !== '',
  },
  hideUnreadable: aBoolean,
  undecided: oneOf('error', 'deny'),
  equality: {
    expected: "'identity', 'deep' or a function of two values",
    holds: (value) => value === 'identity' || value === 'deep' || typeof value === 'function',
  },
} satisfies { readonly [Option in keyof DecisionOptions]-?: OptionCheck };

const policyInputs: OptionCheck = {
  expected: 'the text of a policy, a file such as "policy.polar", or a list of them',
  holds: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !isPromise(value)),
  advice: (value) => (isPromise(value) ? 'await it' : undefined),
};

const loading = {
  ...deciding,
  policies: policyInputs,
  queries: {
    expected: "a list of names of rules, such as ['is_owner']",
    holds: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    advice: (value) => (typeof value === 'string' ? `write ['${value}']` : undefined),
  },
  onDecision: aFunction,
  onDecisionError: aFunction,
  decisionLog: oneOf('background', 'required'),
  onWarning: aFunction,
  denialWarnings: aBoolean,
  print: aFunction,
  resources: {
    expected: 'an adapter of @nanook/orm, such as drizzleResources(db, tables)',
    holds: isAdapter,
    advice: (value) => (isPromise(value) ? 'await it' : undefined),
  },
  engine: oneOf('auto', 'source', 'closures', 'machine'),
} satisfies { readonly [Option in keyof AuthorizerOptions]-?: OptionCheck };

/** Checks the options of `load`, and refuses those that would be ignored. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateOptions(
  options: AuthorizerOptions,
  of: 'Authorizer.load' | 'compilePolicy' = 'Authorizer.load',
): void {
  const given: unknown = options;
  const example = typeof given === 'string' ? `{ policies: '${given}' }` : "{ policies: 'policy.polar' }";
  const checks = of === 'compilePolicy' ? { ...loading, format: oneOf('esm', 'cjs') } : loading;
  checkObject(of, options, example, checks);
  if (options.policies === undefined)
    throw invalidOption('policies', `is missing; it must be ${policyInputs.expected}`);
}

/** Checks the options for a policy that was compiled ahead of time. */
export function validateDecisionOptions(options: DecisionOptions): void {
  for (const option of isOptionsObject(options) ? Object.keys(options) : []) {
    if (Object.hasOwn(loading, option) && !Object.hasOwn(deciding, option))
      throw invalidOption(
        option,
        'is an option of `Authorizer.load`, and a compiled policy does not support it',
      );
  }
  checkObject('CompiledAuthorizer.load', options, '{ types }', deciding);
}

const ofQuery = {
  signal: {
    expected: 'an AbortSignal',
    holds: (value) => typeof value === 'object' && value !== null && 'aborted' in value,
    advice: (value) =>
      typeof value === 'object' && value !== null && 'signal' in value ? 'pass its `signal`' : undefined,
  },
  limits: limitsCheck,
  checkRead: aBoolean,
  allowWildcard: aBoolean,
  bindings: { expected: 'an object or a Map of values by name', holds: (value) => typeof value === 'object' },
  acceptExpression: aBoolean,
} satisfies Readonly<Record<string, OptionCheck>>;

/** Checks the options of one query. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateQueryOptions(options: CheckOptions): void {
  checkObject('a check', options, '{ signal }', ofQuery);
}

const aCount: OptionCheck = {
  expected: 'a positive whole number',
  holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};

const ofExplanation = {
  signal: ofQuery.signal,
  limits: limitsCheck,
  bindings: ofQuery.bindings,
  maxRules: aCount,
  maxDepth: aCount,
  mask: { expected: 'a function', holds: (value) => typeof value === 'function' },
} satisfies Readonly<Record<string, OptionCheck>>;

/** Checks the options of one explanation. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateExplainOptions(options: ExplainOptions): void {
  checkObject('an explanation', options, '{ maxRules: 3 }', ofExplanation);
}

const ofCount = {
  where: byName('values', '{ ownerId: 3 }'),
  signal: ofQuery.signal,
} satisfies Readonly<Record<string, OptionCheck>>;

const isDirection = (value: unknown): boolean => value === 'asc' || value === 'desc';

const ofList = {
  ...ofCount,
  take: {
    expected: 'a whole number of rows from 1 on',
    holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
    advice: (value) => (typeof value === 'string' ? 'convert it with Number(…), and limit it' : undefined),
  },
  after: { expected: 'the `next` of a page', holds: (value) => value === null || isText(value) },
  orderBy: {
    expected:
      "an object of directions by field, such as { createdAt: 'desc', title: { direction: 'asc', nulls: 'last' } }",
    holds: (value) => isOptionsObject(value) && Object.values(value).every(isSortOrder),
  },
} satisfies Readonly<Record<string, OptionCheck>>;

/** Checks the options of a list. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateListOptions(options: object): void {
  checkObject('authorizedResources', options, '{ take: 20 }', ofList);
}

/** Checks the options of a count. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateCountOptions(options: object): void {
  checkObject('countAuthorizedResources', options, '{ where: { ownerId: 3 } }', ofCount);
}

function isSortOrder(value: unknown): boolean {
  if (!isOptionsObject(value)) return isDirection(value);
  const { direction = 'asc', nulls = 'first', ...others } = value as Record<string, unknown>;
  return (
    isDirection(direction) && (nulls === 'first' || nulls === 'last') && Object.keys(others).length === 0
  );
}

function isAdapter(value: unknown): boolean {
  if (!isOptionsObject(value)) return false;
  const { list, count } = value as { list?: unknown; count?: unknown };
  return typeof list === 'function' && typeof count === 'function';
}

function checkObject(
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
    if (!Object.hasOwn(checks, option)) throw unknownOption(option, option, Object.keys(checks));
    if (value === undefined) continue;
    const { expected, holds, advice } = checks[option]!;
    if (holds(value)) continue;
    const how = advice?.(value);
    const found = `must be ${expected}, found ${describeValue(value)}`;
    throw invalidOption(option, how === undefined ? found : `${found}; ${how}`);
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

/** @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for an unknown limit, and for one that is not a positive number */
export function limitsOf(given: Partial<Limits> | undefined): Limits {
  const result = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(result)) {
    if (!(name in defaultLimits)) throw unknownOption(`limits.${name}`, name, Object.keys(defaultLimits));
    if (typeof value !== 'number' || !(value > 0))
      throw invalidOption(`limits.${name}`, `must be a positive number, found ${describeValue(value)}`);
  }
  return result;
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

export const isText = (value: unknown): value is string => typeof value === 'string';

export const invalidOption = (option: string, reason: string): PolarError =>
  new PolarError('POLAR_TYPE_INVALID_OPTION', { option, reason });

const unknownOption = (option: string, name: string, known: readonly string[]): PolarError =>
  invalidOption(option, `is unknown${nearOption(name, known) || `; the options are ${known.join(', ')}`}`);

/** Returns the most likely option: one with a similar name, or with the same beginning (`policy` for `policies`). */
function nearOption(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known);
  if (near !== '') return near;
  const alike = known.find((option) => name.length > 3 && option.startsWith(name.slice(0, -1)));
  return alike === undefined ? '' : `; did you mean \`${alike}\`?`;
}

/** Returns whether a value is an object of options: not a list, promise, map or set. */
function isOptionsObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(isPromise(value) || value instanceof Map || value instanceof Set);
}

function isPromise(value: unknown): boolean {
  try {
    return typeof value === 'object' && value !== null && looksThenable(value);
  } catch {
    // A proxy that throws is not a promise.
    return false;
  }
}
