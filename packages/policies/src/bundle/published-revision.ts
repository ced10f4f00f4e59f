import { claimedRevision } from './bundle.js';
import type { BundleKey } from './keys.js';
import { openBundle } from './open-bundle.js';

/** Options of all functions that publish a bundle. */
export interface PublishOptions {
  /**
   * The public keys. With them, a bundle is published only if processes would use it, and it replaces a published text that they would not
   * use, whatever revision that text claims.
   */
  readonly keys?: BundleKey | readonly BundleKey[];
}

type Keys = PublishOptions['keys'] | undefined;

/** Returns the revision of a bundle to publish. @throws {NanookPoliciesError} the errors of `openBundle`; without keys, only those of its form */
export const publishedRevision = async (bundle: string, keys: Keys): Promise<number> =>
  keys === undefined ? claimedRevision(bundle) : (await openBundle(bundle, keys)).manifest.revision;

/** Returns the revision of a published text; undefined for a text that each bundle replaces, because it is not a valid one. */
export async function storedRevision(stored: string | undefined, keys: Keys): Promise<number | undefined> {
  try {
    return stored === undefined ? undefined : await publishedRevision(stored, keys);
  } catch {
    return undefined;
  }
}
