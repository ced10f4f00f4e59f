import type { NamedPolicy } from '@nanook/core';
import { looksLikeBundle, type BundleCandidate } from '../bundle/bundle.js';
import type { BundleKey } from '../bundle/keys.js';
import { openBundle } from '../bundle/open-bundle.js';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import type { PolicySource, PublishedPolicy } from '../source/policy-source.js';

/** The rules by which a policy of a source may be used. */
export interface AcceptOptions {
  /**
   * The public keys of bundles. With this option, the source must contain a bundle that one of the keys has signed. Without it, the
   * source must contain the texts of a policy, and everyone who can write to the source can change the policy.
   */
  readonly keys?: BundleKey | readonly BundleKey[];
  /** The lowest revision that may be used. */
  readonly minRevision?: number;
}

/** A policy that is rolled out with another one. */
export type AcceptedCandidate = Pick<BundleCandidate, 'version' | 'policyHash' | 'percent' | 'seed'> & {
  readonly policies: readonly NamedPolicy[];
};

/** A policy that may be used. */
export interface AcceptedPolicy {
  readonly policies: readonly NamedPolicy[];
  /** The label of the policy; undefined for a policy that is neither a bundle nor has a revision. */
  readonly version: string | undefined;
  readonly revision: number | undefined;
  /** The time from which the policy is expired; undefined for one that never expires. */
  readonly expiresAt: string | undefined;
  /** The hash and the types that the manifest of a bundle names. */
  readonly expected:
    | { readonly policyHash: string; readonly types: Readonly<Record<string, string>> }
    | undefined;
  /** The policy that decides for a part of the actors. */
  readonly candidate: AcceptedCandidate | undefined;
}

/**
 * Verifies the policy of a source.
 *
 * @throws {NanookPoliciesError} the errors of `openBundle`; `NANOOK_POLICIES_UNSIGNED`, `NANOOK_POLICIES_NO_KEYS`, `NANOOK_POLICIES_STALE`
 */
export async function acceptPolicy(
  { content, revision }: PublishedPolicy,
  { name: source }: PolicySource,
  keys: AcceptOptions['keys'] | undefined,
  minRevision: number,
): Promise<AcceptedPolicy> {
  const accepted = await opened(content, revision, source, keys);
  if (accepted.revision !== undefined && accepted.revision < minRevision)
    throw new NanookPoliciesError('NANOOK_POLICIES_STALE', {
      revision: accepted.revision,
      current: minRevision,
    });
  return accepted;
}

async function opened(
  content: PublishedPolicy['content'],
  revision: number | undefined,
  source: string,
  keys: AcceptOptions['keys'] | undefined,
): Promise<AcceptedPolicy> {
  if (keys === undefined) {
    if (looksLikeBundle(content)) throw new NanookPoliciesError('NANOOK_POLICIES_NO_KEYS', { source });
    // A text gets a name, so that it never is the name of a local file.
    const policies = (typeof content === 'string' ? [content] : content).map((text, i) =>
      typeof text === 'string' ? { name: `policy-${i + 1}.polar`, source: text } : text,
    );
    return {
      policies,
      version: revision?.toString(),
      revision,
      expiresAt: undefined,
      expected: undefined,
      candidate: undefined,
    };
  }
  if (!looksLikeBundle(content)) throw new NanookPoliciesError('NANOOK_POLICIES_UNSIGNED', { source });
  const { manifest, files, candidate } = await openBundle(content, keys);
  const { version, policyHash, types, expiresAt } = manifest;
  return {
    policies: files,
    version,
    revision: manifest.revision,
    expiresAt,
    expected: { policyHash, types },
    candidate:
      candidate === undefined || manifest.candidate === undefined
        ? undefined
        : { ...manifest.candidate, policies: candidate },
  };
}
