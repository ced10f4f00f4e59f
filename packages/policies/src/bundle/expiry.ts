import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import type { BundleManifest } from './bundle.js';

/** Returns the error of a bundle that has expired; undefined for one that has not, or that never expires. */
export function expiryError({
  revision,
  expiresAt,
}: Pick<BundleManifest, 'revision' | 'expiresAt'>): NanookPoliciesError | undefined {
  if (expiresAt === undefined || Date.now() < Date.parse(expiresAt)) return undefined;
  return new NanookPoliciesError('NANOOK_POLICIES_EXPIRED', { revision, expiresAt });
}
