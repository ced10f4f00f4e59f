import { DecisionEngine, type DecisionContext } from '../authorization/decision-engine.js';
import type { LoadContext, LoadedPolicy } from '../authorization/loaded-policy.js';
import type { WarmUpOptions } from '../authorization/query-options.js';
import { limitsOf } from '../authorization/limits-of.js';
import { Engines } from '../authorization/engines.js';
import { warmUp } from '../authorization/warm-up.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { PolarError } from '../diagnostics/polar-error.js';
import type { Limits } from '../engine/limits.js';
import type { Sequence } from '../internal/sequence.js';
import type { CandidateOptions } from './candidate-options.js';
import { Comparison, type CandidateCounts } from './comparison.js';
import { QuietPolicy, type QuietOptions } from './quiet-policy.js';
import { RollOut } from './roll-out.js';

/** The authorizer of a candidate. */
export interface CandidateHost {
  /** Uses the candidate as the policy. */
  promote(loaded: LoadedPolicy): void;
  /** Ends the candidate, and keeps the policy in use. */
  discard(): void;
  /** The changes of the policy. */
  readonly changes: Sequence;
}

/**
 * A policy that is loaded next to the policy in use. It decides the same checks after their answers, so that differences become visible
 * before it is used. It can decide for a part of the actors. Then it replaces the policy, or is discarded.
 *
 * @example
 * const candidate = await authorizer.loadCandidate('next/*.polar', { version: '1.5.0', onDifference: report });
 * candidate.rollOut(10);
 * await candidate.promote();
 */
export class CandidatePolicy {
  readonly #loaded: LoadedPolicy;
  readonly #loading: LoadContext;
  readonly #deciding: DecisionContext;
  readonly #options: CandidateOptions;
  readonly #host: CandidateHost;
  readonly #comparison: Comparison;
  readonly #rollOut: RollOut;
  #end: 'promoted' | 'discarded' | undefined;

  /** @internal Use `authorizer.loadCandidate`. */
  constructor(
    loaded: LoadedPolicy,
    loading: LoadContext,
    deciding: DecisionContext,
    options: CandidateOptions,
    host: CandidateHost,
  ) {
    this.#loaded = loaded;
    this.#loading = loading;
    this.#deciding = deciding;
    this.#options = options;
    this.#host = host;
    const limits = limitsOf({ ...limitsOfCandidate(deciding.limits), ...options.limits });
    this.#comparison = new Comparison(this.#quiet(loaded, limits), options);
    this.#rollOut = new RollOut(options, loaded.context.typeSets);
  }

  /** The content hash of the candidate. */
  get policyHash(): string {
    return this.#loaded.version.hash;
  }

  /** The label of the candidate: the option `version`. */
  get policyVersion(): string | undefined {
    return this.#loaded.version.version;
  }

  /** The warnings about the candidate. */
  get warnings(): readonly Diagnostic[] {
    return this.#loaded.warnings;
  }

  /** The results of the comparison so far. */
  get counts(): CandidateCounts {
    return this.#comparison.counts;
  }

  /** The percentage of actors for which the candidate decides. */
  get percent(): number {
    return this.#rollOut.percent;
  }

  /**
   * Lets the candidate decide for a percentage of the actors: their checks, lists of actions and fields, filters and explanations. The same
   * actors are selected in every process, and a higher percentage keeps the actors of a lower one. Actors without an identity, such as
   * `null`, keep the policy in use.
   *
   * @param percent from 0 to 100; 0 ends the roll-out
   * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION`; `POLAR_LOAD_CANDIDATE_ENDED`
   */
  rollOut(percent: number): void {
    this.#checkActive();
    this.#rollOut.percent = percent;
  }

  /** Compiles the code of the candidate, as `authorizer.warmUp` does for the policy in use. */
  warmUp(options: WarmUpOptions = {}): Promise<void> {
    return warmUp(this.#loaded, options);
  }

  /** Waits until all checks so far are compared. */
  flush(): Promise<void> {
    return this.#comparison.flush();
  }

  /**
   * Replaces the policy in use by the candidate, as a whole. Queries that have started end with their policy. The comparison ends.
   *
   * @throws {PolarError} `POLAR_LOAD_CANDIDATE_ENDED`
   */
  promote(): Promise<void> {
    return this.#host.changes.run(() => {
      this.#checkActive();
      this.#finish('promoted');
      this.#host.promote(this.#loaded);
    });
  }

  /** Discards the candidate. The comparison ends, and all actors have the policy in use. It does nothing after the end. */
  discard(): void {
    if (this.#end !== undefined) return;
    this.#finish('discarded');
    this.#host.discard();
  }

  /** @internal Creates the engines of a policy that is used next to this candidate. Both pass their decisions to the comparison. */
  enginesFor(loaded: LoadedPolicy): Engines {
    const policy = this.#quiet(loaded, this.#deciding.limits);
    const engineOf = (decides: LoadedPolicy, decidedBy: 'policy' | 'candidate'): DecisionEngine =>
      new DecisionEngine(decides, this.#deciding, (check) => this.#comparison.add(check, policy, decidedBy));
    return new Engines(engineOf(loaded, 'policy'), {
      engine: engineOf(this.#loaded, 'candidate'),
      rollOut: this.#rollOut,
    });
  }

  #finish(end: 'promoted' | 'discarded'): void {
    this.#end = end;
    this.#rollOut.percent = 0;
    this.#comparison.end();
  }

  #checkActive(): void {
    if (this.#end !== undefined) throw new PolarError('POLAR_LOAD_CANDIDATE_ENDED', { end: this.#end });
  }

  #quiet(loaded: LoadedPolicy, limits: Limits): QuietPolicy {
    const { undecided, types, constants } = this.#loading.options;
    const hasOwnClock =
      (types !== undefined && 'Clock' in types) || (constants !== undefined && 'Clock' in constants);
    const options: QuietOptions = {
      limits,
      callsMethods: this.#options.methods !== 'skip',
      deniesUndecided: undecided === 'deny',
      clock: hasOwnClock ? undefined : this.#loading.types.constant('Clock'),
      explanations: this.#options.explanations ?? {},
    };
    return new QuietPolicy(loaded, options);
  }
}

/** Returns the limits of a comparison: a candidate that never ends must not use the time of the process. */
const limitsOfCandidate = (limits: Limits): Limits => ({
  maxSteps: Math.min(limits.maxSteps, 50_000),
  maxDepth: Math.min(limits.maxDepth, 10_000),
  maxSize: limits.maxSize,
  timeoutMs: Math.min(limits.timeoutMs, 1_000),
});
