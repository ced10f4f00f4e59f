import { isThenable } from '../internal/promise.js';
import type { TypeTable } from '../types/type-table.js';
import { TypeToken } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import { findTag } from '../types/typed.js';
import { WholeFloat } from '../dialect/whole-float.js';
import { isPlainObject } from './value.js';
import { DecimalValue } from '../types/decimal-value.js';
import { ListCursor } from '../terms/list-cursor.js';
import { isPartial, PartialCall, PartialDictionary, type PartialList } from '../terms/partial.js';
import { QueryVariable } from '../terms/query-variable.js';
import { raw } from './reference.js';
import { deref, Variable } from '../terms/variable.js';

const maxDepth = 3;
const maxItems = 8;
const maxText = 120;

/** Returns the text that replaces a value; undefined to show the value. */
type Replacement = (value: unknown) => string | undefined;

/**
 * Returns a value as messages and `print` show it: bounded in length, and without running code of the application except proxy traps.
 *
 * @param replacement called for the value and each value in it
 */
export function show(value: unknown, types?: TypeTable, depth = 0, replacement?: Replacement): string {
  try {
    return replacement?.(raw(deref(value))) ?? showValue(value, types, depth, replacement);
  } catch {
    // A proxy that throws when it is read. A message is often about an error that the proxy has caused.
    return 'an object that cannot be read';
  }
}

function showValue(
  value: unknown,
  types: TypeTable | undefined,
  depth: number,
  replacement: Replacement | undefined,
): string {
  const v = raw(deref(value));
  switch (typeof v) {
    case 'string':
      return `"${v.length > maxText ? `${v.slice(0, maxText)}…` : v}"`;
    case 'number':
      return Number.isFinite(v) ? String(v) : Number.isNaN(v) ? 'nan' : v > 0 ? 'inf' : '-inf';
    case 'boolean':
      return String(v);
    case 'undefined':
      return 'undefined';
    case 'bigint':
      return `${v}n`;
    case 'symbol':
      return v.toString();
    case 'function':
      return types?.findByClass(v as unknown as Class)?.name ?? nameOf(v) ?? 'a function';
    default:
      return v === null ? 'nil' : showObject(v as object, types, depth, replacement);
  }
}

function showObject(
  v: object,
  types: TypeTable | undefined,
  depth: number,
  replacement: Replacement | undefined,
): string {
  if (v instanceof Variable || v instanceof QueryVariable) return v.name;
  if (v instanceof WholeFloat || v instanceof DecimalValue) return String(v);
  if (v instanceof TypeToken) return v.name;
  if (isPartial(v) || Array.isArray(v) || isPlainObject(v)) {
    const tag = findTag(v);
    if (depth >= maxDepth) return Array.isArray(v) ? '[…]' : '{…}';
    if (v instanceof PartialCall)
      return `${v.call.name}(${v.args.map((arg) => show(arg, types, depth + 1, replacement)).join(', ')})`;
    if (v instanceof PartialDictionary)
      return fields(
        v.keys.map((key, i) => [key, v.values[i]]),
        types,
        depth,
        replacement,
      );
    if (!isPartial(v) && !Array.isArray(v)) return (tag ?? '') + fields(dataOf(v), types, depth, replacement);
    return showList(v as readonly unknown[] | PartialList, types, depth, replacement);
  }
  const name = classNameOf(v);
  if (isThenable(v)) return 'a promise';
  if (v instanceof Date) return Number.isNaN(v.getTime()) ? 'an invalid Date' : v.toISOString();
  return depth >= maxDepth ? name : name + fields(dataOf(v), types, depth, replacement);
}

function showList(
  v: readonly unknown[] | PartialList,
  types: TypeTable | undefined,
  depth: number,
  replacement: Replacement | undefined,
): string {
  const cursor = new ListCursor(v);
  const parts: string[] = [];
  while (cursor.hasNext()) {
    if (parts.length === maxItems) return `[${parts.join(', ')}, …]`;
    parts.push(show(cursor.next(), types, depth + 1, replacement));
  }
  if (cursor.open !== undefined) parts.push(`*${cursor.open.name}`);
  return `[${parts.join(', ')}]`;
}

/** Returns the own data properties. No getter is run for a message. */
function dataOf(v: object): [string, unknown][] {
  const found: [string, unknown][] = [];
  try {
    for (const key of Object.keys(v)) {
      const property = Object.getOwnPropertyDescriptor(v, key);
      if (property === undefined || !('value' in property) || typeof property.value === 'function') continue;
      found.push([key, property.value]);
      if (found.length > maxItems) break;
    }
  } catch {
    // A proxy that throws is shown without its fields.
  }
  return found;
}

function fields(
  entries: readonly (readonly [string, unknown])[],
  types: TypeTable | undefined,
  depth: number,
  replacement: Replacement | undefined,
): string {
  const parts = entries
    .slice(0, maxItems)
    .map(([key, value]) => `${key}: ${show(value, types, depth + 1, replacement)}`);
  if (entries.length > maxItems) parts.push('…');
  return `{${parts.join(', ')}}`;
}

function classNameOf(v: object): string {
  try {
    for (
      let p = Object.getPrototypeOf(v) as object | null;
      p !== null;
      p = Object.getPrototypeOf(p) as object | null
    ) {
      const property = Object.getOwnPropertyDescriptor(p, 'constructor');
      const name = typeof property?.value === 'function' ? nameOf(property.value as object) : undefined;
      if (name !== undefined) return name;
    }
  } catch {
    // A proxy that throws has no class name.
  }
  return 'an object';
}

/** Returns the name of a function or class if it is a string that can be read without running code. */
function nameOf(v: object): string | undefined {
  const name: unknown = Object.getOwnPropertyDescriptor(v, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Returns a description of the receiver of a look-up for a message: ``a User``, ``a dictionary``. */
export function kindOf(value: unknown): string {
  try {
    return kindOfValue(value);
  } catch {
    return 'an object that cannot be read';
  }
}

function kindOfValue(value: unknown): string {
  const v = raw(deref(value));
  if (v === null) return 'nil';
  if (typeof v === 'object') {
    if (Array.isArray(v)) return 'a list';
    if (v instanceof DecimalValue) return 'a Decimal';
    const tag = findTag(v);
    if (tag !== undefined) return `a ${tag}`;
    return isPlainObject(v) || v instanceof PartialDictionary ? 'a dictionary' : `a ${classNameOf(v)}`;
  }
  if (typeof v === 'function') return `the class ${nameOf(v) ?? 'without a name'}`;
  return typeof v === 'undefined' ? 'undefined' : `a ${typeof v}`;
}
