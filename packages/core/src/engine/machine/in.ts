import type { Span } from '../../diagnostics/span.js';
import { show } from '../../host/show.js';
import { isThenable } from '../../host/value.js';
import { ListCursor } from '../terms/list-cursor.js';
import { isList, isPartial, PartialList } from '../terms/partial.js';
import { Variable } from '../terms/variable.js';
import { inGoal, type InGoal } from '../../ir/goal.js';
import { constantTerm, type Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import { dictionaryValue, isDictionary, keysOf } from '../equality.js';
import { ArraySource } from './array-source.js';
import type { Frame } from './frame.js';
import type { ItemSource, MachineGoal, RetryPoint } from './goal-stack.js';
import { proveRead } from './lookup.js';
import { unifyValues } from './prover.js';
import { Outcome } from './outcome.js';
import type { Prover } from './prover.js';

/** `item in collection` */
export function proveIn(machine: Prover, goal: InGoal, frame: Frame): Outcome {
  const collection = machine.value(goal.collection, frame);
  if (machine.waitsForTerm(goal.collection, collection, frame, 'what is iterated over')) return Outcome.waits;
  if (collection instanceof Variable) return machine.suspend(goal, frame, collection);
  if (Array.isArray(collection)) return proveInArray(machine, goal, collection, frame);
  const source = machine.guarded(goal.span, frame, 'the iterator', () => sourceOf(collection, machine));
  if (source === undefined) {
    return machine.undecidedAt('POLAR_UNDECIDED_NOT_ITERABLE', { value: show(collection) }, goal.span, frame);
  }
  return machine.jumpTo([{ kind: 'next-item', span: goal.span, item: goal.item, source }]);
}

/** Gives whatever elements there are, one at a time. */
interface Iteration extends ItemSource {
  /** An element, a promise of an iterator result, or undefined at the end. */
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  pending?: PromiseLike<IteratorResult<unknown>> | undefined;
  /** Whether there certainly is no further element. */
  isSpent?(): boolean;
}

/** Unifies with one element after the other; what is left stays behind as a choice point. */
export function proveNextItem(
  machine: Prover,
  { source, span, item }: Extract<MachineGoal, { kind: 'next-item' }>,
  frame: Frame,
): Outcome {
  if (!(source instanceof ArraySource)) return proveNextOf(machine, source as Iteration, item, span, frame);
  return source.advance(machine, frame) ? proveElements(machine, source, item, span, frame) : Outcome.failed;
}

function proveNextOf(machine: Prover, source: Iteration, item: Term, span: Span, frame: Frame): Outcome {
  // Whenever this goal is proved, the state is the one in which it was proved first.
  const retry = (source.retry ??= machine.retryPoint(source));
  for (;;) {
    let next = source.pending ?? nextOf(machine, source, span, frame);
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
      return machine.suspend(inGoal(span, item, constantTerm(next.value)), frame, next.value);
    }
    const { value } = next;
    // A list of the engine's own may have a variable in it.
    const outcome = isPartial(value)
      ? machine.unify(machine.value(item, frame), value, span)
      : proveItem(machine, source, value, item, span, frame);
    if (outcome === Outcome.failed) {
      machine.undo(retry);
      machine.budget.step();
      continue;
    }
    if (source.isSpent?.() !== true) machine.pushRetry(retry);
    return goOn(machine, outcome, source, value, item, span, frame);
  }
}

/** As for any other source: the elements of an array are there, one after the other. */
function proveInArray(machine: Prover, goal: InGoal, items: readonly unknown[], frame: Frame): Outcome {
  const source = new ArraySource(machine, goal, items, machine.tags.elementType(items), frame);
  const { span, item } = goal;
  const isFound = machine.isSteppedThrough || source.advance(machine, frame);
  if (!isFound) return Outcome.failed;
  machine.jumpTo([{ kind: 'next-item', span, item, source }]);
  return machine.isSteppedThrough ? Outcome.jumped : proveElements(machine, source, item, span, frame);
}

/** Proves the element that the source is at, and those after it while they fail. */
function proveElements(machine: Prover, source: ArraySource, item: Term, span: Span, frame: Frame): Outcome {
  const retry = (source.retry ??= machine.retryPoint(source));
  do {
    const { element, goal, passed, read } = source;
    const outcome = proveItem(machine, source, element, item, span, frame);
    if (outcome === Outcome.failed) {
      machine.undo(retry);
      continue;
    }
    if (!source.isSpent()) machine.pushRetry(retry);
    if (passed > 0 || read !== undefined) {
      machine.follow(2 * passed);
      return read === undefined
        ? Outcome.jumped
        : proveRead(machine, goal.tests[passed]!, element as object, read, frame);
    }
    return outcome === Outcome.proved ? outcome : goOn(machine, outcome, source, element, item, span, frame);
  } while (source.advance(machine, frame));
  return Outcome.failed;
}

/** `waits` when the element itself is a promise, or something in it. */
function proveItem(
  machine: Prover,
  { elementType }: ItemSource,
  value: unknown,
  item: Term,
  span: Span,
  frame: Frame,
): Outcome {
  const settled = machine.settled(value);
  if (isThenable(settled)) return Outcome.waits;
  if (elementType !== undefined) machine.tags.tag(settled, elementType);
  return machine.give(item, settled, span, frame);
}

/** The choice to take the next element has been left behind; this one may be waited for. */
function goOn(
  machine: Prover,
  outcome: Outcome,
  { elementType }: ItemSource,
  value: unknown,
  item: Term,
  span: Span,
  frame: Frame,
): Outcome {
  if (outcome !== Outcome.waits) return outcome;
  if (!isThenable(machine.settled(value)))
    return machine.jumpTo([unifyValues(span, machine.value(item, frame), value)]);
  const types = elementType === undefined ? [] : [elementType];
  return machine.jumpTo([{ kind: 'receive', span, promise: value, result: item, types }]);
}

function nextOf(
  machine: Prover,
  source: Iteration,
  span: Span,
  frame: Frame,
): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>> {
  try {
    const next = source.next();
    machine.budget.called(next);
    return next;
  } catch (error) {
    throw machine.hostError(error, 'the iterator', span, frame);
  }
}

function sourceOf(collection: unknown, machine: Prover): Iteration | undefined {
  if (isList(collection))
    return new ListSource(new ListCursor(collection), machine.tags.elementType(collection), collection);
  // Code point by code point, as it is asked for: a text may be long.
  if (typeof collection === 'string')
    return iteratorSource(collection[Symbol.iterator](), undefined, undefined);
  if (isDictionary(collection) && !isIterable(collection)) {
    const keys = keysOf(collection);
    machine.budget.spend(keys.length);
    machine.budget.grow(3 * keys.length);
    const pairs = keys.map((key) => pairOf(key, dictionaryValue(collection, key)));
    return new ListSource(new ListCursor(pairs), undefined, collection);
  }
  if (typeof collection !== 'object' || collection === null) return undefined;
  const elementType = machine.tags.elementType(collection);
  const own = collection as Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>;
  const iterator = iteratorOf(own);
  if (iterator === undefined) return undefined;
  // An iterator can be read once. What was read of it is kept, so that a second look within the question sees the same.
  const seen = (iterator as unknown) === collection ? machine.seenOf(collection) : undefined;
  return iteratorSource(iterator, elementType, collection, seen);
}

const pairOf = (key: string, value: unknown): unknown => {
  const pair = [key, value];
  return isPartial(value) ? new PartialList(pair, 0, undefined) : pair;
};

const isIterable = (value: object): boolean => Symbol.iterator in value || Symbol.asyncIterator in value;

class ListSource implements Iteration {
  readonly #cursor: ListCursor;
  /** What `next` gives is looked at before it is called again. */
  readonly #result: { done: boolean; value: unknown } = { done: false, value: undefined };
  retry: RetryPoint | undefined = undefined;

  constructor(
    cursor: ListCursor,
    readonly elementType: FieldType | undefined,
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
  elementType: FieldType | undefined,
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
    elementType,
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
      // An async iterator's end is its own business: nobody waits for it, and its failure changes no answer.
      const ended: unknown = iterator.return?.();
      if (isThenable(ended)) ended.then(undefined, () => {});
    },
  };
}
