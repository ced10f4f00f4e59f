import { inheritsFromClasses } from '../../host/member.js';
import type { Class } from '../../types/type-declaration.js';
import type { PlainTypeTable } from '../../types/plain-type-table.js';

/** Checks for an attribute that is a property of the object, not a value that the language computes. */
export const isOrdinary = (base: unknown, name: string): base is object =>
  typeof base === 'object' &&
  base !== null &&
  !Array.isArray(base) &&
  !(name === 'size' && (base instanceof Map || base instanceof Set));

/**
 * Checks that an attribute of any object with the same prototype can be read inline: a property of the object or of its class. Code that
 * reads inline also checks `Object.prototype` for added properties.
 */
export function canReadInline(base: unknown, name: string): boolean {
  if (typeof base !== 'object' || base === null || Array.isArray(base)) return false;
  if ((base instanceof Map || base instanceof Set) && name === 'size') return false;
  const prototype = prototypeOf(base);
  return prototype === null || inheritsFromClasses(prototype);
}

export const prototypeOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;

export const isBuiltInClass = (types: PlainTypeTable, receiver: object): boolean =>
  types.findByClass(receiver as Class)?.builtIn === true;

/** Checks that iteration runs only code of the language: a set that is not a proxy and does not replace its iterator. */
export function isPlainSet(value: unknown): value is ReadonlySet<unknown> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Set.prototype)
    return false;
  if (Object.hasOwn(value, Symbol.iterator)) return false;
  try {
    // Throws for a proxy of a set, and for another object with its prototype.
    Set.prototype.has.call(value, undefined);
    return true;
  } catch {
    return false;
  }
}
