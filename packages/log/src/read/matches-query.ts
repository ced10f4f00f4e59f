import type { DecisionRecord, RecordedIdentity } from '../record/decision-record.js';
import { comparePositions } from './cursor.js';
import type { CheckedIdentity, CheckedQuery, CheckedRule } from './decision-query.js';

const equalFields = ['kind', 'field', 'tenant', 'requestId', 'traceId'] as const;

/** Returns whether a record satisfies the filters of a query and lies after its cursor. */
export function matchesQuery(record: DecisionRecord, query: CheckedQuery): boolean {
  const { from, to, action, outcome, rule, policy, after, order } = query;
  if (from !== undefined && record.at < from) return false;
  if (to !== undefined && record.at >= to) return false;
  if (after !== undefined) {
    const place = comparePositions(record, after);
    if (order === 'newest' ? place >= 0 : place <= 0) return false;
  }
  return (
    (outcome === undefined || outcome.includes(record.outcome)) &&
    (action === undefined || (record.action !== null && action.includes(record.action))) &&
    isIdentity(record.actor, query.actor) &&
    isIdentity(record.resource, query.resource) &&
    (rule === undefined || isRule(record, rule)) &&
    (policy === undefined || record.policy === policy || record.policyVersion === policy) &&
    equalFields.every((name) => query[name] === undefined || record[name] === query[name])
  );
}

const isIdentity = (identity: RecordedIdentity | null, { type, id }: CheckedIdentity): boolean =>
  (type === undefined || identity?.type === type) && (id === undefined || identity?.id === id);

const isRule = ({ rule }: DecisionRecord, wanted: CheckedRule): boolean =>
  rule !== undefined &&
  ('name' in wanted
    ? rule.name === wanted.name
    : (rule.file ?? '') === wanted.file && rule.line === wanted.line);
