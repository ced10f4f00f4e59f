import type { DecisionOutcome } from '@nanook/core';
import type { DecisionRecord, IdentityFilter } from '@nanook/log';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';

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
    from: from === undefined ? undefined : timeOf('--from', from),
    to: to === undefined ? undefined : timeOf('--to', to),
    action,
    outcome,
    rule,
    tenant,
    policy,
    requestId,
  };
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  try {
    return decisionFilter(Object.fromEntries(given));
  } catch (error) {
    throw isNanookLogError(error) ? new UsageError(messageOf(error), { cause: error }) : error;
  }
}

/** Reads `User:7` as a type and an id, `User:` as a type, and another text as an id. */
function identityFilter(text: string): IdentityFilter {
  const [, type, id] = /^(\p{Lu}[\p{L}\p{N}_]*):(.*)$/su.exec(text) ?? [];
  if (type === undefined || id === undefined) return text;
  return id === '' ? { type } : { type, id };
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads a time, a day, or an age such as `2h`. */
function timeOf(option: string, text: string): Date {
  const [, number, unit] = /^(\d+)(m|h|d|w)$/.exec(text) ?? [];
  if (number !== undefined) return new Date(Date.now() - Number(number) * units[unit!]!);
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = new Date(isTime ? text : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new UsageError(
      `${option} expects a day, a time with its zone such as 2026-01-31T09:30:00Z, or an age such as 30m, 2h or 7d, found ${text}`,
    );
  return time;
}
