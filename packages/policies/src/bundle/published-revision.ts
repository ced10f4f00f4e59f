import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { claimedManifest, type BundleManifest } from './bundle.js';
import { expiryError } from './expiry.js';
import type { BundleKey } from './keys.js';

/** Options of all functions that publish a bundle. */
export interface PublishOptions {
  /**
   * The public keys. With them, a bundle is published only if processes would use it, and it replaces a published text that they would not
   * use, also if that text claims a higher revision.
   */
  readonly keys?: BundleKey | readonly BundleKey[];
}

type Keys = PublishOptions['keys'] | undefined;

/** Returns the keys of the options. @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION` for `undefined`, such as a missing setting */
export function publishKeys(options: PublishOptions): Keys {
  if ('keys' in options && options.keys === undefined)
    throw new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', {
      option: 'keys',
      reason: 'must be a public key, or a list of them, found undefined',
    });
  return options.keys;
}

/** Returns the revision of a bundle to publish. @throws {NanookPoliciesError} the errors of `openBundle`; without keys, only those of its form and its expiry */
export async function publishedRevision(bundle: string, keys: Keys): Promise<number> {
  const manifest = await manifestOf(bundle, keys);
  const expired = expiryError(manifest);
  if (expired !== undefined) throw expired;
  return manifest.revision;
}

async function manifestOf(bundle: string, keys: Keys): Promise<BundleManifest> {
  if (keys === undefined) return claimedManifest(bundle);
  // On demand, because it needs `jose`, which Jest cannot require.
  const { openBundle } = await import('./open-bundle.js');
  return (await openBundle(bundle, keys, { acceptExpired: true })).manifest;
}

/**
 * Returns the revision of a published text, also if it has expired: processes that use it refuse lower revisions. Undefined for a text that
 * each bundle replaces, because it is not a valid one.
 */
export async function storedRevision(stored: string | undefined, keys: Keys): Promise<number | undefined> {
  try {
    return stored === undefined ? undefined : (await manifestOf(stored, keys)).revision;
  } catch {
    return undefined;
  }
}
