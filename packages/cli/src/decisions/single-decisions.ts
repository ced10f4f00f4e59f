import type { DecisionRecord } from '@nanook/log';

/** Yields the records, and instead of a record about several fields one for each field, as a check of this field decides it. */
export async function* singleDecisions(
  records: AsyncIterable<DecisionRecord>,
): AsyncGenerator<DecisionRecord, void, undefined> {
  for await (const { fields, ...record } of records) {
    if (fields === undefined) yield record;
    else
      for (const outcome of ['allowed', 'denied', 'undecided'] as const)
        for (const field of fields[outcome]) yield { ...record, field, outcome };
  }
}
