import type { KV, KvEntry } from '@nats-io/kv';
import type { PolicySource, SourceListener } from '../source/policy-source.js';

export interface NatsSourceOptions {
  /** The key of the bucket. Default: `policy`. */
  readonly key?: string;
}

export const defaultKey = 'policy';

/**
 * A source in a key-value bucket of NATS JetStream. Needs `@nats-io/kv`. The policy is read again only after the bucket has changed.
 *
 * @example
 * const kv = await new Kvm(jetstream(connection)).open('policies');
 * await followPolicies(authorizer, natsSource(kv), { keys: publicKey });
 */
export function natsSource(kv: KV, { key = defaultKey }: NatsSourceOptions = {}): PolicySource {
  /** The tag of the last entry of the watch. */
  let watched: string | undefined;
  /** An entry that the watch and a read agree about, and the state of the bucket then. */
  let confirmed: { readonly tag: string; readonly state: string | undefined } | undefined;
  return {
    name: `NATS key ${key}`,
    read: async (knownTag) => {
      const state = await stateOf(kv);
      if (
        state !== undefined &&
        state === confirmed?.state &&
        confirmed.tag === watched &&
        confirmed.tag === knownTag
      )
        return 'unchanged';
      const entry = await kv.get(key);
      const content = contentOf(entry);
      if (entry === null || content === undefined) return undefined;
      const tag = tagOf(entry);
      // A server of a cluster can answer with an older entry than the state contains.
      confirmed = tag === watched ? { tag, state } : undefined;
      return tag === knownTag ? 'unchanged' : { content, tag };
    },
    watch: async (listener) => {
      // The entries have no content here, because `read` fetches it.
      const entries = await kv.watch({ key, headers_only: true });
      let isStopped = false;
      void follow(
        entries,
        (tag) => (watched = tag),
        listener,
        () => isStopped,
      );
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
  note: (tag: string | undefined) => void,
  listener: SourceListener,
  isStopped: () => boolean,
): Promise<void> {
  try {
    for await (const entry of entries) {
      const tag = isDeleted(entry) ? undefined : tagOf(entry);
      note(tag);
      listener.changed(tag);
    }
    if (!isStopped()) listener.lost(new Error('the watch of the bucket has ended'));
  } catch (error) {
    if (!isStopped()) listener.lost(error);
  } finally {
    note(undefined);
  }
}

/** Returns a text that changes with each change of the bucket; undefined if the client may not ask for it. */
async function stateOf(kv: KV): Promise<string | undefined> {
  try {
    const { created, state } = (await kv.status()).streamInfo;
    const { first_seq: first, last_seq: last, messages } = state;
    return [created, first, last, messages].join(' ');
  } catch {
    return undefined;
  }
}

/** Returns a tag of an entry. The time distinguishes the entries of a bucket that was created again. */
const tagOf = ({ revision, created }: KvEntry): string => `${revision} ${created.toISOString()}`;

const isDeleted = ({ operation }: KvEntry): boolean => operation !== 'PUT';

/** Returns the text of an entry; undefined if it was deleted. */
export const contentOf = (entry: KvEntry | null): string | undefined =>
  entry === null || isDeleted(entry) ? undefined : entry.string();
