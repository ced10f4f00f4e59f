import { isPolarError, isPolicyError, type Authorizer, type NamedPolicy } from '@nanook/core';
import type { CandidateOptions, CandidatePolicy } from '@nanook/core/candidate';
import { differencesOf } from '../bundle/type-differences.js';
import { NanookPoliciesError, isNanookPoliciesError, reasonOf } from '../errors/nanook-policies-error.js';
import type { AcceptedCandidate, AcceptedPolicy } from './accept-policy.js';
import { inTime } from './in-time.js';

/** The options of `loadCandidate` that a process chooses. The bundle has the others. */
export type RollOutOptions = Omit<CandidateOptions, 'version' | 'seed'>;

/** Options of {@link PolicyLoader}. */
export interface LoaderOptions {
  readonly check?: (next: Authorizer) => unknown;
  readonly checkTimeoutMs?: number;
  readonly candidate?: RollOutOptions;
}

/** A policy that is rolled out, and the percentage of the actors for which it decides. */
export interface CandidateStatus {
  readonly policyHash: string;
  readonly version: string | undefined;
  readonly percent: number;
}

/** Loads accepted policies into an authorizer: the policy in use, and the one that is rolled out next to it. */
export class PolicyLoader {
  readonly #authorizer: Authorizer;
  readonly #options: LoaderOptions;
  readonly #closing: AbortSignal;
  #candidate: { readonly policy: CandidatePolicy; readonly seed: string } | undefined;

  constructor(authorizer: Authorizer, options: LoaderOptions, closing: AbortSignal) {
    this.#authorizer = authorizer;
    this.#options = options;
    this.#closing = closing;
  }

  /** The policy that is rolled out; undefined without one. */
  get candidate(): CandidateStatus | undefined {
    if (this.#candidate === undefined) return undefined;
    const { hash, version, percent } = this.#candidate.policy;
    return { policyHash: hash, version, percent };
  }

  /** Returns whether an accepted policy and its candidate are those in use. */
  hasLoaded({ policies, version, expected, candidate }: AcceptedPolicy): boolean {
    const { hash, sources, version: label } = this.#authorizer.policy;
    const hasTexts = expected === undefined ? areSame(policies, sources) : expected.policyHash === hash;
    if (!hasTexts || label !== version) return false;
    if (candidate === undefined) return this.#candidate === undefined;
    return this.#isLoaded(candidate) && this.#candidate?.policy.percent === candidate.percent;
  }

  /**
   * Loads both policies of a bundle. If one of them is refused, none is used.
   *
   * @throws {NanookPoliciesError}
   */
  async load(accepted: AcceptedPolicy): Promise<void> {
    const { expected, candidate } = accepted;
    if (expected !== undefined) {
      const differences = differencesOf(expected.types, this.#authorizer.policy.signature);
      if (differences.length > 0) throw new NanookPoliciesError('NANOOK_POLICIES_TYPES', { differences });
    }
    if (candidate !== undefined && !this.#isLoaded(candidate)) await this.#test(candidate);
    await this.#use(accepted);
    await this.#rollOut(candidate);
  }

  /** Uses the policy. The one that was rolled out is promoted, so that its code stays compiled. */
  async #use({ policies, version, expected }: AcceptedPolicy): Promise<void> {
    const rolledOut = this.#candidate?.policy;
    if (rolledOut !== undefined && rolledOut.hash === expected?.policyHash && rolledOut.version === version) {
      await rolledOut.promote();
      this.#candidate = undefined;
      return;
    }
    await this.#reload(policies, version, (next) => this.#check(next, policies, expected?.policyHash));
  }

  async #rollOut(candidate: AcceptedCandidate | undefined): Promise<void> {
    if (candidate === undefined || !this.#isLoaded(candidate)) {
      this.#candidate?.policy.discard();
      this.#candidate = undefined;
    }
    if (candidate === undefined) return;
    if (this.#candidate === undefined) {
      const { policies, version, seed } = candidate;
      const options = this.#options.candidate ?? {};
      // Without `onDifference`, a comparison would have no effect.
      const sample = options.sample ?? (options.onDifference === undefined ? 0 : 1);
      // On demand, because most bundles have no candidate.
      const { loadCandidate } = await import('@nanook/core/candidate');
      const policy = await broken(
        loadCandidate(this.#authorizer, policies, { ...options, sample, version, seed }),
      );
      this.#candidate = { policy, seed };
      await policy.warmUp();
    }
    this.#candidate.policy.rollOut(candidate.percent);
  }

  #isLoaded({ policyHash, version, seed }: AcceptedCandidate): boolean {
    const loaded = this.#candidate;
    return (
      loaded !== undefined &&
      loaded.seed === seed &&
      loaded.policy.hash === policyHash &&
      loaded.policy.version === version
    );
  }

  /** Loads and checks a candidate without using it, so that a bundle is refused as a whole. */
  async #test({ policies, version, policyHash }: AcceptedCandidate): Promise<void> {
    const passed = new Error('the candidate can be used');
    try {
      await this.#reload(policies, version, async (next) => {
        await this.#check(next, policies, policyHash);
        throw passed;
      });
    } catch (error) {
      if (error !== passed) throw error;
    }
  }

  #reload(
    policies: readonly NamedPolicy[],
    version: string | undefined,
    check: (next: Authorizer) => Promise<void>,
  ): Promise<void> {
    return broken(
      this.#authorizer.reload(policies, { ...(version === undefined ? {} : { version }), check }),
    );
  }

  /** Checks a policy that is loaded, before it is used. */
  async #check(
    next: Authorizer,
    policies: readonly NamedPolicy[],
    policyHash: string | undefined,
  ): Promise<void> {
    if (policyHash !== undefined && next.policy.hash !== policyHash)
      throw new NanookPoliciesError('NANOOK_POLICIES_TAMPERED', {
        file: policies.map(({ name }) => name).join(', '),
        reason: 'has another hash than the manifest',
      });
    if (this.#closing.aborted) throw new NanookPoliciesError('NANOOK_POLICIES_CLOSED', {});
    const { check, checkTimeoutMs = 60_000 } = this.#options;
    try {
      await inTime(Promise.resolve(check?.(next)), checkTimeoutMs, this.#closing);
    } catch (error) {
      if (this.#closing.aborted) throw error;
      const reason = reasonOf(error);
      throw new NanookPoliciesError('NANOOK_POLICIES_CHECK_FAILED', { reason }, { cause: error });
    }
  }
}

/** Waits for a policy to be loaded. @throws {NanookPoliciesError} `NANOOK_POLICIES_BROKEN` for errors of the policy */
async function broken<Result>(loading: Promise<Result>): Promise<Result> {
  try {
    return await loading;
  } catch (error) {
    if (isNanookPoliciesError(error)) throw error;
    if (!isPolicyError(error) && !isPolarError(error)) throw error;
    const reason = reasonOf(error);
    throw new NanookPoliciesError('NANOOK_POLICIES_BROKEN', { reason }, { cause: error });
  }
}

const areSame = (policies: AcceptedPolicy['policies'], sources: Authorizer['policy']['sources']): boolean =>
  policies.length === sources.length &&
  policies.every(({ name, source }, i) => {
    const used = sources[i]!;
    return typeof used !== 'string' && used.name === name && used.source === source;
  });
