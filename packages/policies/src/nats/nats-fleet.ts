import type { KV } from '@nats-io/kv';
import { NanookPoliciesError } from '../errors/nanook-policies-error.js';
import { isName, readAnnouncement, type Fleet, type SeenAnnouncement } from '../fleet/announcement.js';

/** Options of `natsFleet`. */
export interface NatsFleetOptions {
  /** The name of the fleet in the bucket: the processes that follow one policy. Default: `default`. */
  readonly fleet?: string;
}

/**
 * A fleet in a key-value bucket of NATS JetStream, with one key for each process. Create the bucket with a `ttl`, such as a day, after which
 * processes that have ended without a word are forgotten.
 *
 * @throws {NanookPoliciesError} `NANOOK_POLICIES_INVALID_OPTION`
 * @example
 * const kv = await new Kvm(jetstream(connection)).create('processes', { ttl: 86_400_000 });
 * await followPolicies(authorizer, source, { keys: publicKey, announce: { to: natsFleet(kv) } });
 */
export function natsFleet(kv: KV, { fleet = 'default' }: NatsFleetOptions = {}): Fleet {
  if (!isName(fleet))
    throw new NanookPoliciesError('NANOOK_POLICIES_INVALID_OPTION', {
      option: 'fleet',
      reason: `must be a name of letters, digits, _ and -, found ${String(fleet)}`,
    });
  return {
    name: `NATS keys ${fleet}.*`,
    announce: async (announcement) => {
      await kv.put(`${fleet}.${announcement.process}`, JSON.stringify(announcement));
    },
    leave: (process) => kv.delete(`${fleet}.${process}`),
    list: async () => {
      const seen: SeenAnnouncement[] = [];
      for await (const entry of await kv.history({ key: `${fleet}.*` })) {
        const announcement = entry.operation === 'PUT' ? readAnnouncement(parsed(entry.string())) : undefined;
        if (announcement !== undefined && entry.key === `${fleet}.${announcement.process}`)
          seen.push({ ...announcement, ageMs: Date.now() - entry.created.getTime() });
      }
      // A bucket may keep several entries of a key: the last one counts.
      return [...new Map(seen.map((each) => [each.process, each])).values()];
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
