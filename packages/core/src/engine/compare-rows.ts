import { isThenable } from '../internal/promise.js';
import { areKeys, type KeyKind } from '../host/key-kind.js';
import type { Meter } from '../host/meter.js';
import { isObjectOrFunction } from '../internal/is-object.js';

/** An object without a class. */
export type Row = Readonly<Record<string, unknown>>;

/** Checks for a plain object that is not a promise: with the prototype of all objects, or without one, as some drivers return rows. */
export function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if ((prototype !== Object.prototype && prototype !== null) || Array.isArray(value)) return false;
  return !('then' in value) || !isThenable(value);
}

/**
 * Compares two rows whose types do not say how, as long as primitives decide: most rows differ in a primitive, such as an id. Returns
 * undefined where an attribute must be compared.
 */
export function compareRows(left: Row, right: Row, meter: Meter): boolean | undefined {
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return undefined;
  let isOpen = false;
  let count = 0;
  // Inherited members are the same in both, so that they decide nothing.
  for (const name in left) {
    const found = left[name];
    const other = right[name];
    if (found === other) {
      if (found !== undefined) count++;
    } else if (isObjectOrFunction(found) || isObjectOrFunction(other)) isOpen = true;
    else {
      meter.spend(count);
      return false;
    }
  }
  meter.spend(count);
  if (isOpen) return undefined;
  for (const name in right) if (right[name] !== undefined) count--;
  return count === 0;
}

/**
 * Compares two rows by their key. A row whose key is not loaded equals only itself. Returns undefined where a key is not a primitive of the
 * kind, or not an attribute of the row itself.
 */
export function compareKeys(left: Row, right: Row, key: string, kind: KeyKind): boolean | undefined {
  const a = left[key];
  const b = right[key];
  if (isObjectOrFunction(a) || isObjectOrFunction(b) || !areKeys(a, b, kind)) return undefined;
  if (a !== b) return false;
  if (a === undefined || a === null) return undefined;
  return Object.hasOwn(left, key) && Object.hasOwn(right, key) ? true : undefined;
}
