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

/** Returns the reason why a library cannot express a scenario, or `undefined` if it can. */
export function whyNot(scenario: Scenario, library: Library): string | undefined {
  if (library === 'hand' || isNanook(library)) return undefined;
  const adapter = scenario.peers[library];
  return typeof adapter === 'string' ? adapter : undefined;
}

/** Prepares the checks of one library. Returns `undefined` if this build does not have the library. */
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
