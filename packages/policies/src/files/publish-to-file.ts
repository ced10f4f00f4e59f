import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import {
  publishedRevision,
  publishKeys,
  storedRevision,
  type PublishOptions,
} from '../bundle/published-revision.js';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';

/**
 * Publishes a bundle as a file, for `fileSource` or for a web server. The file is replaced as a whole. Only one publisher may work at a time.
 *
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_REVISION_TAKEN`; `NANOOK_POLICIES_FORMAT` for a text that is not a bundle; with `keys`, the
 *   errors of `openBundle`
 * @example
 * await publishToFile('/srv/policies/policy.bundle', bundle, { keys: publicKey });
 */
export async function publishToFile(
  file: string,
  bundle: string,
  options: PublishOptions = {},
): Promise<void> {
  const keys = publishKeys(options);
  const revision = await publishedRevision(bundle, keys);
  const current = await readIfExists(file);
  if (current === bundle) return;
  const stored = await storedRevision(current, keys);
  if (stored !== undefined && stored >= revision)
    throw new NanookPoliciesError('NANOOK_POLICIES_REVISION_TAKEN', { revision, stored });
  const next = `${file}.${revision}.new`;
  try {
    await writeFile(next, bundle);
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}
