import type { Decision } from './authorization/decision.js';
import type { Diagnostic } from './diagnostics/diagnostic.js';
import { PolarError } from './diagnostics/polar-error.js';
import type { EngineChoice } from './engine/compiled/compile.js';
import type { Equality } from './engine/equality.js';
import { defaultLimits, type Limits } from './engine/limits.js';
import type { PolicyInput } from './policy-source.js';
import type { TypesInput } from './types/type-declaration.js';

/** How questions are decided. */
export interface DecisionOptions {
  /** The types of the application, by the names that policies use. */
  readonly types?: TypesInput;
  /** Further values by name. Policies may call the functions of a constant. */
  readonly constants?: Readonly<Record<string, unknown>>;
  /** What time it is: for `Clock.now()` in policies and for decisions. Default: the system's. */
  readonly clock?: () => Date;
  /** How much one question may take. */
  readonly limits?: Partial<Limits>;
  /** The action whose refusal hides a resource: `authorize` then throws `NotFoundError`. Default `'read'`. */
  readonly readAction?: string;
  /** `false`: `authorize` never hides, and throws `ForbiddenError` only. Default `true`. */
  readonly hideUnreadable?: boolean;
  /** What the data cannot decide is an error (default), or a refusal that only `onDecision` sees. */
  readonly undecided?: 'error' | 'deny';
  /** How instances are compared that declare neither key nor `equals`. Default `'identity'`; `'deep'` is oso's way. */
  readonly equality?: Equality;
}

export interface AuthorizerOptions extends DecisionOptions {
  /** What to load, in order: texts, `{ name, source }`, and under Node files and globs. All are loaded together. */
  readonly policies: PolicyInput | readonly PolicyInput[];
  /**
   * Receives every decision, before the answer is given. A check does not wait for the promise that it returns, and a failure of it
   * changes no answer; `audit` changes both.
   */
  readonly onDecision?: (decision: Decision) => unknown;
  /** Receives the errors that `onDecision` throws or rejects with. Default: writes them to `console.error`. */
  readonly onDecisionError?: (error: unknown, decision: Decision) => void;
  /**
   * `'required'`: no answer without a record. Each check waits for the promise of `onDecision` and fails with its error. Default
   * `'background'`.
   */
  readonly decisionLog?: 'background' | 'required';
  /** Receives the warnings of each load, and those about denials. Default: `console.warn`. */
  readonly onWarning?: (warning: Diagnostic) => void;
  /**
   * Whether a denial that a mistake has probably caused (a row without a type, an unknown action) is warned about, once for each
   * action and kind of value. Default: `true` unless `NODE_ENV` is `production`.
   */
  readonly denialWarnings?: boolean;
  /**
   * What answers questions whose arguments are known. Default `'auto'`: compiled, as source or, where code may not make code,
   * as closures. `'machine'`: the reference engine, which explains every step.
   */
  readonly engine?: EngineChoice;
  /** Receives what `print(…)` in a policy prints. Default: `console.log`. */
  readonly print?: (text: string) => void;
}

const wrong = (option: string, reason: string) =>
  new PolarError('POLAR_TYPE_INVALID_OPTION', { option, reason });

type Reason = string | undefined;
const unless = (isRight: boolean, reason: string): Reason => (isRight ? undefined : reason);
const isFunction = (value: unknown): Reason => unless(typeof value === 'function', 'is no function');
const isBoolean = (value: unknown): Reason => unless(typeof value === 'boolean', 'is no boolean');
const isObjectOf =
  (what: string) =>
  (value: unknown): Reason =>
    unless(typeof value === 'object' && value !== null, `is no object of ${what} by name`);

/** What is wrong with a value of an option. */
const deciding = {
  types: isObjectOf('types'),
  constants: isObjectOf('values'),
  clock: isFunction,
  limits: () => undefined,
  readAction: (value) => unless(typeof value === 'string' && value !== '', 'is no action'),
  hideUnreadable: isBoolean,
  undecided: (value) => unless(value === 'error' || value === 'deny', "is neither 'error' nor 'deny'"),
  equality: (value) =>
    unless(
      value === 'identity' || value === 'deep' || typeof value === 'function',
      "is none of 'identity', 'deep' and a function",
    ),
} satisfies { [Option in keyof DecisionOptions]: (value: unknown) => Reason };

const loading = {
  ...deciding,
  policies: (value) => unless(value !== null, 'is missing: a policy text, a file, or a list of them'),
  onDecision: isFunction,
  onDecisionError: isFunction,
  decisionLog: (value) =>
    unless(value === 'background' || value === 'required', "is neither 'background' nor 'required'"),
  onWarning: isFunction,
  denialWarnings: isBoolean,
  print: isFunction,
  engine: (value) =>
    unless(
      ['auto', 'source', 'closures', 'machine'].includes(value as string),
      "is none of 'auto', 'source', 'closures' and 'machine'",
    ),
} satisfies { [Option in keyof AuthorizerOptions]-?: (value: unknown) => Reason };

/** Refuses what would silently be ignored. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function checkOptions(options: AuthorizerOptions): void {
  if (typeof options !== 'object' || options === null)
    throw wrong('options', 'is missing: pass { policies: … }');
  check(options, loading);
  if (options.policies === undefined)
    throw wrong('policies', 'is missing: a policy text, a file, or a list of them');
}

/** As `checkOptions`, for a policy that is compiled already. */
export function checkDecisionOptions(options: DecisionOptions): void {
  if (typeof options !== 'object' || options === null) throw wrong('options', 'is no object');
  check(options, deciding);
}

function check(options: object, checks: Readonly<Record<string, (value: unknown) => Reason>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, option)) throw wrong(option, 'is unknown');
    const reason = value === undefined ? undefined : checks[option]!(value);
    if (reason !== undefined) throw wrong(option, reason);
  }
}

/** What policies know by name beside types: the clock, unless the application took that name. */
export const constantsOf = (
  { types, constants }: DecisionOptions,
  clock: () => Date,
): Readonly<Record<string, unknown>> => ({
  ...(types !== undefined && 'Clock' in types ? {} : { Clock: Object.freeze({ now: () => clock() }) }),
  ...constants,
});

/** @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for what is no positive number */
export function limitsOf(given: Partial<Limits> | undefined): Limits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in defaultLimits)) throw wrong(`limits.${name}`, 'is unknown');
    if (typeof value !== 'number' || !(value > 0)) throw wrong(`limits.${name}`, 'is no positive number');
  }
  return limits;
}
