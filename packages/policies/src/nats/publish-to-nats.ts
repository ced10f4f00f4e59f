import type { KV } from '@nats-io/kv';
import {
  publishedRevision,
  publishKeys,
  storedRevision,
  type PublishOptions,
} from '../bundle/published-revision.js';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { contentOf, defaultKey, type NatsSourceOptions } from './nats-source.js';

const maxAttempts = 10;
/** The code of JetStream for an entry that another client has changed since it was read. */
const wrongLastSequence = 10071;

/**
 * Publishes a bundle in a key-value bucket of NATS JetStream. If several clients publish at once, the highest revision is published.
 *
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_REVISION_TAKEN`; `NANOOK_POLICIES_FORMAT` for a text that is not a bundle; with `keys`, the
 *   errors of `openBundle`
 */
export async function publishToNats(
  kv: KV,
  bundle: string,
  options: NatsSourceOptions & PublishOptions = {},
): Promise<void> {
  const { key = defaultKey } = options;
  const keys = publishKeys(options);
  const revision = await publishedRevision(bundle, keys);
  for (let attempt = 1; ; attempt++) {
    // oxlint-disable no-await-in-loop -- the entry is read again after another client has changed it
    const entry = await kv.get(key);
    const stored = contentOf(entry);
    if (stored === bundle) return;
    const taken = await storedRevision(stored, keys);
    if (taken !== undefined && taken >= revision)
      throw new NanookPoliciesError('NANOOK_POLICIES_REVISION_TAKEN', { revision, stored: taken });
    try {
      await (entry === null ? kv.create(key, bundle) : kv.update(key, bundle, entry.revision));
      return;
    } catch (error) {
      if (attempt === maxAttempts || (error as { code?: unknown }).code !== wrongLastSequence) throw error;
    }
    // oxlint-enable no-await-in-loop
  }
}
