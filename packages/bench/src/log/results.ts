import type { Machine } from '../machine.ts';
import type { Spread } from '../measure.ts';

export const hookIds = ['none', 'empty', 'json-lines'] as const;
export type HookId = (typeof hookIds)[number];

/** The cost of checks with one kind of `onDecision`. */
export interface HookCell {
  readonly hook: HookId;
  /** Microseconds from the call of a check to its return. */
  readonly callerUs: Spread;
  /** Microseconds of CPU for each check, with all work in the background. */
  readonly cpuUs: Spread;
  /** Checks in each second. */
  readonly rate: Spread;
  /** The checks of all rounds, and their records that are in the files. */
  readonly checks: number;
  readonly stored: number | undefined;
}

export interface LogResults {
  readonly at: string;
  readonly quick: boolean;
  /** Whether the time of a check is processor time. */
  readonly cpu: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly machine: Machine;
  readonly build?: string;
  readonly load: readonly [number, number];
  readonly cells: readonly HookCell[];
  /** The number of decisions, and the megabytes of heap that they add, while the sink never finishes its first write. */
  readonly stuck: readonly { readonly decisions: number; readonly heapMb: number }[];
}
