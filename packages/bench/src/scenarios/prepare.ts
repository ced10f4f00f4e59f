import { loadNanook } from '../libraries/nanook.ts';
import { type Check, isPeer, type Library, type NanookVariant, nanookVariants } from '../library.ts';
import type { Mix } from '../mix.ts';
import type { Scenario, World } from '../scenario.ts';
import { isMeasuredWith, isRowShape, type Shape } from '../shape.ts';
import { makeGrantsPlain, setupOf, shaped } from './shaped.ts';

export interface Prepared {
  readonly check: Check;
  /** The checks, with the objects of the shape. */
  readonly mix: Mix;
  readonly loadMs?: number;
  readonly engine?: string | undefined;
}

const isNanook = (library: Library): library is NanookVariant =>
  (nanookVariants as readonly string[]).includes(library);

const isRowPeer = (library: Library): library is 'casl' | 'casl-request' =>
  library === 'casl' || library === 'casl-request';

/** Returns the reason why a library cannot express a scenario, or `undefined` if it can. */
export function whyNot(scenario: Scenario, library: Library): string | undefined {
  const adapter = isPeer(library) ? scenario.peers[library] : undefined;
  return typeof adapter === 'string' ? adapter : undefined;
}

/** Returns whether a library is measured with a shape of a scenario, unless `whyNot` has a reason against it. */
export function isPlanned(scenario: Scenario, library: Library, shape: Shape): boolean {
  if (!isMeasuredWith(library, shape)) return false;
  if (library === 'hand') return true;
  if (isNanook(library)) return scenario.variants?.includes(library) ?? library !== 'nanook-singles';
  const { peers, rows } = scenario;
  return (isRowShape(shape) ? isRowPeer(library) && rows?.peers[library] : peers[library]) !== undefined;
}

/** Prepares the checks of one library. Returns `undefined` if this build does not have the library. */
export async function prepare(
  scenario: Scenario,
  library: Library,
  shape: Shape,
  world: World,
): Promise<Prepared | undefined> {
  if (shape === 'grants') makeGrantsPlain(scenario, world);
  const loaded = await load(scenario, library, shape, world);
  if (loaded === undefined) return undefined;
  return { ...loaded, ...(await shaped(scenario, library, shape, world, loaded.check)) };
}

async function load(
  scenario: Scenario,
  library: Library,
  shape: Shape,
  world: World,
): Promise<Omit<Prepared, 'mix'> | undefined> {
  const rows = isRowShape(shape) ? scenario.rows : undefined;
  if (library === 'hand') return { check: (rows ?? scenario).hand(world) };
  if (isNanook(library)) return loadNanook(setupOf(scenario, shape, world), library);
  if (rows === undefined) {
    const adapter = scenario.peers[library];
    return typeof adapter === 'function' ? { check: await adapter(world) } : undefined;
  }
  const adapter = isRowPeer(library) ? rows.peers[library] : undefined;
  if (adapter === undefined) return undefined;
  return { check: await adapter(world, shape === 'discriminator' ? 'field' : 'tag') };
}
