import type { Decision, DecisionOutcome } from '../authorization/decision.js';
import type { LoadedPolicy } from '../authorization/loaded-policy.js';
import { QueryRunner } from '../authorization/query-runner.js';
import { isUndecided } from '../authorization/undecided.js';
import type { Limits } from '../engine/limits.js';
import type { ProgramContext } from '../engine/program-context.js';
import { QueryRun, type Arguments, type QueryRunOptions } from '../engine/query/query-run.js';
import { explainQuery, type ExplanationOptions } from '../explanation/explain-query.js';
import type { Explanation } from '../explanation/explanation.js';
import type { ComparedDecision } from './decision-difference.js';
import { UncalledMethod, UncalledMethods } from './uncalled-methods.js';

/** Options of checks that are only compared. */
export interface QuietOptions {
  readonly limits: Limits;
  /** Whether a check may call methods of the application. */
  readonly callsMethods: boolean;
  /** Whether the application sees an undecided check as a denial. */
  readonly deniesUndecided: boolean;
  /** The constant `Clock`, unless the application declares another one. */
  readonly clock: unknown;
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
    try {
      const { query, given } = this.#queries.prepareCall(kind, args);
      run = new QueryRun(this.#queries.context, query, given, this.#runOptions());
      const holds = isSync ? run.nextSync() : await run.next();
      return { outcome: holds ? 'allowed' : 'denied', error: undefined };
    } catch (error) {
      return this.#failure(error);
    } finally {
      run?.dispose();
    }
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
      const { outcome } = explanation;
      return { outcome: this.#seen(outcome), error: undefined, explanation };
    } catch (error) {
      return { ...this.#failure(error), explanation: undefined };
    }
  }

  /** Describes a decision of this policy. An explanation of another outcome is left out. */
  decision(outcome: DecisionOutcome, error: unknown, explained: QuietExplanation): ComparedDecision {
    const { hash, version } = this.#loaded.version;
    const explanation = explained.outcome === outcome ? explained.explanation : undefined;
    return { policy: hash, policyVersion: version, outcome, error, explanation };
  }

  #runOptions(): QueryRunOptions {
    const { limits, callsMethods, clock } = this.#options;
    const replay = callsMethods ? undefined : new UncalledMethods(clock);
    return { limits, signal: undefined, acceptExpression: true, replay };
  }

  #failure(error: unknown): QuietOutcome {
    if (error instanceof Error && error.cause instanceof UncalledMethod)
      return { outcome: 'skipped', error: undefined };
    return { outcome: this.#seen(isUndecided(error) ? 'undecided' : 'error'), error };
  }

  /** Returns the outcome that the application sees. */
  #seen(outcome: DecisionOutcome): DecisionOutcome {
    return outcome === 'undecided' && this.#options.deniesUndecided ? 'denied' : outcome;
  }
}
