import type { Machine } from '../machine.ts';
import type { Spread } from '../measure.ts';
import type { WebFrameworkId, WebVariant } from './web-app.ts';

/** The measurements of one application. */
export interface WebCell {
  readonly framework: WebFrameworkId;
  readonly variant: WebVariant;
  /** Microseconds of CPU for one request, over all rounds. */
  readonly us: Spread;
  /** The difference to the hand-written check, in the same rounds. */
  readonly overHand: Spread;
}

export interface WebResults {
  readonly at: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly requests: number;
  readonly connections: number;
  readonly machine: Machine;
  readonly build?: string;
  /** The versions of the frameworks. */
  readonly versions: Readonly<Record<string, string>>;
  /** The one-minute load averages before and after the run. */
  readonly load: readonly [number, number];
  readonly cells: readonly WebCell[];
}
