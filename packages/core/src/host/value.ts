import { Dict, markDictionary } from './dict.js';

export { isPolicyDictionary } from './dict.js';

/** Returns whether an object is the `Object.prototype` of another realm: Jest runs tests in one. */
export const isForeignRoot = (prototype: object): boolean =>
  Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');

/** Returns whether a value is a dictionary: an object without a class. A dictionary of a policy has no prototype; a row or JSON has `Object`'s. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype || prototype === Dict.prototype) return true;
  return isForeignRoot(prototype);
}

/** Creates the dictionary of a policy. Rows without a prototype, which some drivers return, are not such dictionaries. */
export function policyDictionary(keys: readonly string[], values: readonly unknown[]): object {
  const dictionary = Object.create(null) as Record<string, unknown>;
  for (let i = 0; i < keys.length; i++) dictionary[keys[i]!] = values[i];
  return markDictionary(dictionary);
}

/** Returns the primitive that `valueOf` of an object returns, as for dates, or else the object itself. */
export function primitiveOf(value: object): unknown {
  const { valueOf } = value as { valueOf?: unknown };
  if (typeof valueOf !== 'function' || valueOf === Object.prototype.valueOf) return value;
  const primitive: unknown = Reflect.apply(valueOf, value, []);
  return (typeof primitive === 'object' && primitive !== null) || typeof primitive === 'function'
    ? value
    : primitive;
}
