import { show } from '../../host/show.js';
import { isList, isPartial, isThenable, ListCursor, PartialList, Variable } from '../../host/value.js';
import type { InGoal } from '../../ir/goal.js';
import { constantTerm } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import { dictionaryValue, isDictionary, keysOf } from '../equality.js';
import type { Continuation, ItemSource, MachineGoal } from './goal-stack.js';
import { unifyValues } from './prover.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** `item in collection` */
export function proveIn(machine: Prover, goal: InGoal, at: Continuation): Outcome {
  const { frame } = at;
  const collection = machine.value(goal.collection, frame);
  if (machine.waitsFor(collection, 'what is iterated over')) return Outcome.waits;
  if (collection instanceof Variable) return machine.suspend(goal, frame, [collection]);
  const source = machine.guarded(goal.span, frame, 'the iterator', () => sourceOf(collection, machine));
  if (source === undefined) {
    return machine.undecidedAt('POLAR_UNDECIDED_NOT_ITERABLE', { value: show(collection) }, goal.span, frame);
  }
  const item = machine.value(goal.item, frame);
  return machine.jumpTo([{ kind: 'next-item', span: goal.span, item, source }], at);
}

/** Unifies with one element after the other; what is left stays behind as a choice point. */
export function proveNextItem(
  machine: Prover,
  goal: Extract<MachineGoal, { kind: 'next-item' }>,
  at: Continuation,
): Outcome {
  const { source, span, item } = goal;
  for (;;) {
    const mark = machine.mark();
    let next = source.pending ?? machine.guarded(span, at.frame, 'the iterator', () => source.next());
    if (isThenable(next)) {
      source.pending = next;
      const settled = machine.settled(next);
      if (settled === next) {
        machine.waitsFor(next, 'an iterator');
        return Outcome.waits;
      }
      source.pending = undefined;
      next = settled as IteratorResult<unknown>;
    }
    if (next.done === true) {
      // The tail of a list that is known only in part may hold the item too.
      if (!(next.value instanceof Variable)) return Outcome.failed;
      return machine.suspend(
        { kind: 'in', span, item: constantTerm(item), collection: constantTerm(next.value) },
        at.frame,
        [next.value],
      );
    }
    const { value } = next;
    const types = source.elementType === undefined ? [] : [source.elementType];
    if (isThenable(machine.settled(value))) {
      machine.pushRetry(at, source, mark);
      return machine.jumpTo(
        [{ kind: 'receive', span, promise: value, result: constantTerm(item), types }],
        at,
      );
    }
    for (const type of types) machine.tags.tag(machine.settled(value), type);
    const outcome = machine.unify(item, value, span);
    if (outcome === Outcome.failed) {
      machine.undo(mark);
      machine.budget.step();
      continue;
    }
    if (source.isSpent?.() !== true) machine.pushRetry(at, source, mark);
    return outcome === Outcome.waits ? machine.jumpTo([unifyValues(span, item, value)], at) : outcome;
  }
}

function sourceOf(collection: unknown, machine: Prover): ItemSource | undefined {
  if (isList(collection)) return listSource(new ListCursor(collection), machine.tags.elementType(collection));
  // Code point by code point, as it is asked for: a text may be long.
  if (typeof collection === 'string') return iteratorSource(collection[Symbol.iterator](), undefined);
  if (isDictionary(collection) && !isIterable(collection)) {
    const pairs = keysOf(collection).map((key) => pairOf(key, dictionaryValue(collection, key)));
    return listSource(new ListCursor(pairs), undefined);
  }
  if (typeof collection !== 'object' || collection === null) return undefined;
  const elementType = machine.tags.elementType(collection);
  const own = collection as Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>;
  const iterator = iteratorOf(own);
  if (iterator === undefined) return undefined;
  // An iterator can be read once. What was read of it is kept, so that a second look within the question sees the same.
  const seen = (iterator as unknown) === collection ? machine.seenOf(collection) : undefined;
  return iteratorSource(iterator, elementType, seen);
}

const pairOf = (key: string, value: unknown): unknown => {
  const pair = [key, value];
  return isPartial(value) ? new PartialList(pair, 0, undefined) : pair;
};

const isIterable = (value: object): boolean => Symbol.iterator in value || Symbol.asyncIterator in value;

function listSource(cursor: ListCursor, elementType: FieldType | undefined): ItemSource {
  return {
    next: () =>
      cursor.hasNext() ? { done: false, value: cursor.next() } : { done: true, value: cursor.open },
    isSpent: () => !cursor.hasNext() && cursor.open === undefined,
    elementType,
  };
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
  elementType: FieldType | undefined,
  seen?: IteratorResult<unknown>[],
): ItemSource {
  let isOver = false;
  let position = 0;
  const noted = (result: IteratorResult<unknown>): IteratorResult<unknown> => {
    seen?.push(result);
    position++;
    if (result.done === true) isOver = true;
    return result;
  };
  return {
    elementType,
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
      // An async iterator's end is its own business: nobody waits for it, and its failure changes no answer.
      const ended: unknown = iterator.return?.();
      if (isThenable(ended)) ended.then(undefined, () => {});
    },
  };
}
