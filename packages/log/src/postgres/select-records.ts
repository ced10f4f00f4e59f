import type { CheckedIdentity, CheckedQuery } from '../read/decision-query.js';
import { quoted } from './schema.js';

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Returns the statement that selects the records of a page, and one more. */
export function selectRecords(table: string, query: CheckedQuery): Statement {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (condition: (parameter: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const equals = (column: string, value: string | number | undefined): void =>
    where((parameter) => `${column} = ${parameter}`, value);
  const identity = (column: string, { type, id }: CheckedIdentity): void => {
    equals(`${column}_type`, type);
    equals(`${column}_id`, id);
  };
  const { rule, policy, after, order, take } = query;
  where((from) => `at >= ${from}::timestamptz`, query.from);
  where((to) => `at < ${to}::timestamptz`, query.to);
  where((all) => `outcome = any(${all})`, query.outcome);
  where((all) => `action = any(${all})`, query.action);
  identity('actor', query.actor);
  identity('resource', query.resource);
  for (const [column, value] of [
    ['kind', query.kind],
    ['field', query.field],
    ['tenant', query.tenant],
    ['request_id', query.requestId],
    ['trace_id', query.traceId],
  ] as const)
    equals(column, value);
  if (rule !== undefined && 'name' in rule) equals('rule_name', rule.name);
  else if (rule !== undefined) {
    where((file) => `coalesce(rule_file, '') = ${file}`, rule.file);
    equals('rule_line', rule.line);
  }
  where((text) => `(policy = ${text} or policy_version = ${text})`, policy);
  if (after !== undefined) {
    values.push(after.at, after.id);
    const [at, id] = [`$${values.length - 1}::timestamptz`, `$${values.length}::uuid`];
    conditions.push(`(at, id) ${order === 'newest' ? '<' : '>'} (${at}, ${id})`);
  }
  const direction = order === 'newest' ? 'desc' : 'asc';
  const filter = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  return {
    text: `select record from ${quoted(table)}${filter} order by at ${direction}, id ${direction} limit ${take + 1}`,
    values,
  };
}
