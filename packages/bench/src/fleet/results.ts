import type { Machine } from '../machine.ts';

export const placeIds = ['nats', 'http', 'postgres'] as const;
export type PlaceId = (typeof placeIds)[number];

/** A percentile of the nodes. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The nodes that follow one place. */
export interface PlaceCell {
  readonly place: PlaceId;
  readonly nodes: number;
  readonly connections: number;
  /** The time from the publication until the nodes have read the new policy, and until they use it. All nodes share the cores of one machine. */
  readonly readMs: Percentiles;
  readonly usedMs: Percentiles;
  /** The bytes that one node sends and receives for one new policy. */
  readonly bytesPerChange: number;
  /** The bytes that one node sends and receives in an hour without a change. */
  readonly bytesPerHour: number;
  /** The bytes that the place stores: one policy, and the announcements of all nodes. */
  readonly storedBytes: number | undefined;
}

/** The figures of many processes that follow one policy. */
export interface FleetResults {
  readonly at: string;
  readonly build: string | undefined;
  readonly machine: Machine;
  readonly load: readonly [before: number, after: number];
  readonly bundleBytes: number;
  readonly rules: number;
  /** The processor time in which one node verifies and loads a new policy. */
  readonly loadMs: number;
  readonly announceEveryMs: number;
  readonly pollMs: number;
  readonly cells: readonly PlaceCell[];
}
