import type { Class, FieldTypeInput } from '@nanook/core';
import type { Check, NanookVariant, Peer } from './library.ts';
import type { RowSubjectTypes } from './libraries/casl.ts';
import type { NanookSetup } from './libraries/nanook.ts';
import type { Mix } from './mix.ts';
import type { Shape, Tag } from './shape.ts';

export interface World {
  readonly mix: Mix;
}

export interface WorldOptions {
  readonly seed: number;
  /** The size of the part that grows in this scenario, or 1. */
  readonly size: number;
  readonly checks: number;
}

export interface RowTags {
  /** Tags the actor and the resource. */
  readonly tag: Tag;
  /** Tags the target of a grant, which is of one of several types. */
  readonly target: Tag;
  /** Tags other nested rows. A declared field gives their type, too. */
  readonly nested: Tag;
}

/** Makes rows of the objects of a world, which are instances of classes. */
// oxlint-disable-next-line typescript/no-explicit-any
export type RowMaker = Readonly<Record<'actor' | 'resource', (instance: any) => object>>;

/** The type of a row. A type without a key is that of a nested row that only a declared field can name. */
export interface RowType {
  readonly class?: Class;
  readonly key?: 'id';
  readonly fields: Readonly<Record<string, FieldTypeInput>>;
}

/** A scenario with plain rows. Each row has its type in the field `kind`. */
export interface Rows<W> {
  readonly types: (world: W) => Readonly<Record<string, RowType>>;
  /** Makes rows as the query of a web request returns them: a resource with the rows that it refers to, an actor with the grants. */
  readonly make: (tags: RowTags) => RowMaker;
  readonly hand: (world: W) => Check;
  /** CASL with names as subject types. */
  readonly peers: Partial<
    Readonly<Record<'casl' | 'casl-request', (world: W, types: RowSubjectTypes) => Promise<Check>>>
  >;
  /** An actor makes many checks, so only the resource is new for each one. */
  readonly keepsActor?: boolean;
  /** The first size at which the rows of one check are too many to make them for each check. */
  readonly tooLargeToRenew?: number;
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
  /** An adapter, or the reason why the library cannot express the scenario. A library that is not measured has neither. */
  readonly peers: Readonly<Partial<Record<Peer, ((world: W) => Promise<Check>) | string>>>;
  /** The scenario with plain rows; missing if it has none. */
  readonly rows?: Rows<W>;
  /** The type of the grants, and the lists of them; missing if the scenario has none. */
  readonly grants?: {
    readonly type: string;
    readonly fields: RowType['fields'];
    readonly lists: (world: W) => object[][];
  };
  /** The variants of Nanook that are measured; all if missing, except single checks, which belong to enumerations. */
  readonly variants?: readonly NanookVariant[];
  /** The shapes that are measured; all that the scenario has if missing. */
  readonly shapes?: readonly Shape[];
  /** The sizes that are measured with other shapes than instances; all if missing. */
  readonly rowSizes?: readonly number[];
  /** The scenario is about one difficulty that policies or data can have. The overview shows these in their own table. */
  readonly isSpecial?: true;
  /** The answer to all checks, if they have the same one. */
  readonly outcome?: 'allowed' | 'denied';
  /** The first size that a library is too slow for. */
  readonly tooLarge?: Partial<Record<Peer, number>>;
  /** Notes below the table, for example about work that the application does for a library. */
  readonly notes?: readonly string[];
}

/** Erases the type of the world, because the runner passes a world only to its own scenario. */
export const scenario = <W extends World>(given: Scenario<W>): Scenario => given as unknown as Scenario;
