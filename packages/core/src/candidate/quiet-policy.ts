import { outcomeOfError, type Decision, type DecisionOutcome } from '../authorization/decision.js';
import type { LoadedPolicy } from '../authorization/loaded-policy.js';
import { QueryRunner } from '../authorization/query-runner.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type Arguments, type QueryRunOptions } from '../engine/query/query-run.js';
import { explainQuery, type ExplanationOptions } from '../explanation/explain-query.js';
import type { Explanation } from '../explanation/explanation.js';
import { decisionBy, outcomeOf, type ComparedOutcome } from './compare.js';
import type { ComparedDecision } from './difference.js';
import { UncalledMethod, UncalledMethods } from './uncalled-methods.js';

/** Options of checks that are only compared. */
export interface QuietOptions {
  readonly limits: Limits;
  /** Whether a check may call methods of the application. */
  readonly callsMethods: boolean;
  /** Whether the application sees an undecided check as a denial. */
  readonly deniesUndecided: boolean;
  /** The constant `Clock`, unless the application declares another one. */
  readonly clocks: readonly unknown[];
  readonly explanations: ExplanationOptions;
}

/** The outcome of a check, or that it was left out because it would call a method. */
export interface QuietOutcome {
  readonly outcome: DecisionOutcome | 'skipped';
  readonly error: unknown;
}

/** An outcome with its reasons, if there are any. */
export interface QuietExplanation extends QuietOutcome {
  readonly explanation: Explanation | undefined;
}

/** Decides checks of a policy on the machine, without records, warnings and output. It never throws. */
export class QuietPolicy {
  readonly #loaded: LoadedPolicy;
  readonly #options: QuietOptions;
  readonly #queries: QueryRunner;

  constructor(loaded: LoadedPolicy, options: QuietOptions) {
    this.#loaded = loaded;
    this.#options = options;
    const context: ProgramContext = { ...loaded.context, print: () => {} };
    this.#queries = new QueryRunner(context, options.limits);
  }

  /** @param isSync whether the check must not wait for promises */
  async decide(kind: Decision['kind'], args: Arguments, isSync: boolean): Promise<QuietOutcome> {
    let run: QueryRun | undefined;
    const decided = await outcomeOf(() => {
      const { query, given } = this.#queries.prepareCall(kind, args);
      run = new QueryRun(this.#queries.context, query, given, this.#runOptions());
      return isSync ? run.nextSync() : run.next();
    });
    run?.dispose();
    return this.#seen(decided);
  }

  async explain(kind: Decision['kind'], args: Arguments): Promise<QuietExplanation> {
    try {
      const { query, given } = this.#queries.prepareCall(kind, args);
      const explanation = await explainQuery(
        this.#queries.context,
        query,
        given,
        this.#runOptions(),
        this.#options.explanations,
      );
      return { ...this.#seen({ outcome: explanation.outcome, error: undefined }), explanation };
    } catch (error) {
      return { ...this.#seen({ outcome: outcomeOfError(error), error }), explanation: undefined };
    }
  }

  /** Describes a decision of this policy. */
  decision({ outcome, error }: ComparedOutcome, explained: QuietExplanation): ComparedDecision {
    return decisionBy(this.#loaded.version, { outcome, error: error ?? explained.error }, explained);
  }

  #runOptions(): QueryRunOptions {
    const { limits, callsMethods, clocks } = this.#options;
    const replay = callsMethods ? undefined : new UncalledMethods(clocks);
    return { limits, signal: undefined, acceptExpression: true, replay };
  }

  /** Returns the outcome that the application sees. */
  #seen({ outcome, error }: ComparedOutcome): QuietOutcome {
    if (error instanceof Error && error.cause instanceof UncalledMethod)
      return { outcome: 'skipped', error: undefined };
    return { outcome: outcome === 'undecided' && this.#options.deniesUndecided ? 'denied' : outcome, error };
  }
}
