import type { KV, KvEntry } from '@nats-io/kv';
import { sha256 } from '../source/content-tag.js';
import type { PolicySource, SourceListener } from '../source/policy-source.js';

export interface NatsSourceOptions {
  /** The key of the bucket. Default: `policy`. */
  readonly key?: string;
}

export const defaultKey = 'policy';

/**
 * A source in a key-value bucket of NATS JetStream. Needs `@nats-io/kv`.
 *
 * @example
 * const kv = await new Kvm(jetstream(connection)).open('policies');
 * await followPolicies(authorizer, natsSource(kv), { keys: publicKey });
 */
export function natsSource(kv: KV, { key = defaultKey }: NatsSourceOptions = {}): PolicySource {
  return {
    name: `NATS key ${key}`,
    read: async (knownTag) => {
      const content = contentOf(await kv.get(key));
      if (content === undefined) return undefined;
      const tag = sha256(content);
      return tag === knownTag ? 'unchanged' : { content, tag };
    },
    watch: async (listener) => {
      const entries = await kv.watch({ key });
      let isStopped = false;
      void follow(entries, listener, () => isStopped);
      return () => {
        isStopped = true;
        entries.stop();
        return Promise.resolve();
      };
    },
  };
}

async function follow(
  entries: AsyncIterable<KvEntry>,
  listener: SourceListener,
  isStopped: () => boolean,
): Promise<void> {
  try {
    for await (const entry of entries) {
      const content = contentOf(entry);
      listener.changed(content === undefined ? undefined : sha256(content));
    }
    if (!isStopped()) listener.lost(new Error('the watch of the bucket has ended'));
  } catch (error) {
    if (!isStopped()) listener.lost(error);
  }
}

/** Returns the text of an entry; undefined if it was deleted. */
export const contentOf = (entry: KvEntry | null): string | undefined =>
  entry === null || entry.operation !== 'PUT' ? undefined : entry.string();
