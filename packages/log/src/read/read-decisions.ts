import { hasMethod } from '../errors/check-options.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { cursorAfter } from './cursor.js';
import { checkQuery, invalid, type CheckedQuery, type DecisionQuery } from './decision-query.js';

/** A sink whose records can be read: JSON lines and PostgreSQL. */
export interface DecisionSource {
  /**
   * Returns the records of one page, in order and each once, and one more if there is a next page.
   *
   * @internal use `readDecisions`
   */
  read(query: CheckedQuery): Promise<DecisionRecord[]>;
}

/** A part of the log. */
export interface DecisionPage {
  readonly records: readonly DecisionRecord[];
  /** The cursor of the next page; `null` for the last page. */
  readonly next: string | null;
}

/**
 * Reads decisions: who was allowed to do what, when, and by which rule.
 *
 * @param source the sink that stored the records
 * @throws {NanookLogError} `NANOOK_LOG_INVALID_QUERY`, `NANOOK_LOG_DAMAGED_LINE`; the errors of the database
 * @example
 * const query = { resource: { type: 'Invoice', id: 7 }, action: 'pay', outcome: 'allowed' } as const;
 * const { records, next } = await readDecisions(store, query);
 * const older = await readDecisions(store, { ...query, after: next });
 */
export async function readDecisions(
  source: DecisionSource,
  query: DecisionQuery = {},
): Promise<DecisionPage> {
  if (!hasMethod(source, 'read'))
    throw invalid('source', 'must be a sink that stores records, such as jsonLines({ folder })');
  const { take, order, ...checked } = checkQuery(query);
  const found = await source.read({ ...checked, take, order });
  const records = found.slice(0, take);
  return { records, next: found.length > take ? cursorAfter(records.at(-1)!, order) : null };
}
