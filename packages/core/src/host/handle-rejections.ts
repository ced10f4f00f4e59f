import { isThenable } from '../internal/promise.js';
import { isObject } from '../internal/is-object.js';
import { isPlainObject } from './value.js';

/** Number of lists, sets and dictionaries that are searched in one value: a larger structure is data that was loaded before. */
const maxSearched = 10_000;

/**
 * Handles the rejection of a promise, and of every promise in the lists, sets and dictionaries of a value. Node ends the process for a
 * rejection without a handler, and a query waits for one promise at a time, or ends before it waits for all. Objects that start when
 * they are awaited (query builders) are not started.
 */
export const handleRejections = (value: unknown): void => handleNewRejections(value, new Set());

/**
 * Does the same for a value of which parts have been searched.
 *
 * @param searched the objects that were searched, to which those of the value are added
 */
export function handleNewRejections(value: unknown, searched: Set<unknown>): void {
  if (!isObject(value) || searched.has(value)) return;
  const found: unknown[] = [value];
  let count = 0;
  for (const each of found) {
    if (searched.has(each)) continue;
    searched.add(each);
    try {
      if (each instanceof Promise) each.then(undefined, () => {});
      else for (const part of partsOf(each)) if (isObject(part) && !searched.has(part)) found.push(part);
    } catch {
      // A proxy that throws is not a promise.
    }
    if (++count > maxSearched) return;
  }
}

function partsOf(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof Set) return Set.prototype.values.call(value);
  return isPlainObject(value) ? dataOf(value) : [];
}

/** Yields the values of a dictionary without running its getters. */
function* dataOf(dictionary: object): Generator<unknown> {
  for (const key of Object.keys(dictionary)) yield Object.getOwnPropertyDescriptor(dictionary, key)?.value;
}

/**
 * Prevents an unhandled rejection if the query ends before it awaits this argument. An argument that starts when it is awaited is not
 * started: it has no rejection yet, and each start would be another query of the database.
 */
export function ignoreRejection(arg: unknown): void {
  try {
    if (isThenable(arg) && !isLazy(arg)) arg.then(undefined, () => {});
  } catch {
    // A proxy that throws: the query throws the same error with its place in the policy.
  }
}

/** Returns whether a thenable starts its work when it is awaited, as query builders do. A promise of another realm has started. */
export const isLazy = (thenable: PromiseLike<unknown>): boolean =>
  !(thenable instanceof Promise) && Object.prototype.toString.call(thenable) !== '[object Promise]';
