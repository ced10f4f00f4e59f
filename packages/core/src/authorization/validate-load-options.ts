import { isPromise } from '../internal/promise.js';
import { describe } from '../internal/descriptions.js';
import type { ListOptions } from '../lists/list-options.js';
import type { AuthorizerOptions, ReloadOptions } from './options.js';
import type { ExplainOptions, WhoCanOptions } from './query-options.js';
import { invalidOption } from './invalid-option.js';
import {
  checkObject,
  deciding,
  isBoolean,
  isFunction,
  isOptionsObject,
  isSignal,
  isText,
  oneOf,
  type OptionCheck,
} from './validate-options.js';

const loading = {
  ...deciding,
  policies: (value) => isText(value) || (typeof value === 'object' && value !== null && !isPromise(value)),
  dialect: oneOf('nanook', 'oso-cloud'),
  version: isLabel,
  queries: (value) => Array.isArray(value) && value.every(isText),
  onDecision: isFunction,
  onDecisionError: isFunction,
  decisionLog: oneOf('background', 'required'),
  decisionDuration: isBoolean,
  onWarning: isFunction,
  denialWarnings: isBoolean,
  print: isFunction,
  resources: isAdapter,
  engine: oneOf('auto', 'source', 'closures', 'machine'),
  coverage: isCoverage,
} satisfies { readonly [Option in keyof AuthorizerOptions]-?: OptionCheck };

/** Checks the options of `reload`. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateReloadOptions = (options: ReloadOptions): void =>
  checkObject('reload', options, "{ version: '1.4.0' }", { version: isLabel, check: isFunction });

/** Checks the options of `load`, and refuses those that would be ignored. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateOptions(
  options: AuthorizerOptions,
  of: 'Authorizer.load' | 'compilePolicy' = 'Authorizer.load',
): void {
  const given: unknown = options;
  const example = typeof given === 'string' ? `{ policies: '${given}' }` : "{ policies: 'policy.polar' }";
  const checks =
    of === 'compilePolicy' ? { ...loading, format: oneOf('esm', 'cjs'), onProgress: isFunction } : loading;
  checkObject(of, options, example, checks);
  if (options.policies === undefined)
    throw invalidOption('policies', describe().invalidOption('policies', undefined));
}

/** Whether a value is a `PolicyCoverage`, of this or another copy of the package. */
function isCoverage(value: unknown): boolean {
  return typeof (value as { createMachine?: unknown } | null)?.createMachine === 'function';
}

function isLabel(value: unknown): boolean {
  return isText(value) && value !== '';
}

const isCount: OptionCheck = (value) => Number.isSafeInteger(value) && (value as number) > 0;

const ofExplanation: Readonly<Record<string, OptionCheck>> = {
  signal: isSignal,
  limits: isOptionsObject,
  context: isOptionsObject,
  bindings: (value) => typeof value === 'object',
  maxRules: isCount,
  maxDepth: isCount,
  mask: isFunction,
  names: (value) => value instanceof Map,
};

/** Checks the options of one explanation. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateExplainOptions = (options: ExplainOptions): void =>
  checkObject('an explanation', options, '{ maxRules: 3 }', ofExplanation);

const ofWhoCan: Readonly<Record<string, OptionCheck>> = {
  signal: isSignal,
  limits: isOptionsObject,
  field: isText,
  concurrency: isCount,
};

/** Checks the options of `whoCan`. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateWhoCanOptions = (options: WhoCanOptions): void =>
  checkObject('whoCan', options, '{ concurrency: 4 }', ofWhoCan);

const ofCount: Readonly<Record<string, OptionCheck>> = {
  where: isOptionsObject,
  fields: isLabel,
  signal: isSignal,
};

function isPaths(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

const isDirection = (value: unknown): boolean => value === 'asc' || value === 'desc';

const ofList: Readonly<Record<string, OptionCheck>> = {
  ...ofCount,
  take: isCount,
  include: isPaths,
  skip: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  after: (value) => value === null || isText(value),
  orderBy: (value) => isOptionsObject(value) && Object.values(value).every(isSortOrder),
};

/** Checks the options of a list. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function validateListOptions(options: ListOptions): void {
  checkObject('list', options, '{ take: 20 }', ofList);
  const { skip = 0, take, after } = options;
  if (skip > 0 && take === undefined)
    throw invalidOption('skip', 'needs the option `take`, because a page with a number has a size');
  if (skip > 0 && after !== undefined && after !== null)
    throw invalidOption('skip', 'cannot be used with `after`: a page starts at a number or at a cursor');
}

/** Checks the options of one row. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateOneOptions = (options: object): void =>
  checkObject('one', options, "{ fields: 'read' }", {
    fields: isLabel,
    include: isPaths,
    resources: isAdapter,
    signal: isSignal,
    checkRead: isBoolean,
    context: isOptionsObject,
  });

/** Checks the options of `relationsFor`. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateRelationsOptions = (options: object): void =>
  checkObject('relationsFor', options, '{ depth: 3 }', {
    fields: isLabel,
    depth: isCount,
    filtered: isBoolean,
  });

/** Checks the options of a count. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateCountOptions = (options: object): void =>
  checkObject('count', options, '{ where: { ownerId: 3 } }', ofCount);

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
