import { NanookPoliciesError, isNanookPoliciesError, reasonOf } from '../errors/nanook-policies-error.js';
import type { PolicySource } from '../source/policy-source.js';

/** Returns the error of a source that cannot be read. */
export const sourceError = (source: PolicySource, error: unknown): unknown =>
  isNanookPoliciesError(error)
    ? error
    : new NanookPoliciesError(
        'NANOOK_POLICIES_SOURCE',
        { source: source.name, reason: reasonOf(error) },
        { cause: error },
      );
