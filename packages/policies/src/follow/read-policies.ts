import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import type { PolicySource } from '../source/policy-source.js';
import { readSource } from '../source/read-source.js';
import { checkKeys } from '../bundle/keys.js';
import { checkOptions } from './check-options.js';
import { sourceError } from './source-error.js';
import { acceptPolicy, type AcceptedPolicy, type AcceptOptions } from './accept-policy.js';

/** The policy of a source, for the options of `Authorizer.load`. */
export interface ReadPolicies {
  readonly policies: AcceptedPolicy['policies'];
  readonly version: string | undefined;
  readonly revision: number | undefined;
}

/**
 * Reads and verifies the policy of a source, for an application that starts without a policy of its own.
 *
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_SOURCE`, `NANOOK_POLICIES_EMPTY`; the errors of `openBundle`
 * @example
 * const { policies, version = 'unknown' } = await readPolicies(source, { keys: publicKey });
 * const authorizer = await Authorizer.load({ policies, version, types });
 */
export async function readPolicies(source: PolicySource, options: AcceptOptions = {}): Promise<ReadPolicies> {
  checkOptions(options);
  await checkKeys(options.keys);
  const published = await readSource(source).catch((error: unknown) => {
    throw sourceError(source, error);
  });
  if (published === undefined || published === 'unchanged')
    throw new NanookPoliciesError('NANOOK_POLICIES_EMPTY', { source: source.name });
  const { policies, version, revision } = await acceptPolicy(
    published,
    source,
    options.keys,
    options.minRevision ?? 0,
  );
  return { policies, version, revision };
}
