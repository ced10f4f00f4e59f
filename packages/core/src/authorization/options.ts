import { currentTimeConstant } from '../internal/current-time.js';
import type { Decision } from './decision.js';
import type { PolicyCoverage } from '../policy-coverage/policy-coverage.js';
import type { Dialect, PolicyDialect } from '../dialect/dialect.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import type { EngineChoice } from '../engine/compiled/engine-choice.js';
import type { Equality } from '../engine/equality.js';
import type { Limits } from '../engine/limits.js';
import type { ResourceAdapter } from '../lists/resource-adapter.js';
import type { PolicyInput } from '../policy/policy-source.js';
import type { TypesInput } from '../types/type-declaration.js';

/** Options for checks. */
export interface DecisionOptions {
  /** The types of the application, by the names that policies use. */
  readonly types?: TypesInput;
  /** Further values, by the names that policies use. Policies may call the functions of a constant. */
  readonly constants?: Readonly<Record<string, unknown>>;
  /** Returns the current time, for `Clock.now()` in policies and for decisions. Default: the system's clock. */
  readonly clock?: () => Date;
  /** The limits of one check or query. */
  readonly limits?: Partial<Limits>;
  /**
   * The action without which a resource stays hidden: if it is refused too, `authorize` throws `NotFoundError`. Default `'read'`.
   */
  readonly readAction?: string;
  /** `false`: `authorize` hides no resource and throws only `ForbiddenError`. Default `true`. */
  readonly hideUnreadable?: boolean;
  /** The result of an undecided check: an error (default), or a denial of which only `onDecision` receives the reason. */
  readonly undecided?: 'error' | 'deny';
  /**
   * The equality of instances whose type declares neither `key` nor `equals`. Default `'identity'`; `'deep'` compares as oso does.
   */
  readonly equality?: Equality;
}

export interface AuthorizerOptions extends DecisionOptions {
  /** The policies to load together, in order: texts, `{ name, source }`, and under Node files and globs. */
  readonly policies: PolicyInput | readonly PolicyInput[];
  /**
   * The meaning of the policies. `'oso-cloud'`: where the same text means something else in Oso Cloud, such as the order of the arguments of
   * `has_relation`, it means the same as there. Default `'nanook'`.
   */
  readonly dialect?: PolicyDialect;
  /** The label of these policies, such as a release or a revision. Decisions contain it next to the content hash. */
  readonly version?: string;
  /** The names of the rules that the application queries itself. Loading warns about other rules that no rule uses. */
  readonly queries?: readonly string[];
  /** Lists rows for `list`: an adapter of `@nanook/orm`, such as `drizzleResources(db, tables)`. */
  readonly resources?: ResourceAdapter;
  /**
   * Receives every decision before the check returns. A check neither waits for the promise that it returns nor fails with its
   * error; the option `decisionLog` changes both.
   */
  readonly onDecision?: (decision: Decision) => unknown;
  /** Receives the errors of `onDecision`. Default: writes them to `console.error`. */
  readonly onDecisionError?: (error: unknown, decision: Decision) => void;
  /**
   * `'required'`: each check waits for the promise of `onDecision` and fails with its error, so that no check passes without a
   * record. Default `'background'`.
   */
  readonly decisionLog?: 'background' | 'required';
  /**
   * Whether decisions have a `durationMs`. It needs a second reading of the clock, which can take as long as the check itself. Default
   * `false`; the hooks of `@nanook/log` set it.
   */
  readonly decisionDuration?: boolean;
  /** Receives the warnings of each load, and warnings about checks. Default: `console.warn`. */
  readonly onWarning?: (warning: Diagnostic) => void;
  /**
   * Whether the authorizer warns about a denial that a mistake has probably caused (a row without a type, an unknown action), once
   * for each action and kind of value, and about a comparison of values of different kinds (`1` and `'1'`), once for each place of the
   * policy. Default: `true` unless `NODE_ENV` is `production`.
   */
  readonly denialWarnings?: boolean;
  /**
   * The engine of the checks. Default `'auto'`: compiled source, or closures where the platform forbids `eval`. `'machine'`: the
   * reference engine alone.
   */
  readonly engine?: EngineChoice;
  /**
   * Records the rules and conditions that checks reach, for tests: `new PolicyCoverage()` of `@nanook/core/testing`. Checks and queries
   * then run on the machine.
   */
  readonly coverage?: PolicyCoverage;
  /** Receives the texts that `print(…)` in a policy prints. Default: `console.log`. */
  readonly print?: (text: string) => void;
}

export interface ReloadOptions extends Pick<AuthorizerOptions, 'version'> {}

/** Options of a reload that tests the new policy first. */
export interface CheckedReloadOptions<Checked> extends ReloadOptions {
  /**
   * Tests the new policy before it replaces the current one. If it throws or rejects, the reload fails with this error. It receives an
   * authorizer with the new policy, which records no decisions. Further changes of the policy wait until it ends, so it must not await one.
   */
  readonly check?: (next: Checked) => unknown;
}

/** Returns the constants of a policy: those of the application, and `Clock`, unless a type of the application has this name. */
export const constantsOf = (
  { types, constants }: DecisionOptions,
  clock: () => Date,
  dialect?: Dialect,
): Readonly<Record<string, unknown>> => ({
  ...(dialect?.name === 'oso' ? {} : currentTimeConstant(clock)),
  ...(dialect?.name === 'oso' || (types !== undefined && 'Clock' in types)
    ? {}
    : { Clock: Object.freeze({ now: () => clock() }) }),
  ...constants,
});
