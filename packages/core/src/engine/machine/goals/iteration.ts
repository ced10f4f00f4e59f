import { isThenable } from '../../../internal/promise.js';
import type { Field } from '../../../types/declared-type.js';
import { declaredField } from '../../../host/declared-value.js';
import { dictionaryValue, isDictionary, keysOf } from '../../dictionary.js';
import { declaredPair } from '../../declared-pair.js';
import { ListCursor } from '../../../terms/list-cursor.js';
import {
  isList,
  isOpen,
  isPartial,
  PartialCall,
  PartialDictionary,
  PartialList,
} from '../../../terms/partial.js';
import { fieldOf, raw } from '../../../host/reference.js';
import type { ItemSource, RetryPoint } from '../state/goal-stack.js';
import type { Prover } from '../state/prover.js';

/** A collection whose elements are read by an iterator. */
export interface Iteration extends ItemSource {
  /** Returns an element, the end, or a promise of one of them. */
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  pending?: PromiseLike<IteratorResult<unknown>> | undefined;
  /** Returns whether there is certainly no further element. */
  isSpent?(): boolean;
}

/** Returns the elements of a collection; undefined for a value that has none. */
export function iterationOf(reference: unknown, machine: Prover): Iteration | undefined {
  const collection = raw(reference);
  const declared = fieldOf(reference)?.element;
  if (isList(collection)) return new ListSource(new ListCursor(collection), declared, collection);
  if (collection instanceof PartialCall) return undefined;
  // One code point at a time, because a string may be long.
  if (typeof collection === 'string')
    return iteratorSource(collection[Symbol.iterator](), undefined, undefined);
  const { dialect } = machine;
  if (isDictionary(collection, dialect) && !isIterable(collection)) {
    const keys = keysOf(collection, dialect);
    machine.budget.spend(keys.length);
    machine.budget.grow(3 * keys.length);
    const types = collection instanceof PartialDictionary ? undefined : machine.typeOf(reference);
    const pairs = keys.map((key) => {
      const value = dictionaryValue(collection, key);
      const field = types && declaredField(types, key);
      if (field !== undefined) return declaredPair(machine.settled(value), field, machine.typeSets);
      const pair = [key, value];
      return isPartial(value) ? new PartialList(pair, 0, undefined, !isOpen(value)) : pair;
    });
    return new ListSource(new ListCursor(pairs), undefined, collection);
  }
  if (typeof collection !== 'object' || collection === null) return undefined;
  const own = collection as Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>;
  const iterator = iteratorOf(own);
  if (iterator === undefined) return undefined;
  // An iterator can be read once. Its results are kept, so that a second goal of the query reads the same elements.
  const isReadOnce = (iterator as unknown) === collection && !dialect.consumesIterators;
  const seen = isReadOnce ? machine.seenOf(collection) : undefined;
  return iteratorSource(iterator, declared, collection, seen);
}

const isIterable = (value: object): boolean => Symbol.iterator in value || Symbol.asyncIterator in value;

class ListSource implements Iteration {
  readonly #cursor: ListCursor;
  /** The same object for each element: it is read before the next call. */
  readonly #result: { done: boolean; value: unknown } = { done: false, value: undefined };
  retry: RetryPoint | undefined = undefined;

  constructor(
    cursor: ListCursor,
    readonly declared: Field | undefined,
    public collection: unknown,
  ) {
    this.#cursor = cursor;
  }

  next(): IteratorResult<unknown> {
    const result = this.#result;
    result.done = !this.#cursor.hasNext();
    result.value = result.done ? this.#cursor.open : this.#cursor.next();
    return result as IteratorResult<unknown>;
  }

  isSpent(): boolean {
    return !this.#cursor.hasNext() && this.#cursor.open === undefined;
  }
}

function iteratorOf(
  own: Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>,
): Iterator<unknown> | AsyncIterator<unknown> | undefined {
  if (typeof own[Symbol.asyncIterator] === 'function') return own[Symbol.asyncIterator]!();
  if (typeof own[Symbol.iterator] === 'function') return own[Symbol.iterator]!();
  return typeof own.next === 'function' ? (own as Iterator<unknown>) : undefined;
}

function iteratorSource(
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
  declared: Field | undefined,
  collection: unknown,
  seen?: IteratorResult<unknown>[],
): Iteration {
  let isOver = false;
  let position = 0;
  const noted = (result: IteratorResult<unknown>): IteratorResult<unknown> => {
    seen?.push(result);
    position++;
    if (result.done === true) isOver = true;
    return result;
  };
  return {
    declared,
    collection,
    next: () => {
      const known = seen?.[position];
      if (known !== undefined) {
        position++;
        return known;
      }
      const result = iterator.next();
      return isThenable(result) ? result.then(noted) : noted(result);
    },
    close: () => {
      if (isOver || seen !== undefined) return;
      isOver = true;
      // The end of an async iterator is not awaited, and its failure changes no answer.
      const ended: unknown = iterator.return?.();
      if (isThenable(ended)) ended.then(undefined, () => {});
    },
  };
}
