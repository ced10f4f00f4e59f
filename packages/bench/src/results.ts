import type { BundleSize } from './bundle-size.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './measure.ts';
import type { Library } from './library.ts';

/** One library in one scenario at one size. */
export interface Cell {
  readonly scenario: string;
  readonly size: number;
  readonly library: Library;
  /** Nanoseconds for one check, over the rounds; missing where it was not measured. */
  readonly ns?: Spread;
  /** The number of checks that ran, all verified. */
  readonly asked?: number;
  readonly of?: number;
  readonly loadMs?: number;
  /** First checks of types: how many, and their times. */
  readonly first?: { readonly count: number; readonly veryFirstMs: number; readonly ms: Spread };
  readonly engine?: string;
  /** Why it was not measured. */
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
  /** One-minute load averages, before and after. */
  readonly load: readonly [number, number];
  readonly cells: readonly Cell[];
  readonly once: readonly Once[];
  readonly sizes: readonly BundleSize[];
}
