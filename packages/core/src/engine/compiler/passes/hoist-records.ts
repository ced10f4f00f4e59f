import type { Statement } from '../plan.js';
import { callsNothing, knownRecord, withoutRecords } from '../plan-analysis.js';
import { mapChildren } from '../traversal.js';

/**
 * Moves the record of a known proof before the conditions of the proof, so that these are the same statements as without a record. A proof
 * that is recorded too early is replaced by the next one, or is not read, because the function fails.
 */
export function hoistRecords(statement: Statement): Statement {
  const known = callsNothing(statement) ? knownRecord(statement, undefined) : undefined;
  if (known === undefined) return mapChildren(statement, hoistRecords);
  return { kind: 'record', to: undefined, parts: [known], next: withoutRecords(statement, undefined) };
}
