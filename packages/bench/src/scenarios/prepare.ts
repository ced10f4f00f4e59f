import { loadNanook } from '../libraries/nanook.ts';
import { type Check, type Library, type NanookVariant, nanookVariants } from '../library.ts';
import type { Scenario, World } from '../scenario.ts';

export interface Prepared {
  readonly check: Check;
  readonly loadMs?: number;
  readonly engine?: string | undefined;
}

const isNanook = (library: Library): library is NanookVariant =>
  (nanookVariants as readonly string[]).includes(library);

/** Why a library is not measured in a scenario at all, or `undefined`. */
export function whyNot(scenario: Scenario, library: Library): string | undefined {
  if (library === 'hand' || isNanook(library)) return undefined;
  const adapter = scenario.peers[library];
  return typeof adapter === 'string' ? adapter : undefined;
}

/** The check of one library, ready to be asked. `undefined`: not available. */
export async function prepare(
  scenario: Scenario,
  library: Library,
  world: World,
): Promise<Prepared | undefined> {
  if (library === 'hand') return { check: scenario.hand(world) };
  if (isNanook(library)) return loadNanook(scenario.nanook(world), library);
  const adapter = scenario.peers[library];
  return typeof adapter === 'string' ? undefined : { check: await adapter(world) };
}
