import { type DecisionOutcome } from '@nanook/core';
import { describeValue, nearNames } from '@nanook/core/internal';
import { NanookLogError } from '../errors/nanook-log-error.js';
import type { DecisionRecord } from '../record/decision-record.js';
import { plainText } from '../record/plain-data.js';
import { parseCursor, type Position } from './cursor.js';

/** An actor or a resource in a filter: an id, or a type and an id, of which one is enough. */
export type IdentityFilter = string | number | { readonly type?: string; readonly id?: string | number };

/** A question to the decision log. A record answers it if it satisfies every given filter. */
export interface DecisionQuery {
  /** The earliest time. */
  readonly from?: Date | string;
  /** The time before which the decisions were made. */
  readonly to?: Date | string;
  readonly actor?: IdentityFilter;
  /** One action, or several of which a record has one. */
  readonly action?: string | readonly string[];
  readonly resource?: IdentityFilter;
  readonly field?: string;
  readonly outcome?: DecisionOutcome | readonly DecisionOutcome[];
  readonly kind?: DecisionRecord['kind'];
  /** The rule that granted the action: its place, such as `policy.polar:12`, or its name. */
  readonly rule?: string;
  readonly tenant?: string;
  /** The content hash of the policy, or its label. */
  readonly policy?: string;
  readonly requestId?: string;
  readonly traceId?: string;
  /** Default `'newest'`: the last decision first. */
  readonly order?: 'newest' | 'oldest';
  /** The number of records of a page at most. Default 100. */
  readonly take?: number;
  /** The cursor of the previous page. */
  readonly after?: string | null;
}

/** A checked query, with texts only. */
export interface CheckedQuery {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly actor: CheckedIdentity;
  readonly action: readonly string[] | undefined;
  readonly resource: CheckedIdentity;
  readonly field: string | undefined;
  readonly outcome: readonly string[] | undefined;
  readonly kind: string | undefined;
  readonly rule: CheckedRule | undefined;
  readonly tenant: string | undefined;
  readonly policy: string | undefined;
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  readonly order: 'newest' | 'oldest';
  readonly take: number;
  readonly after: Position | undefined;
}

export interface CheckedIdentity {
  readonly type: string | undefined;
  readonly id: string | undefined;
}

/** A rule by its name, or by its file and line. */
export type CheckedRule = { readonly name: string } | { readonly file: string; readonly line: number };

const texts = ['field', 'kind', 'rule', 'tenant', 'policy', 'requestId', 'traceId'];
const kinds = ['allow', 'allow_field', 'allow_request'];
const outcomes = ['allowed', 'denied', 'undecided', 'error'];
const known = ['from', 'to', 'actor', 'action', 'resource', 'outcome', 'order', 'take', 'after', ...texts];
const maxTake = 10_000;

/** @throws {NanookLogError} `NANOOK_LOG_INVALID_QUERY` */
export function checkQuery(query: DecisionQuery): CheckedQuery {
  if (typeof query !== 'object' || query === null || Array.isArray(query))
    throw invalid('query', `must be an object of filters, got ${describeValue(query)}`);
  for (const [option, value] of Object.entries(query)) checkFilter(option, value);
  const { order = 'newest', take = 100, rule, after } = query;
  if (order !== 'newest' && order !== 'oldest')
    throw invalid('order', `must be 'newest' or 'oldest', got ${describeValue(order)}`);
  if (!Number.isSafeInteger(take) || take < 1 || take > maxTake)
    throw invalid('take', `must be a whole number from 1 to ${maxTake}, got ${describeValue(take)}`);
  return {
    from: timeOf('from', query.from),
    to: timeOf('to', query.to),
    actor: identityOf('actor', query.actor),
    action: listOf('action', query.action),
    resource: identityOf('resource', query.resource),
    field: textOf(query.field),
    outcome: listOf('outcome', query.outcome, outcomes),
    kind: listOf('kind', query.kind, kinds)?.[0],
    rule: rule === undefined ? undefined : ruleOf(rule),
    tenant: textOf(query.tenant),
    policy: textOf(query.policy),
    requestId: textOf(query.requestId),
    traceId: textOf(query.traceId),
    order,
    take,
    after: after === undefined || after === null ? undefined : parseCursor(after, order),
  };
}

function checkFilter(option: string, value: unknown): void {
  if (!known.includes(option)) {
    const near = nearNames(option, known);
    throw invalid(
      option,
      `does not exist${near.length > 0 ? `; did you mean \`${near.join('` or `')}\`?` : ''}`,
    );
  }
  // A filter that was computed and is undefined would select all records.
  if (value === undefined && option !== 'after')
    throw invalid(option, 'is undefined, which would select all records; leave it out');
  if (texts.includes(option) && typeof value !== 'string')
    throw invalid(option, `must be a text, got ${describeValue(value)}`);
}

/** Returns a filter as records have it: records contain no text that a store refuses. */
const textOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : plainText(text);

/** A day, or a time with its zone. A time without a zone would depend on the computer that reads the log. */
const timePattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;
// Records have years of four digits, and PostgreSQL has no year 0.
const firstMs = Date.parse('0001-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

function timeOf(option: 'from' | 'to', time: unknown): string | undefined {
  if (time === undefined) return undefined;
  const isText = typeof time === 'string' && timePattern.test(time);
  const ms = time instanceof Date ? time.getTime() : isText ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(ms))
    throw invalid(
      option,
      `must be a Date, a day, or a time with its zone, such as '2026-01-31T09:30:00Z'; got ${describeValue(time)}`,
    );
  return new Date(Math.min(Math.max(ms, firstMs), lastMs)).toISOString();
}

function listOf(option: string, given: unknown, values?: readonly string[]): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const list = [given].flat() as readonly unknown[];
  for (const value of list)
    if (typeof value !== 'string' || values?.includes(value) === false)
      throw invalid(
        option,
        `must be ${values === undefined ? 'a text' : values.join(' or ')}, or a list of them; got ${describeValue(value)}`,
      );
  if (list.length === 0) throw invalid(option, 'is an empty list, which no record satisfies');
  return (list as readonly string[]).map(plainText);
}

function identityOf(option: 'actor' | 'resource', given: unknown): CheckedIdentity {
  if (given === undefined) return { type: undefined, id: undefined };
  if (typeof given === 'string' || typeof given === 'number')
    return { type: undefined, id: plainText(String(given)) };
  const { type, id, ...others } = Object(given) as Readonly<Record<string, unknown>>;
  const isId = id === undefined || typeof id === 'string' || typeof id === 'number';
  const isType = type === undefined || typeof type === 'string';
  // A part that was computed and is undefined would select more records than asked for.
  const isEmpty =
    Object.values(Object(given) as object).some((part) => part === undefined) || (id ?? type) === undefined;
  if (typeof given !== 'object' || !isId || !isType || isEmpty || Object.keys(others).length > 0)
    throw invalid(option, `must be an id, or { type, id }; got ${describeValue(given)}`);
  return { type: textOf(type), id: textOf(id === undefined ? undefined : String(id)) };
}

function ruleOf(rule: string): CheckedRule {
  const [, file, line] = /^(.*):(\d+)$/s.exec(rule) ?? [];
  return file === undefined ? { name: plainText(rule) } : { file: plainText(file), line: Number(line) };
}

export const invalid = (option: string, reason: string): NanookLogError =>
  new NanookLogError('NANOOK_LOG_INVALID_QUERY', { option, reason });
