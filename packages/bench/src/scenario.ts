import type { Check, Peer } from './library.ts';
import type { NanookSetup } from './libraries/nanook.ts';
import type { Mix } from './mix.ts';

export interface World {
  readonly mix: Mix;
}

export interface WorldOptions {
  readonly seed: number;
  /** The size of the part that grows in this scenario, or 1. */
  readonly size: number;
  readonly checks: number;
}

export interface Scenario<W extends World = World> {
  readonly id: string;
  readonly title: string;
  /** One sentence that describes the checks and their resources. */
  readonly summary: string;
  /** The unit of `size`, and the sizes that are measured. */
  readonly size?: { readonly name: string; readonly of: readonly number[] };
  /** The policy meets promises, so the results of every library are awaited. oso is always awaited. */
  readonly isAsync?: boolean;
  /** The size for tests. */
  readonly testSize: number;
  readonly world: (options: WorldOptions) => W;
  readonly hand: (world: W) => Check;
  readonly nanook: (world: W) => NanookSetup;
  /** An adapter, or the reason why the library cannot express the scenario. */
  readonly peers: Readonly<Record<Peer, ((world: W) => Promise<Check>) | string>>;
  /** The first size that a library is too slow for. */
  readonly tooLarge?: Partial<Record<Peer, number>>;
  /** Notes below the table, for example about work that the application does for a library. */
  readonly notes?: readonly string[];
}

/** Erases the type of the world, because the runner passes a world only to its own scenario. */
export const scenario = <W extends World>(given: Scenario<W>): Scenario => given as unknown as Scenario;
