import type { DecisionOutcome } from '@nanook/core';
import type { DecisionRecord, IdentityFilter } from '@nanook/log';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import type { RecordFilters } from './record-source.js';
import { readTime } from '../values/read-time.js';

/** The filters of `nanook log`, as options of the command. */
export interface FilterFlags {
  readonly actor?: string;
  readonly action?: readonly string[];
  readonly resource?: string;
  readonly outcome?: readonly DecisionOutcome[];
  readonly from?: string;
  readonly to?: string;
  readonly rule?: string;
  readonly tenant?: string;
  readonly policyVersion?: string;
  readonly request?: string;
}

/** Returns a function that tells whether a record satisfies all filters. @throws {UsageError} for a filter that is not valid */
export async function filterOf(flags: FilterFlags): Promise<(record: DecisionRecord) => boolean> {
  const { decisionFilter, isNanookLogError } = await import('@nanook/log');
  try {
    return decisionFilter(filtersOf(flags));
  } catch (error) {
    throw isNanookLogError(error) ? new UsageError(messageOf(error), { cause: error }) : error;
  }
}

/** Returns the filters for a query of the decision log. @throws {UsageError} for a time that is not valid */
export function filtersOf(flags: FilterFlags): RecordFilters {
  const {
    actor,
    resource,
    from,
    to,
    policyVersion: policy,
    request: requestId,
    action,
    outcome,
    rule,
    tenant,
  } = flags;
  const filters = {
    actor: actor === undefined ? undefined : identityFilter(actor),
    resource: resource === undefined ? undefined : identityFilter(resource),
    from: from === undefined ? undefined : readTime('--from', from, 'past'),
    to: to === undefined ? undefined : readTime('--to', to, 'past'),
    action,
    outcome,
    rule,
    tenant,
    policy,
    requestId,
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

/** Reads `User:7` as a type and an id, `User:` as a type, and another text as an id. */
function identityFilter(text: string): IdentityFilter {
  const [, type, id] = /^(\p{Lu}[\p{L}\p{N}_]*):(.*)$/su.exec(text) ?? [];
  if (type === undefined || id === undefined) return text;
  return id === '' ? { type } : { type, id };
}
