import type { Explanation, ExplainedFailure } from './explanation.js';

/**
 * Finds the first condition that fails in the nearest rule, if calls hide it from the reader. It adds nothing to advice and to the
 * condition that is undecided.
 */
export function nearestCondition({ outcome, advice, misses }: Explanation): ExplainedFailure | undefined {
  const failure = misses[0]?.failure;
  if (outcome !== 'denied' || advice.length > 0 || failure?.kind !== 'call') return undefined;
  let nearest: ExplainedFailure = failure;
  while (nearest.kind === 'call') {
    const [miss]: Explanation['misses'] = nearest.misses;
    if (miss === undefined) break;
    nearest = miss.failure;
  }
  return nearest;
}
