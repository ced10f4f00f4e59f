import type { Dialect } from '../dialect/dialect.js';
import { PartialDictionary } from '../terms/partial.js';
import { isPlainDictionary, orderedKeys } from './plain-dictionary.js';

// Dictionaries of the machine, whose values may contain variables.

export const isDictionary = (value: unknown, dialect: Dialect): value is object =>
  value instanceof PartialDictionary || isPlainDictionary(value, dialect);

/** Returns the keys of a dictionary in the order in which policies read them. A key whose value is `undefined` is missing. */
export const keysOf = (dictionary: object, dialect: Dialect): readonly string[] =>
  dictionary instanceof PartialDictionary ? dictionary.keys : orderedKeys(dictionary, dialect);

export function dictionaryValue(dictionary: object, key: string): unknown {
  if (dictionary instanceof PartialDictionary) return dictionary.values[dictionary.keys.indexOf(key)];
  return (dictionary as Record<string, unknown>)[key];
}

/** Returns the value of the key at a position in the order of the keys. */
export const valueAt = (dictionary: object, i: number, key: string): unknown =>
  dictionary instanceof PartialDictionary
    ? dictionary.values[i]
    : (dictionary as Record<string, unknown>)[key];
