import type { MutantResult, MutantStatus } from './mutant-result.js';

export type StatusCounts = Readonly<Record<MutantStatus, number>>;

export function countsOf(results: readonly MutantResult[]): StatusCounts {
  const counts = { killed: 0, survived: 0, uncovered: 0, unresolved: 0, error: 0 };
  for (const { status } of results) counts[status]++;
  return counts;
}

/** Returns the percentage of killed mutants, without those that are unresolved or cannot be loaded; 100 for none. */
export function scoreOf({ killed, survived, uncovered }: StatusCounts): number {
  const total = killed + survived + uncovered;
  return total === 0 ? 100 : (100 * killed) / total;
}
