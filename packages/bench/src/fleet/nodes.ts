import { Authorizer } from '@nanook/core';
import {
  followPolicies,
  type AnnounceOptions,
  type BundleKey,
  type PolicyFollower,
  type PolicySource,
} from '@nanook/policies';
import { generateBundleKeys, signBundle } from '@nanook/policies/bundle';

export const rules = 50;
export const announceEveryMs = 15_000;
export const pollMs = 30_000;

const types = {
  User: { fields: { id: 'Integer', team: 'Integer' } },
  Note: { fields: { team: 'Integer' } },
} as const;

const keys = await generateBundleKeys();
export const publicKey: BundleKey = keys.publicKey;

/** Loads a policy of medium size. Each revision is another policy. */
export const loadPolicy = (revision: number): Promise<Authorizer> => {
  const texts = Array.from(
    { length: rules },
    (_, i) =>
      `allow(user: User, "action-${i}", note: Note) if user.team = note.team and user.id > ${revision + i};`,
  );
  return Authorizer.load({ policies: texts.join('\n'), types });
};

export const bundleOf = async (revision: number): Promise<string> =>
  signBundle(await loadPolicy(revision), { key: keys.privateKey, revision });

/** A process of the fleet, which runs in this process together with the others. */
export interface Node {
  readonly follower: PolicyFollower;
  /** The times at which the node has read and used the last revision. */
  readAt: number;
  usedAt: number;
  revision: number | undefined;
}

/** Starts a node. */
export async function startNode(source: PolicySource, announce: AnnounceOptions | undefined): Promise<Node> {
  const times = { readAt: 0, usedAt: 0, revision: undefined as number | undefined };
  const timed: PolicySource = {
    name: source.name,
    read: async (tag) => {
      const published = await source.read(tag);
      if (published !== 'unchanged') times.readAt = performance.now();
      return published;
    },
    ...(source.watch !== undefined && { watch: source.watch.bind(source) }),
  };
  const authorizer = await Authorizer.load({ policies: 'allow(_, _, _) if false;', types });
  const follower = await followPolicies(authorizer, timed, {
    keys: publicKey,
    pollMs,
    timeoutMs: 60_000,
    ...(announce !== undefined && { announce }),
    onChange: ({ revision }) => {
      times.usedAt = performance.now();
      times.revision = revision;
    },
    onError: (error) => process.stderr.write(`${String(error)}\n`),
  });
  return Object.assign(times, { follower });
}
