import { setTimeout as wait } from 'node:timers/promises';
import { commit, load, machine } from '../machine.ts';
import type { Options } from '../options.ts';
import {
  announceEveryMs,
  bundleOf,
  loadPolicy,
  pollMs,
  publicKey,
  rules,
  startNode,
  type Node,
} from './nodes.ts';
import { openPlace } from './places.ts';
import { placeIds, type FleetResults, type Percentiles, type PlaceCell, type PlaceId } from './results.ts';
import { openBundle } from '@nanook/policies/bundle';

/** The nodes at each place. Each node of PostgreSQL needs two connections of a server, which has 100 by default. */
const nodesOf: Readonly<Record<PlaceId, number>> = { nats: 1_000, http: 1_000, postgres: 25 };

/** Measures many nodes in this process, each with an authorizer, a follower and a connection of its own. */
export async function measureFleets({
  quick,
  maxSize = Infinity,
}: Pick<Options, 'quick' | 'maxSize'>): Promise<FleetResults> {
  const loadBefore = load();
  const loadMs = await measureLoad(quick ? 5 : 25);
  const cells: PlaceCell[] = [];
  for (const place of placeIds) {
    if (!isThere(place)) continue;
    const nodes = Math.min(nodesOf[place], quick ? 50 : Infinity, maxSize);
    process.stderr.write(`${place}: ${nodes} nodes\n`);
    cells.push(await measurePlace(place, nodes, quick ? 15_000 : 60_000));
  }
  return {
    at: new Date().toISOString(),
    build: commit(),
    machine: machine(),
    load: [loadBefore, load()],
    bundleBytes: Buffer.byteLength(await bundleOf(1)),
    rules,
    loadMs,
    announceEveryMs,
    pollMs,
    cells,
  };
}

const isThere = (place: PlaceId): boolean =>
  place === 'http' || process.env[`NANOOK_TEST_${place.toUpperCase()}_URL`] !== undefined;

/** Returns the processor time in which one node verifies and loads a policy. */
async function measureLoad(rounds: number): Promise<number> {
  const authorizer = await loadPolicy(1);
  const times: number[] = [];
  for (let revision = 2; revision < rounds + 2; revision++) {
    const bundle = await bundleOf(revision);
    const start = process.cpuUsage();
    const { files } = await openBundle(bundle, publicKey);
    await authorizer.reload(files);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1_000);
  }
  return percentilesOf(times).p50;
}

/** Measures the nodes of one place. @param restMs the time without a change that is observed */
export async function measurePlace(id: PlaceId, count: number, restMs: number): Promise<PlaceCell> {
  const place = await openPlace[id]();
  const nodes: Node[] = [];
  try {
    await place.publish(await bundleOf(1));
    for (let first = 0; first < count; first += 25) {
      const started = await Promise.all(
        Array.from({ length: Math.min(25, count - first) }, async () => {
          const { source, announce } = await place.open();
          return startNode(source, announce);
        }),
      );
      nodes.push(...started);
    }
    await allUse(nodes, 1);
    // The first announcements and the ends of connections are over.
    await wait(Math.min(restMs, 3_000));
    const restBytes = await bytesDuring(() => wait(restMs), place.bytes);
    const bundle = await bundleOf(2);
    let publishedAt = 0;
    const changeBytes = await bytesDuring(async () => {
      publishedAt = performance.now();
      await place.publish(bundle);
      if (id === 'http') await refreshEvenly(nodes);
      await allUse(nodes, 2);
      // The announcements of the change.
      await wait(500);
    }, place.bytes);
    return {
      place: id,
      nodes: count,
      connections: place.connections(),
      readMs: percentilesOf(nodes.map(({ readAt }) => readAt - publishedAt)),
      usedMs: percentilesOf(nodes.map(({ usedAt }) => usedAt - publishedAt)),
      bytesPerChange: Math.round(changeBytes / count),
      bytesPerHour: Math.round(((restBytes / count) * 3_600_000) / restMs),
      storedBytes: await place.storedBytes(),
    };
  } finally {
    await Promise.all(nodes.map(({ follower }) => follower.close()));
    await place.close();
  }
}

/** Nodes that poll do so at different moments of the interval. The wait for the rest of an interval is not measured, but computed. */
async function refreshEvenly(nodes: readonly Node[]): Promise<void> {
  for (let first = 0; first < nodes.length; first += 50) {
    await Promise.all(nodes.slice(first, first + 50).map(({ follower }) => follower.refresh()));
  }
}

async function allUse(nodes: readonly Node[], revision: number): Promise<void> {
  const until = performance.now() + 600_000;
  while (!nodes.every((node) => node.revision === revision)) {
    if (performance.now() > until) throw new Error(`not all nodes use the revision ${revision}`);
    await wait(20);
  }
}

async function bytesDuring(action: () => Promise<unknown>, bytes: () => number): Promise<number> {
  const before = bytes();
  await action();
  return bytes() - before;
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1)! };
}
