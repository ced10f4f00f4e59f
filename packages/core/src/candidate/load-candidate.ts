import { loadPolicy, type LoadContext, type LoadedPolicy } from '../authorization/loaded-policy.js';
import type { DecisionContext } from '../authorization/decision-engine.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { listOf, type PolicyInput } from '../policy/policy-source.js';
import { validateCandidateOptions, type CandidateOptions } from './candidate-options.js';
import { CandidatePolicy, type CandidateHost } from './candidate-policy.js';

/**
 * Loads a candidate.
 *
 * @param active the policy in use, and the candidate that is active already
 * @throws {PolarError} `POLAR_LOAD_CANDIDATE_EXISTS`, `POLAR_TYPE_INVALID_OPTION`; the errors of `load`
 */
export async function loadCandidate(
  policies: PolicyInput | readonly PolicyInput[],
  options: CandidateOptions,
  active: { readonly loaded: LoadedPolicy; readonly candidate: CandidatePolicy | undefined },
  loading: LoadContext,
  deciding: DecisionContext,
  host: CandidateHost,
): Promise<CandidatePolicy> {
  validateCandidateOptions(options);
  const { candidate, loaded } = active;
  if (candidate !== undefined) {
    const policy = candidate.policyVersion ?? candidate.policyHash.slice(0, 12);
    throw new PolarError('POLAR_LOAD_CANDIDATE_EXISTS', { policy });
  }
  const next = await loadPolicy(listOf(policies), loading, options.version, loaded);
  return new CandidatePolicy(next, loading, deciding, options, host);
}
