import type { BundleSize } from './size-of.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './measure.ts';
import type { Library } from './library.ts';
import type { Shape } from './shape.ts';

/** The measurements of one library in one scenario at one size. */
export interface Cell {
  readonly scenario: string;
  readonly size: number;
  readonly shape: Shape;
  readonly library: Library;
  /** Nanoseconds for one check, over all rounds; missing if it was not measured. */
  readonly ns?: Spread;
  /** The number of checks that ran, all verified. */
  readonly checked?: number;
  readonly of?: number;
  readonly loadMs?: number;
  /** The first check of each type: the number of types, and the times. */
  readonly first?: { readonly count: number; readonly veryFirstMs: number; readonly ms: Spread };
  readonly engine?: string;
  /** The reason if it was not measured. */
  readonly note?: string;
}

export interface Once {
  readonly what: string;
  readonly unit: 'ms' | 'MB';
  readonly value: Spread;
}

export interface Results {
  readonly at: string;
  readonly quick: boolean;
  readonly seed: number;
  readonly rounds: number;
  readonly roundMs: number;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  /** The measured build, if known: a commit, or the URL of another build. */
  readonly build?: string;
  /** The one-minute load averages before and after the run. */
  readonly load: readonly [number, number];
  readonly cells: readonly Cell[];
  readonly once: readonly Once[];
  readonly sizes: readonly BundleSize[];
}
