import { raw } from '../host/reference.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import type { CompareGoal, Goal } from '../ir/goal.js';
import type { Term } from '../ir/term.js';
import { isComputation } from './goal-order.js';
import { unbound } from './value-reader.js';

/** A condition of which it is not known whether it holds, as a part of one that does not. */
const doubt = 0.5;

/**
 * Returns the number of conditions that probably fail among those that were not proved, because one before them failed. It reads only own
 * properties, so that it calls no code of the application.
 *
 * @param slots the values of the variables when the condition before them failed; undefined if they are not known
 */
export function failingAmong(goals: readonly Goal[], slots: readonly unknown[] | undefined): number {
  const known = [...(slots ?? [])];
  let count = 0;
  for (const goal of goals) {
    const holds = slots === undefined ? undefined : isHolding(goal, known);
    if (!isComputation(goal) && holds !== true) count += holds === false ? 1 : doubt;
  }
  return count;
}

/** Returns whether a condition holds; undefined if that is not known. It gives a variable its value. */
function isHolding(goal: Goal, slots: unknown[]): boolean | undefined {
  switch (goal.kind) {
    case 'lookup': {
      const [object, key] = [valueOf(goal.object, slots), valueOf(goal.key, slots)];
      if (isObjectOrFunction(object) && typeof key === 'string')
        assign(goal.result, ownValue(object, key), slots);
      return undefined;
    }
    case 'unify':
      return unify(goal.left, goal.right, slots);
    case 'assign':
      return unify(goal.variable, goal.value, slots);
    case 'compare':
      return compare(goal, valueOf(goal.left, slots), valueOf(goal.right, slots));
    case 'condition': {
      const value = valueOf(goal.term, slots);
      return typeof value === 'boolean' ? value : undefined;
    }
    default:
      return undefined;
  }
}

const valueOf = (term: Term, slots: readonly unknown[]): unknown =>
  term.kind === 'constant' ? raw(term.value) : term.kind === 'slot' ? raw(slots[term.slot]) : unbound;

function assign(term: Term, value: unknown, slots: unknown[]): void {
  if (term.kind === 'slot') slots[term.slot] = value;
}

function unify(left: Term, right: Term, slots: unknown[]): boolean | undefined {
  const [a, b] = [valueOf(left, slots), valueOf(right, slots)];
  if (isKnown(a) && isKnown(b)) return areEqual(a, b);
  if (isKnown(a)) assign(right, a, slots);
  else if (isKnown(b)) assign(left, b, slots);
  return isKnown(a) || isKnown(b) ? true : undefined;
}

const isKnown = (value: unknown): boolean => value !== unbound && value !== undefined;

/** Compares objects by the attribute `id`, which identifies most of them. */
function areEqual(a: unknown, b: unknown): boolean | undefined {
  if (a === b) return true;
  if (!isObjectOrFunction(a) || !isObjectOrFunction(b))
    return isObjectOrFunction(a) || isObjectOrFunction(b) ? undefined : false;
  const [idOfA, idOfB] = [ownValue(a, 'id'), ownValue(b, 'id')];
  return idOfA === unbound || idOfB === unbound || isObjectOrFunction(idOfA) ? undefined : idOfA === idOfB;
}

function compare({ operator }: CompareGoal, a: unknown, b: unknown): boolean | undefined {
  if (!isKnown(a) || !isKnown(b)) return undefined;
  if (operator === '==') return areEqual(a, b);
  if (operator === '!=') {
    const equal = areEqual(a, b);
    return equal === undefined ? undefined : !equal;
  }
  const areNumbers = typeof a === 'number' && typeof b === 'number';
  if (!areNumbers && !(typeof a === 'string' && typeof b === 'string')) return undefined;
  const [left, right] = [a as number, b as number];
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** Returns an own data property; `unbound` for one that code of the application computes. */
function ownValue(object: object, key: string): unknown {
  try {
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined || !('value' in property)) return unbound;
    const value: unknown = raw(property.value);
    return isObjectOrFunction(value) && 'then' in value ? unbound : value;
  } catch {
    return unbound;
  }
}
