import type { Machine } from '../machine.ts';
import type { Spread } from '../measure.ts';
import type { ServerBudgets } from './budgets/results.ts';

export const clientIds = ['sql', 'kysely', 'drizzle', 'prisma'] as const;
export type ClientId = (typeof clientIds)[number];
/** The parts of the measurement: the list of each client, and the budgets of lists of several shapes. */
export const listParts = [...clientIds, 'budgets'] as const;

/** The measurements of one client: the list through the condition, and the same list with a hand-written one. */
export interface ListCell {
  readonly client: ClientId;
  /** Milliseconds for the list, with the time to build the condition. */
  readonly nanookMs: Spread;
  readonly handMs: Spread;
  /** The quotient of both, in the same rounds. */
  readonly ratio: Spread;
  /** The types of the nodes of both plans, with their indexes. */
  readonly nanookPlan: string;
  readonly handPlan: string;
}

export interface ListResults {
  readonly at: string;
  readonly quick: boolean;
  readonly rounds: number;
  readonly machine: Machine;
  readonly build?: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The version of the database, as it reports it. */
  readonly database: string;
  readonly rows: number;
  readonly listed: number;
  /** The one-minute load averages before and after the run. */
  readonly load: readonly [number, number];
  /** Milliseconds of CPU to build the condition. */
  readonly whereMs: Spread;
  readonly cells: readonly ListCell[];
  /** The budgets on each server. Without a server there are none. */
  readonly budgets: readonly ServerBudgets[];
}
