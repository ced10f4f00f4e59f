import type { Decision } from './authorization/decision.js';
import type { Diagnostic } from './diagnostics/diagnostic.js';
import { PolarError } from './diagnostics/polar-error.js';
import type { EngineChoice } from './engine/compiled/compile.js';
import type { Equality } from './engine/equality.js';
import { defaultLimits, type Limits } from './engine/limits.js';
import type { PolicyInput } from './policy-source.js';
import type { TypesInput } from './types/type-declaration.js';

export interface AuthorizerOptions {
  /** What to load, in order: texts, `{ name, source }`, and under Node files and globs. All are loaded together. */
  readonly policies: PolicyInput | readonly PolicyInput[];
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
  /** Sees every decision, before the answer is given, and is awaited. What it throws, the caller gets. */
  readonly onDecision?: (decision: Decision) => unknown;
  /** Sees the warnings of each load. Default: `console.warn`. */
  readonly onWarning?: (warning: Diagnostic) => void;
  /**
   * What answers questions whose arguments are known. Default `'auto'`: compiled, as source or, where code may not make code,
   * as closures. `'machine'`: the reference engine, which explains every step.
   */
  readonly engine?: EngineChoice;
  /** Receives what `print(…)` in a policy prints. Default: `console.log`. */
  readonly print?: (text: string) => void;
}

const known: Record<keyof AuthorizerOptions, true> = {
  policies: true,
  types: true,
  constants: true,
  clock: true,
  limits: true,
  readAction: true,
  hideUnreadable: true,
  undecided: true,
  equality: true,
  onDecision: true,
  onWarning: true,
  engine: true,
  print: true,
};

const wrong = (option: string, reason: string) =>
  new PolarError('POLAR_TYPE_INVALID_OPTION', { option, reason });

/** Refuses what would silently be ignored. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export function checkOptions(options: AuthorizerOptions): void {
  if (typeof options !== 'object' || options === null)
    throw wrong('options', 'is missing: pass { policies: … }');
  for (const option of Object.keys(options)) if (!(option in known)) throw wrong(option, 'is unknown');
  const { policies, types, constants, readAction, undecided, equality } = options;
  if (policies === undefined || policies === null)
    throw wrong('policies', 'is missing: a policy text, a file, or a list of them');
  if (types !== undefined && (typeof types !== 'object' || types === null))
    throw wrong('types', 'is no object of types by name');
  if (constants !== undefined && (typeof constants !== 'object' || constants === null))
    throw wrong('constants', 'is no object of values by name');
  if (readAction !== undefined && (typeof readAction !== 'string' || readAction === ''))
    throw wrong('readAction', 'is no action');
  if (undecided !== undefined && undecided !== 'error' && undecided !== 'deny')
    throw wrong('undecided', "is neither 'error' nor 'deny'");
  if (
    equality !== undefined &&
    equality !== 'identity' &&
    equality !== 'deep' &&
    typeof equality !== 'function'
  ) {
    throw wrong('equality', "is none of 'identity', 'deep' and a function");
  }
  const { engine } = options;
  if (engine !== undefined && !['auto', 'source', 'closures', 'machine'].includes(engine))
    throw wrong('engine', "is none of 'auto', 'source', 'closures' and 'machine'");
  for (const hook of ['clock', 'onDecision', 'onWarning', 'print'] as const) {
    if (options[hook] !== undefined && typeof options[hook] !== 'function')
      throw wrong(hook, 'is no function');
  }
  if (options.hideUnreadable !== undefined && typeof options.hideUnreadable !== 'boolean')
    throw wrong('hideUnreadable', 'is no boolean');
}

/** @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for what is no positive number */
export function limitsOf(given: Partial<Limits> | undefined): Limits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (!(name in defaultLimits)) throw wrong(`limits.${name}`, 'is unknown');
    if (typeof value !== 'number' || !(value > 0)) throw wrong(`limits.${name}`, 'is no positive number');
  }
  return limits;
}
