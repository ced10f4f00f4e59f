import type { Decision } from './decision.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { EngineChoice } from '../engine/compiled/compiled-policy.js';
import type { Equality } from '../engine/equality.js';
import type { Limits } from '../engine/limits.js';
import type { PolicyInput } from '../policy/policy-source.js';
import type { TypesInput } from '../types/type-declaration.js';

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
  /** The rules that the application queries itself, by name. Others that no rule uses are warned about when the policy loads. */
  readonly queries?: readonly string[];
  /**
   * Receives every decision, before the answer is given. A check does not wait for the promise that it returns, and a failure of it
   * changes no answer; `decisionLog` changes both.
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

/** What policies know by name beside types: the clock, unless the application took that name. */
export const constantsOf = (
  { types, constants }: DecisionOptions,
  clock: () => Date,
): Readonly<Record<string, unknown>> => ({
  ...(types !== undefined && 'Clock' in types ? {} : { Clock: Object.freeze({ now: () => clock() }) }),
  ...constants,
});
