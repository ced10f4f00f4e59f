import type { DecisionRecord } from '../record/decision-record.js';
import { checkQuery, type DecisionQuery } from './decision-query.js';
import { matchesQuery } from './matches-query.js';

/**
 * Returns a function that tells whether a record satisfies all filters, for programs that read records themselves.
 *
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_QUERY`
 * @example
 * const isDenied = decisionFilter({ actor: { type: 'User', id: 7 }, outcome: 'denied' });
 */
export function decisionFilter(
  filters: Omit<DecisionQuery, 'order' | 'take' | 'after'>,
): (record: DecisionRecord) => boolean {
  const query = checkQuery(filters);
  return (record) => matchesQuery(record, query);
}
