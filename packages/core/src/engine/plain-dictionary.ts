import type { Dialect } from '../dialect/dialect.js';
import { isPlainObject, isPolicyDictionary } from '../host/value.js';
import { compareCodePoints } from '../internal/code-points.js';

/** Returns whether a value without variables is a dictionary. */
export const isPlainDictionary = (
  value: unknown,
  { plainObjectsAreInstances }: Dialect,
): value is Readonly<Record<string, unknown>> =>
  isPlainObject(value) && (!plainObjectsAreInstances || isPolicyDictionary(value));

/** Returns the keys of a dictionary. A key whose value is `undefined` is missing. */
export const definedKeys = (dictionary: object, { hasUndefined }: Dialect): string[] =>
  Object.keys(dictionary).filter(
    (key) => hasUndefined || (dictionary as Record<string, unknown>)[key] !== undefined,
  );

/** Returns the keys of a dictionary in the order in which policies read them. */
export const orderedKeys = (dictionary: object, dialect: Dialect): string[] =>
  definedKeys(dictionary, dialect).sort(compareCodePoints);
