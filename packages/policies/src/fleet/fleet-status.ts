import { claimedManifest, looksLikeBundle } from '../bundle/bundle.js';
import type { BundleKey } from '../bundle/keys.js';
import type { PolicySource } from '../source/policy-source.js';
import { readSource } from '../source/read-source.js';
import type { Fleet, SeenAnnouncement } from './announcement.js';

/**
 * The state of a process: `current`, it uses the published policy; `behind`, it uses another one; `expired`, its policy has expired; `silent`,
 * it has missed three announcements.
 */
export type ProcessState = 'current' | 'behind' | 'expired' | 'silent';

/** A process of a fleet. */
export interface FleetProcess extends SeenAnnouncement {
  readonly state: ProcessState;
}

/** The processes of a fleet, and the policy that they should use. */
export interface FleetStatus {
  /** The published revision; undefined if it is not known. */
  readonly published: number | undefined;
  readonly processes: readonly FleetProcess[];
}

/** Options of `fleetStatus`. */
export interface FleetStatusOptions {
  /** The source that the processes follow. Without it, the highest announced revision is the published one. */
  readonly source?: PolicySource;
  /** The public keys. Without them, the revision of a bundle is read without verifying its signature. */
  readonly keys?: BundleKey | readonly BundleKey[];
}

/** The announcements that a process may miss. */
const mostMissed = 3;

/**
 * Lists the processes of a fleet: which policy each of them uses, and since when. Announcements are not signed.
 *
 * @throws the errors of the place; {NanookPoliciesError} those of `openBundle`
 * @example
 * const { processes } = await fleetStatus(postgresFleet(pool), { source: postgresSource(pool) });
 * const late = processes.filter(({ state }) => state !== 'current');
 */
export async function fleetStatus(fleet: Fleet, options: FleetStatusOptions = {}): Promise<FleetStatus> {
  const [announcements, read] = await Promise.all([fleet.list(), revisionIn(options)]);
  const highest = Math.max(...announcements.map(({ revision }) => revision ?? 0));
  const published = read ?? (highest > 0 ? highest : undefined);
  const processes = announcements
    .map((announcement) => ({ ...announcement, state: stateOf(announcement, published) }))
    .toSorted((a, b) => (a.process < b.process ? -1 : 1));
  return { published, processes };
}

async function revisionIn({ source, keys }: FleetStatusOptions): Promise<number | undefined> {
  if (source === undefined) return undefined;
  const published = await readSource(source);
  if (published === undefined || published === 'unchanged') return undefined;
  if (!looksLikeBundle(published.content)) return published.revision;
  if (keys === undefined) return claimedManifest(published.content).revision;
  // On demand, because it needs `jose`, which Jest cannot require.
  const { openBundle } = await import('../bundle/open-bundle.js');
  return (await openBundle(published.content, keys, { acceptExpired: true })).manifest.revision;
}

function stateOf(
  { ageMs, everyMs, expiresAt, isCurrent, revision = 0 }: SeenAnnouncement,
  published: number | undefined,
): ProcessState {
  if (ageMs > mostMissed * everyMs) return 'silent';
  if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now()) return 'expired';
  return isCurrent && revision >= (published ?? 0) ? 'current' : 'behind';
}
