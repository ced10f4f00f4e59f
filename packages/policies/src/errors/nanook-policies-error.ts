import { errorKind } from '@nanook/core/internal';

const texts = {
  NANOOK_POLICIES_INVALID_OPTION: (p: { option: string; reason: string }) =>
    `the option \`${p.option}\` ${p.reason}`,
  NANOOK_POLICIES_SOURCE: (p: { source: string; reason: string }) =>
    `cannot read policies from ${p.source}: ${p.reason}; the current policy stays in use, and reading is tried again`,
  NANOOK_POLICIES_EMPTY: (p: { source: string }) =>
    `${p.source} contains no policy; publish one. The current policy stays in use`,
  NANOOK_POLICIES_UNSIGNED: (p: { source: string }) =>
    `the policy in ${p.source} is not a signed bundle, but the option \`keys\` requires one; publish the result of signBundle(…)`,
  NANOOK_POLICIES_NO_KEYS: (p: { source: string }) =>
    `${p.source} contains a signed bundle, but there is no key to verify it; pass the public key in the option \`keys\``,
  NANOOK_POLICIES_FORMAT: (p: { reason: string }) =>
    `this is not a bundle of this version of @nanook/policies: ${p.reason}; create it with signBundle(…)`,
  NANOOK_POLICIES_SIGNATURE: (p: { reason: string }) =>
    `the signature of the bundle is not valid: ${p.reason}; sign it with a private key whose public key is in the option \`keys\``,
  NANOOK_POLICIES_TAMPERED: (p: { file: string; reason: string }) =>
    `the file ${p.file} of the bundle ${p.reason}, so the bundle was changed after it was signed; publish it again`,
  NANOOK_POLICIES_STALE: (p: { revision: number; current: number }) =>
    `the revision ${p.revision} is older than the revision ${p.current} in use; to return to an old policy, publish it with a higher revision`,
  NANOOK_POLICIES_REVISION_REUSED: (p: { revision: number }) =>
    `the revision ${p.revision} is in use with another policy; publish each policy with a higher revision`,
  NANOOK_POLICIES_TYPES: (p: { differences: readonly string[] }) =>
    `the policy was made for other types: ${p.differences.join(', ')}; sign a bundle with the types of this version of the application`,
  NANOOK_POLICIES_TESTS_FAILED: (p: { failed: number }) =>
    `the bundle says that ${p.failed} of its tests failed; correct the policy, and sign a new bundle`,
  NANOOK_POLICIES_EXPIRED: (p: { revision: number; expiresAt: string }) =>
    `the bundle of the revision ${p.revision} expired at ${p.expiresAt}; publish the policy with a higher revision and a later expiry`,
  NANOOK_POLICIES_BROKEN: (p: { reason: string }) => `the policy cannot be loaded: ${p.reason}`,
  NANOOK_POLICIES_CHECK_FAILED: (p: { reason: string }) =>
    `the option \`check\` refused the policy: ${p.reason}`,
  NANOOK_POLICIES_REVISION_TAKEN: (p: { revision: number; stored: number }) =>
    `cannot publish the revision ${p.revision}, because the revision ${p.stored} is published already; sign the policy with a higher revision`,
  NANOOK_POLICIES_NOT_ANNOUNCED: (p: { fleet: string; reason: string }) =>
    `cannot announce the policy of this process in ${p.fleet}: ${p.reason}; announcing is tried again, and the policy stays in use`,
  NANOOK_POLICIES_CLOSED: (_: object) => 'the policies are not followed any more, because close() was called',
};

export type NanookPoliciesErrorCode = keyof typeof texts;
export type NanookPoliciesErrorData<C extends NanookPoliciesErrorCode> = Parameters<(typeof texts)[C]>[0];

const kind = errorKind('@nanook/policies/NanookPoliciesError', texts);

/**
 * A policy that cannot be published or used.
 *
 * `instanceof` fails between the ESM and the CommonJS copy of the package; use {@link isNanookPoliciesError}.
 */
export class NanookPoliciesError<
  C extends NanookPoliciesErrorCode = NanookPoliciesErrorCode,
> extends kind.Base<C> {}

/** Recognizes a {@link NanookPoliciesError}, also from another copy of the package. */
export const isNanookPoliciesError = (error: unknown): error is NanookPoliciesError => kind.includes(error);

/** Returns the first line of the message of an error, which may be any value. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!;
}
