import { logFiles, readRecords } from '../decisions/read-records.js';
import { counted } from '../output/counted.js';
import type { Io } from '../output/io.js';
import type { DecisionCounts } from './audited-route.js';

type Counts = { -readonly [Outcome in keyof DecisionCounts]: number };

/** The decisions of a log, by action and type. */
export class LoggedDecisions {
  readonly #counts = new Map<string, Map<string | undefined, Counts>>();
  #damaged = 0;

  /** Reads the records about actions on resources. @throws {UsageError} when a file does not exist */
  static async read(paths: readonly string[], io: Pick<Io, 'progress'>): Promise<LoggedDecisions> {
    const found = new LoggedDecisions();
    const records = readRecords(await logFiles(paths), () => void found.#damaged++);
    for await (const { kind, action, resource, outcome } of counted(records, 'record', io))
      if (kind === 'allow' && action !== null) found.#add(action, resource?.type, outcome);
    return found;
  }

  /** The number of lines that contain no record. */
  get damagedLines(): number {
    return this.#damaged;
  }

  #add(action: string, type: string | undefined, outcome: keyof DecisionCounts): void {
    const byType = this.#counts.get(action) ?? new Map<string | undefined, Counts>();
    this.#counts.set(action, byType);
    const counts = byType.get(type) ?? noDecisions();
    byType.set(type, counts);
    counts[outcome]++;
  }

  /** Returns the number of decisions about an action. @param type undefined: on resources of all types */
  of(action: string, type: string | undefined): DecisionCounts {
    const byType = this.#counts.get(action) ?? new Map<string | undefined, Counts>();
    return type === undefined ? sumOf([...byType.values()]) : (byType.get(type) ?? noDecisions());
  }
}

const noDecisions = (): Counts => ({ allowed: 0, denied: 0, undecided: 0, error: 0 });

/** Adds numbers of decisions. */
export const sumOf = (all: readonly DecisionCounts[]): DecisionCounts =>
  all.reduce<Counts>((sum, { allowed, denied, undecided, error }) => {
    return {
      allowed: sum.allowed + allowed,
      denied: sum.denied + denied,
      undecided: sum.undecided + undecided,
      error: sum.error + error,
    };
  }, noDecisions());
