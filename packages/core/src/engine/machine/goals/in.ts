import { isThenable } from '../../../internal/promise.js';
import type { Span } from '../../../diagnostics/span.js';
import { shownInError } from '../../../host/shown-in-error.js';
import { MissingValue } from '../../../host/missing-value.js';
import { inGoal, type InGoal } from '../../../ir/goal.js';
import { constantTerm, type Term } from '../../../ir/term.js';
import { isPartial } from '../../../terms/partial.js';
import { fieldOf, raw } from '../../../host/reference.js';
import { Variable } from '../../../terms/variable.js';
import type { Frame } from '../state/frame.js';
import { GoalResult } from '../state/goal-result.js';
import { unifyValues, type ItemSource, type MachineGoal } from '../state/goal-stack.js';
import type { Prover } from '../state/prover.js';
import { ArraySource } from './array-source.js';
import { iterationOf, type Iteration } from './iteration.js';
import { proveRead } from './lookup.js';

/** Proves `item in collection`. */
export function proveIn(machine: Prover, goal: InGoal, frame: Frame): GoalResult {
  const reference = machine.value(goal.collection, frame);
  const collection = raw(reference);
  if (machine.waitsForTerm(goal.collection, collection, frame, 'a collection')) return GoalResult.waits;
  if (collection instanceof Variable) return machine.suspend(goal, frame, collection);
  if (Array.isArray(collection)) return proveInArray(machine, goal, reference, frame);
  const source = machine.guarded(goal.span, frame, 'the iterator', () => iterationOf(reference, machine));
  if (source === undefined) {
    const data = { value: shownInError(collection, machine.context.program.types) };
    return machine.undecidedAt('POLAR_UNDECIDED_NOT_ITERABLE', data, goal.span, frame, collection);
  }
  return machine.replaceGoal([{ kind: 'next-item', span: goal.span, item: goal.item, source }]);
}

/** Unifies the item with the first element that fits, and leaves a choice point for the others. */
export function proveNextItem(
  machine: Prover,
  { source, span, item }: Extract<MachineGoal, { kind: 'next-item' }>,
  frame: Frame,
): GoalResult {
  if (!(source instanceof ArraySource)) return proveNextOf(machine, source as Iteration, item, span, frame);
  return source.advance(machine, frame)
    ? proveElements(machine, source, item, span, frame)
    : GoalResult.failed;
}

function proveNextOf(machine: Prover, source: Iteration, item: Term, span: Span, frame: Frame): GoalResult {
  // Each time this goal is proved, the state is the same as the first time.
  const retry = (source.retry ??= machine.retryPoint(source));
  for (;;) {
    let next = source.pending ?? nextOf(machine, source, span, frame);
    if (isThenable(next)) {
      source.pending = next;
      const settled = machine.settled(next);
      if (settled === next) {
        machine.waitsFor(next, 'an iterator');
        return GoalResult.waits;
      }
      source.pending = undefined;
      next = settled as IteratorResult<unknown>;
    }
    if (next.done === true) {
      // The unbound tail of a list may contain the item, too.
      if (!(next.value instanceof Variable)) return GoalResult.failed;
      return machine.suspend(inGoal(span, item, constantTerm(next.value)), frame, next.value);
    }
    const { value } = next;
    // A list of the policy may contain a variable.
    const outcome = isPartial(value)
      ? machine.unify(machine.value(item, frame), value, span)
      : proveItem(machine, source, value, item, span, frame);
    if (outcome === GoalResult.failed) {
      machine.undo(retry);
      machine.budget.step();
      continue;
    }
    if (source.isSpent?.() !== true) machine.choices.push(retry);
    return awaitItem(machine, outcome, source, value, item, span, frame);
  }
}

/** Proves `item in array`. Array elements need no iterator. */
function proveInArray(machine: Prover, goal: InGoal, reference: unknown, frame: Frame): GoalResult {
  const items = raw(reference) as readonly unknown[];
  const source = new ArraySource(machine, goal, items, fieldOf(reference)?.element, frame);
  const { span, item } = goal;
  const isFound = machine.isSteppedThrough || source.advance(machine, frame);
  if (!isFound) return GoalResult.failed;
  machine.replaceGoal([{ kind: 'next-item', span, item, source }]);
  return machine.isSteppedThrough ? GoalResult.replaced : proveElements(machine, source, item, span, frame);
}

/** Unifies the item with the current element of the source, or with the first later one that fits. */
function proveElements(
  machine: Prover,
  source: ArraySource,
  item: Term,
  span: Span,
  frame: Frame,
): GoalResult {
  const retry = (source.retry ??= machine.retryPoint(source));
  do {
    const { element, goal, passed, read } = source;
    const outcome = proveItem(machine, source, element, item, span, frame);
    if (outcome === GoalResult.failed) {
      machine.undo(retry);
      continue;
    }
    if (!source.isSpent()) machine.choices.push(retry);
    if (passed > 0 || read !== undefined) {
      machine.continueAfter(2 * passed);
      return read === undefined
        ? GoalResult.replaced
        : proveRead(machine, goal.tests[passed]!, element as object, read, frame);
    }
    return outcome === GoalResult.proved
      ? outcome
      : awaitItem(machine, outcome, source, element, item, span, frame);
  } while (source.advance(machine, frame));
  return GoalResult.failed;
}

/** Unifies the item with an element. The result is `waits` when the element is a promise or contains one. */
function proveItem(
  machine: Prover,
  { declared }: ItemSource,
  value: unknown,
  item: Term,
  span: Span,
  frame: Frame,
): GoalResult {
  const settled = machine.settled(value);
  if (isThenable(settled)) return GoalResult.waits;
  if (settled instanceof MissingValue) return machine.reportMissing(settled, span, frame);
  return declared === undefined
    ? machine.assignResult(item, settled, span, frame)
    : machine.acceptResult(settled, item, declared, span, frame);
}

/** Awaits an element that is a promise or contains one. The choice point for the next element is in place. */
function awaitItem(
  machine: Prover,
  outcome: GoalResult,
  { declared }: ItemSource,
  value: unknown,
  item: Term,
  span: Span,
  frame: Frame,
): GoalResult {
  if (outcome !== GoalResult.waits) return outcome;
  if (!isThenable(machine.settled(value)))
    return machine.replaceGoal([unifyValues(span, machine.value(item, frame), value)]);
  return machine.replaceGoal([{ kind: 'receive', span, promise: value, result: item, field: declared }]);
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
