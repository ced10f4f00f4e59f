import type { Goal } from '../../ir/goal.js';
import type { Term } from '../../ir/term.js';
import { constantTerm } from '../../ir/term.js';
import {
  deref,
  isOpen,
  isPartial,
  ListCursor,
  PartialDictionary,
  PartialList,
  policyDictionary,
  Variable,
  type Watcher,
} from '../../host/value.js';
import type { Frame } from './frame.js';

/** A goal that waits: it cannot be proved before one of the variables it watches has a value. */
export interface Constraint extends Watcher {
  readonly goal: Goal;
  readonly frame: Frame;
  readonly watched: readonly Variable[];
}

/** All goals that wait for a variable, newest first. Those of which a variable has been bound since are over. */
export interface ConstraintList {
  readonly constraint: Constraint;
  readonly next: ConstraintList | undefined;
}

export const isAlive = (constraint: Constraint): boolean =>
  constraint.watched.every((variable) => !variable.isBound);

/** The value of a term in a frame, as far as it is known. */
export function valueOf(term: Term, slots: unknown[], slotNames?: readonly string[]): unknown {
  switch (term.kind) {
    case 'constant':
      return deref(term.value);
    case 'slot': {
      const value = slots[term.slot];
      if (value === emptySlot) return (slots[term.slot] = new Variable(slotNames?.[term.slot] ?? '_'));
      return deref(value);
    }
    case 'list': {
      const items = term.items.map((item) => valueOf(item, slots, slotNames));
      const rest = term.rest && valueOf(term.rest, slots, slotNames);
      if (rest instanceof Variable) return new PartialList(items, 0, rest);
      if (term.rest === undefined)
        return items.some(isPartial) ? new PartialList(items, 0, undefined, !items.some(isOpen)) : items;
      if (Array.isArray(rest) && !items.some(isPartial) && rest.length <= 32)
        return [...items, ...(rest as unknown[])];
      // A known tail is shared, not copied, so that building a list item by item stays linear.
      const tail = new Variable('_');
      tail.value = rest;
      const isGround =
        !items.some(isOpen) && (Array.isArray(rest) || (rest instanceof PartialList && rest.isGround));
      return new PartialList(items, 0, tail, isGround);
    }
    case 'dictionary': {
      const values = term.values.map((value) => valueOf(value, slots, slotNames));
      if (values.some(isPartial)) return new PartialDictionary(term.keys, values);
      return policyDictionary(term.keys, values);
    }
  }
}

/** A slot that no goal has mentioned yet. */
export const emptySlot: unique symbol = Symbol('empty slot');

/** The unbound variables in a value. Own lists and dictionaries only: the application's have none. */
export function variablesIn(value: unknown, found = new Set<Variable>(), depth = 0): Set<Variable> {
  const v = deref(value);
  if (v instanceof Variable) found.add(v);
  else if (depth > 1_000 || !isOpen(v)) return found;
  else if (v instanceof PartialList) {
    const cursor = new ListCursor(v);
    while (cursor.hasNext()) {
      const item = cursor.next();
      if (isOpen(item)) variablesIn(item, found, depth + 1);
    }
    if (cursor.open !== undefined) found.add(cursor.open);
  } else if (v instanceof PartialDictionary) {
    for (const item of v.values) variablesIn(item, found, depth + 1);
  }
  return found;
}

/** The terms of a goal, in reading order, those of nested goals included. */
export function termsOf(goal: Goal): Term[] {
  switch (goal.kind) {
    case 'unify':
      return [goal.left, goal.right];
    case 'compare':
      return [goal.left, goal.right];
    case 'arithmetic':
      return [goal.left, goal.right, goal.result];
    case 'lookup':
      return [goal.object, goal.key, goal.result];
    case 'in':
      return [goal.item, goal.collection];
    case 'isa':
      return [goal.value];
    case 'condition':
      return [goal.term];
    case 'not':
      return goal.operand.flatMap(termsOf);
    case 'or':
      return goal.alternatives.flat().flatMap(termsOf);
    case 'call':
    case 'print':
      return [...goal.args];
    case 'method':
      return [goal.object, ...goal.args, goal.result];
    case 'new':
      return [...goal.args, goal.result];
    case 'assign':
      return [goal.variable, goal.value];
    case 'cut':
    case 'debug':
      return [];
  }
}

/** The goal with its variables replaced by their values, so that it outlives its frame and the bindings it was made under. */
export function closeGoal(goal: Goal, slots: unknown[]): Goal {
  const close = (term: Term): Term => constantTerm(snapshot(valueOf(term, slots)));
  switch (goal.kind) {
    case 'unify':
    case 'compare':
      return { ...goal, left: close(goal.left), right: close(goal.right) };
    case 'arithmetic':
      return { ...goal, left: close(goal.left), right: close(goal.right), result: close(goal.result) };
    case 'lookup':
      return { ...goal, object: close(goal.object), key: close(goal.key), result: close(goal.result) };
    case 'in':
      return { ...goal, item: close(goal.item), collection: close(goal.collection) };
    case 'isa':
      return { ...goal, value: close(goal.value) };
    case 'condition':
      return { ...goal, term: close(goal.term) };
    case 'not':
      return { ...goal, operand: goal.operand.map((g) => closeGoal(g, slots)) };
    default:
      return goal;
  }
}

/** A value in which every binding made so far is written out; what is unbound stays a variable. */
export function snapshot(value: unknown, depth = 0): unknown {
  const v = deref(value);
  if (depth > 1_000) return v;
  if (v instanceof PartialList) {
    const items: unknown[] = [];
    const cursor = new ListCursor(v);
    while (cursor.hasNext()) {
      const item = cursor.next();
      items.push(isPartial(item) ? snapshot(item, depth + 1) : item);
    }
    if (cursor.open !== undefined) return new PartialList(items, 0, cursor.open);
    return items.some(isPartial) ? new PartialList(items, 0, undefined) : items;
  }
  if (v instanceof PartialDictionary) {
    const values = v.values.map((item) => snapshot(item, depth + 1));
    if (values.some(isPartial)) return new PartialDictionary(v.keys, values);
    return policyDictionary(v.keys, values);
  }
  return v;
}
