import { currentTimeName } from '../internal/current-time.js';
import type { Authorizer } from '../authorization/authorizer.js';
import { DecisionEngine } from '../authorization/decision-engine.js';
import { loadPolicy, type LoadedPolicy } from '../authorization/loaded-policy.js';
import type { PolicySlot } from '../authorization/policy-slot.js';
import type { WarmUpOptions } from '../authorization/query-options.js';
import { limitsOf } from '../authorization/limits-of.js';
import { Engines } from '../authorization/engines.js';
import { warmUp } from '../authorization/warm-up.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { PolarError } from '../diagnostics/polar-error.js';
import type { Limits } from '../engine/limits.js';
import { listOf, type PolicyInput } from '../policy/policy-source.js';
import { validateCandidateOptions, type CandidateOptions } from './candidate-options.js';
import { Comparison, type CandidateCounts } from './comparison.js';
import { QuietPolicy, type QuietOptions } from './quiet-policy.js';
import { RollOut } from './roll-out.js';

/**
 * A policy that is loaded next to the policy in use. It decides the same checks after their answers, so that differences become visible
 * before it is used. It can decide for a part of the actors. Then it replaces the policy, or is discarded.
 *
 * @example
 * const candidate = await loadCandidate(authorizer, 'next/*.polar', { version: '1.5.0', onDifference: report });
 * candidate.rollOut(10);
 * await candidate.promote();
 */
export class CandidatePolicy {
  readonly #loaded: LoadedPolicy;
  readonly #options: CandidateOptions;
  readonly #authorizer: Authorizer;
  readonly #slot: PolicySlot;
  readonly #comparison: Comparison;
  readonly #rollOut: RollOut;
  #end: 'promoted' | 'discarded' | undefined;

  /** @internal Use `loadCandidate`. */
  constructor(loaded: LoadedPolicy, options: CandidateOptions, authorizer: Authorizer, slot: PolicySlot) {
    this.#loaded = loaded;
    this.#options = options;
    this.#authorizer = authorizer;
    this.#slot = slot;
    const limits = limitsOf({ ...limitsOfCandidate(slot.deciding.limits), ...options.limits });
    this.#comparison = new Comparison(this.#quiet(loaded, limits), options);
    this.#rollOut = new RollOut(options, loaded.context.typeSets);
  }

  /** The content hash of the candidate. */
  get hash(): string {
    return this.#loaded.version.hash;
  }

  /** The label of the candidate: the option `version`. */
  get version(): string | undefined {
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
    return this.#authorizer.changePolicy((slot) => {
      this.#checkActive();
      this.#finish('promoted');
      slot.use(this.#loaded, DecisionEngine, undefined);
    });
  }

  /** Discards the candidate. The comparison ends, and all actors have the policy in use. It does nothing after the end. */
  discard(): void {
    if (this.#end !== undefined) return;
    this.#finish('discarded');
    this.#slot.use(this.#slot.current().loaded, DecisionEngine, undefined);
  }

  /** @internal Creates the engines of a policy that is used next to this candidate. Both pass their decisions to the comparison. */
  enginesFor(loaded: LoadedPolicy): Engines {
    const policy = this.#quiet(loaded, this.#slot.deciding.limits);
    const engineOf = (decides: LoadedPolicy, decidedBy: 'policy' | 'candidate'): DecisionEngine =>
      new DecisionEngine(decides, this.#slot.deciding, (check) =>
        this.#comparison.add(check, policy, decidedBy),
      );
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
    const { loading } = this.#slot;
    const { undecided, types, constants } = loading.options;
    const hasOwnClock =
      (types !== undefined && 'Clock' in types) || (constants !== undefined && 'Clock' in constants);
    const options: QuietOptions = {
      limits,
      callsMethods: this.#options.methods !== 'skip',
      deniesUndecided: undecided === 'deny',
      clocks: [currentTimeName, ...(hasOwnClock ? [] : ['Clock'])].map((name) =>
        loading.types.constant(name),
      ),
      explanations: this.#options.explanations ?? {},
    };
    return new QuietPolicy(loaded, options);
  }
}

/**
 * Loads a policy next to the policy of an authorizer. After each answer, it decides the same check again, and differences are counted and
 * passed to `onDifference`; answers do not change. It can decide for a part of the actors (`rollOut`). Then it replaces the policy (`promote`)
 * or is discarded.
 *
 * @throws the errors of `Authorizer.load`; {PolarError} `POLAR_LOAD_CANDIDATE_EXISTS`
 * @example
 * const candidate = await loadCandidate(authorizer, 'next/*.polar', { version: '1.5.0', onDifference: report });
 */
export function loadCandidate(
  authorizer: Authorizer,
  policies: PolicyInput | readonly PolicyInput[],
  options: CandidateOptions = {},
): Promise<CandidatePolicy> {
  return authorizer.changePolicy(async (slot) => {
    validateCandidateOptions(options);
    const { loaded, next } = slot.current();
    if (next !== undefined) {
      const { hash, version } = next;
      throw new PolarError('POLAR_LOAD_CANDIDATE_EXISTS', {
        policy: version ?? hash.slice(0, 12),
      });
    }
    const own = await loadPolicy(listOf(policies), slot.loading, options.version, loaded);
    const candidate = new CandidatePolicy(own, options, authorizer, slot);
    slot.use(loaded, DecisionEngine, candidate);
    return candidate;
  });
}

/** Returns the limits of a comparison: a candidate that never ends must not use the time of the process. */
const limitsOfCandidate = (limits: Limits): Limits => ({
  maxSteps: Math.min(limits.maxSteps, 50_000),
  maxDepth: Math.min(limits.maxDepth, 10_000),
  maxSize: limits.maxSize,
  timeoutMs: Math.min(limits.timeoutMs, 1_000),
});
