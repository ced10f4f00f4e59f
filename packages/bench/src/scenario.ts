import type { Check, Peer } from './library.ts';
import type { NanookSetup } from './libraries/nanook.ts';
import type { Mix } from './mix.ts';

export interface World {
  readonly mix: Mix;
}

export interface WorldOptions {
  readonly seed: number;
  /** The size of the part that grows in this scenario; 1 if nothing grows. */
  readonly size: number;
  readonly questions: number;
}

export interface Scenario<W extends World = World> {
  readonly id: string;
  readonly title: string;
  /** One sentence that describes the checks and their resources. */
  readonly summary: string;
  /** The unit of `size`, and the sizes that are measured. */
  readonly size?: { readonly name: string; readonly of: readonly number[] };
  /** Every library is awaited: the policy meets promises. oso is awaited anyway. */
  readonly isAsync?: boolean;
  /** The size for tests. */
  readonly testSize: number;
  readonly world: (options: WorldOptions) => W;
  readonly hand: (world: W) => Check;
  readonly nanook: (world: W) => NanookSetup;
  /** An adapter, or why the library cannot express the scenario. */
  readonly peers: Readonly<Record<Peer, ((world: W) => Promise<Check>) | string>>;
  /** The first size at which a library is left out, because one check or its start takes too long there. */
  readonly tooLarge?: Partial<Record<Peer, number>>;
  /** Said below the table, such as how a peer was helped. */
  readonly notes?: readonly string[];
}

/** A scenario as the runner sees it. The world of a scenario only ever goes back to that scenario. */
export const scenario = <W extends World>(given: Scenario<W>): Scenario => given as unknown as Scenario;
