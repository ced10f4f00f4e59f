import type { NamedPolicy } from '@nanook/core';
import { looksLikeBundle } from '../bundle/bundle.js';
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
    return { policies, version: revision?.toString(), revision, expiresAt: undefined, expected: undefined };
  }
  if (!looksLikeBundle(content)) throw new NanookPoliciesError('NANOOK_POLICIES_UNSIGNED', { source });
  const { manifest, files } = await openBundle(content, keys);
  const { version, policyHash, types, expiresAt } = manifest;
  return {
    policies: files,
    version,
    revision: manifest.revision,
    expiresAt,
    expected: { policyHash, types },
  };
}

/** Returns the types that differ between two signatures, with the reason. */
export function differencesOf(
  expected: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    if (expected[name] === found[name]) return [];
    if (expected[name] === undefined) return [`${name} is new in the application`];
    if (found[name] === undefined) return [`${name} is missing in the application`];
    return [`${name} differs`];
  });
}
