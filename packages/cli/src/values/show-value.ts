import { Expression, QueryVariable, type Authorizer } from '@nanook/core';

const maxDepth = 3;
const maxItems = 20;

/** Returns a value of an answer on one line, as a policy would write it: `Note{id: 1, tags: ["new"]}`. */
export function showValue(value: unknown, authorizer: Authorizer, depth = 0): string {
  if (value instanceof QueryVariable) return value.name;
  if (value instanceof Expression) return String(value);
  if (value === null) return 'nil';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return typeof value === 'function' ? value.name : showPrimitive(value);
  if (value instanceof Date) return value.toISOString();
  const isList = Array.isArray(value);
  const [type] = isList ? [] : authorizer.policy.typesOf(value);
  const name = type === undefined || type === 'Dictionary' ? '' : type;
  if (depth === maxDepth) return isList ? '[…]' : `${name}{…}`;
  const show = (inner: unknown): string => showValue(inner, authorizer, depth + 1);
  const parts = isList
    ? value.map(show)
    : Object.entries(value).map(([key, inner]) => `${key}: ${show(inner)}`);
  const shown = parts.length > maxItems ? [...parts.slice(0, maxItems), '…'] : parts;
  return isList ? `[${shown.join(', ')}]` : `${name}{${shown.join(', ')}}`;
}

/** Keeps the sign of -0. */
const showPrimitive = (value: unknown): string =>
  Object.is(value, -0) ? '-0' : typeof value === 'bigint' ? `${value}n` : String(value);
