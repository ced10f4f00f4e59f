import type { Authorizer } from '@nanook/core';
import { checkKeys } from '../bundle/keys.js';
import type { PolicySource } from '../source/policy-source.js';
import { checkOptions } from './check-options.js';
import { PolicyFollower, type FollowOptions } from './policy-follower.js';

/**
 * Keeps the policy of an authorizer the same as that of a source. A policy that is tampered with, older than the one in use, not signed,
 * made for other types, or broken is never used: the authorizer keeps its policy, and `onError` receives the reason.
 *
 * @returns a promise that is fulfilled when the first policy of the source is in use or refused. It also is if the source cannot be read
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION`
 * @example
 * const follower = await followPolicies(authorizer, natsSource(kv), { keys: publicKey });
 */
export async function followPolicies(
  authorizer: Authorizer,
  source: PolicySource,
  options: FollowOptions = {},
): Promise<PolicyFollower> {
  checkOptions(options);
  await checkKeys(options.keys);
  const follower = new PolicyFollower(authorizer, source, options);
  await follower.start();
  return follower;
}
