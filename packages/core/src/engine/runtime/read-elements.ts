import { isThenable } from '../../internal/promise.js';
import type { Span } from '../../diagnostics/span.js';
import { declaredField } from '../../host/declared-value.js';
import { later } from '../../host/later.js';
import { MissingValue } from '../../host/missing-value.js';
import { raw } from '../../host/reference.js';
import type { TypeSet } from '../../host/type-set.js';
import { declaredPair } from '../declared-pair.js';
import { isPlainDictionary, orderedKeys } from '../plain-dictionary.js';
import { isPlainSet } from './inline-access.js';
import type { StandaloneQuery } from './operations.js';
import { orThrow } from './or-throw.js';
import { promiseMet } from './standalone-runtime.js';

/**
 * Returns the elements of a set, a string, a dictionary or an iterator.
 *
 * @throws `promiseMet` for an asynchronous iterator
 */
export function readElements(
  query: StandaloneQuery,
  reference: unknown,
  at: Span | undefined,
): readonly unknown[] {
  const value = raw(reference);
  if (isPlainSet(value)) return [...value];
  if ((typeof value !== 'object' || value === null) && typeof value !== 'string')
    return query.notIterable(value, at);
  if (isThenable(value)) query.met(value);
  const known = typeof value === 'object' ? query.seen?.get(value) : undefined;
  if (known !== undefined) return known;
  if (isPlainDictionary(value, query.dialect) && !isIterable(value)) {
    const keys = orderedKeys(value, query.dialect);
    query.spend(keys.length);
    query.grow(3 * keys.length);
    return readPairs(query, keys, value, query.typeOf(reference), at);
  }
  const own = value as Partial<Iterable<unknown> & Iterator<unknown>>;
  if (typeof (own as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function') throw promiseMet;
  if (typeof own[Symbol.iterator] !== 'function') {
    // An iterator without an iterable may be asynchronous.
    if (typeof own.next === 'function') throw promiseMet;
    return query.notIterable(value, at);
  }
  const found: unknown[] = [];
  try {
    const iterator = own[Symbol.iterator]!();
    // An error in the loop closes the iterator.
    for (const item of { [Symbol.iterator]: () => iterator }) {
      query.step();
      query.called();
      query.grow(1);
      found.push(item);
    }
    if ((iterator as unknown) === value) query.keep(value as object, found);
  } catch (error) {
    throw query.attributed(error, 'the iterator', at);
  }
  return found;
}

/** Returns the pairs of a dictionary, except those whose value contradicts the declaration of its field. */
function readPairs(
  query: StandaloneQuery,
  keys: readonly string[],
  dictionary: Readonly<Record<string, unknown>>,
  types: TypeSet,
  at: Span | undefined,
): readonly unknown[] {
  return keys.flatMap((key) => {
    const field = declaredField(types, key);
    if (field === undefined) return [[key, dictionary[key]]];
    const pair = declaredPair(dictionary[key], field, query.typeSets);
    if (pair instanceof MissingValue) {
      query.noValue(pair, at);
      return [];
    }
    return [isThenable(pair) ? later(pair, (settled) => orThrow(settled, at)) : pair];
  });
}

export const isIterable = (value: object): boolean =>
  Symbol.iterator in value || Symbol.asyncIterator in value;
