import type { Explanation, ExplainedFailure, ExplainedMiss } from './explanation.js';

/**
 * Finds the first condition that fails in the nearest rule, if calls hide it from the reader. It adds nothing to advice and to the
 * condition that is undecided.
 */
export function nearestCondition({ outcome, advice, misses }: Explanation): ExplainedFailure | undefined {
  const failure = misses[0]?.failure;
  if (outcome !== 'denied' || advice.length > 0 || failure?.kind !== 'call') return undefined;
  return innermostFailure(misses[0]!);
}

/** Follows the calls that fail to the condition that fails in the nearest rule. */
export function innermostFailure({ failure }: ExplainedMiss): ExplainedFailure {
  let nearest = failure;
  while (nearest.kind === 'call') {
    const [miss]: readonly ExplainedMiss[] = nearest.misses;
    if (miss === undefined) break;
    nearest = miss.failure;
  }
  return nearest;
}
