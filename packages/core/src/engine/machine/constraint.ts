import type { Goal } from '../../ir/goal.js';
import type { Term } from '../../ir/term.js';
import { constantTerm } from '../../ir/term.js';
import { policyDictionary } from '../../host/value.js';
import { ListCursor } from '../terms/list-cursor.js';
import { isOpen, isPartial, PartialDictionary, PartialList } from '../terms/partial.js';
import { deref, Variable, type Watcher } from '../terms/variable.js';
import type { Meter } from '../../host/meter.js';
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

/** The value of a term in a frame, as far as it is known. A list or dictionary is built: its size is counted. */
export function valueOf(term: Term, slots: unknown[], meter: Meter, slotNames?: readonly string[]): unknown {
  switch (term.kind) {
    case 'constant':
      return deref(term.value);
    case 'slot': {
      const value = slots[term.slot];
      if (value === emptySlot) return (slots[term.slot] = new Variable(slotNames?.[term.slot] ?? '_'));
      return deref(value);
    }
    case 'list': {
      meter.grow(term.items.length + 1);
      const items = term.items.map((item) => valueOf(item, slots, meter, slotNames));
      const rest = term.rest && valueOf(term.rest, slots, meter, slotNames);
      if (rest instanceof Variable) return new PartialList(items, 0, rest);
      if (term.rest === undefined)
        return items.some(isPartial) ? new PartialList(items, 0, undefined, !items.some(isOpen)) : items;
      if (Array.isArray(rest) && !items.some(isPartial) && rest.length <= 32) {
        meter.grow(rest.length);
        return [...items, ...(rest as unknown[])];
      }
      // A known tail is shared, not copied, so that building a list item by item stays linear.
      const tail = new Variable('_');
      tail.value = rest;
      const isGround =
        !items.some(isOpen) && (Array.isArray(rest) || (rest instanceof PartialList && rest.isGround));
      return new PartialList(items, 0, tail, isGround);
    }
    case 'dictionary': {
      meter.grow(term.values.length + 1);
      const values = term.values.map((value) => valueOf(value, slots, meter, slotNames));
      if (values.some(isPartial)) return new PartialDictionary(term.keys, values);
      return policyDictionary(term.keys, values);
    }
  }
}

/** A slot that no goal has mentioned yet. */
export const emptySlot: unique symbol = Symbol('empty slot');

/** The unbound variables in a value. Own lists and dictionaries only: the application's have none. */
export function variablesIn(value: unknown, meter: Meter, found = new Set<Variable>()): Set<Variable> {
  const first = deref(value);
  if (first instanceof Variable) return found.add(first);
  if (!isOpen(first)) return found;
  // A stack of our own, so that no depth overflows; parts that are shared are looked at once.
  const seen = new Set<unknown>();
  const stack: unknown[] = [first];
  while (stack.length > 0) {
    const v = deref(stack.pop());
    if (v instanceof Variable) {
      found.add(v);
      continue;
    }
    if (!isOpen(v) || seen.has(v)) continue;
    seen.add(v);
    meter.step();
    const parts = v instanceof PartialList ? openItems(v, meter) : (v as PartialDictionary).values;
    for (let i = parts.length - 1; i >= 0; i--) stack.push(parts[i]);
  }
  return found;
}

/** The items of a list in which there may be a variable, and the variable that it ends in. */
function openItems(list: PartialList, meter: Meter): unknown[] {
  const items: unknown[] = [];
  const cursor = new ListCursor(list);
  for (let count = 1; cursor.hasNext(); count++) {
    if (count % 16 === 0) meter.step();
    const item = cursor.next();
    if (isOpen(item)) items.push(item);
  }
  if (cursor.open !== undefined) items.push(cursor.open);
  return items;
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
export function closeGoal(goal: Goal, slots: unknown[], meter: Meter): Goal {
  meter.step();
  const close = (term: Term): Term => constantTerm(snapshot(valueOf(term, slots, meter), meter));
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
      return { ...goal, operand: goal.operand.map((g) => closeGoal(g, slots, meter)) };
    default:
      return goal;
  }
}

/** A value in which every binding made so far is written out; what is unbound stays a variable. */
export function snapshot(value: unknown, meter: Meter, depth = 0): unknown {
  const v = deref(value);
  if (depth > 1_000) return v;
  if (v instanceof PartialList) {
    const items: unknown[] = [];
    const cursor = new ListCursor(v);
    meter.step();
    while (cursor.hasNext()) {
      const item = cursor.next();
      meter.grow(1);
      items.push(isPartial(item) ? snapshot(item, meter, depth + 1) : item);
      if (items.length % 64 === 0) meter.step();
    }
    if (cursor.open !== undefined) return new PartialList(items, 0, cursor.open);
    return items.some(isPartial) ? new PartialList(items, 0, undefined) : items;
  }
  if (v instanceof PartialDictionary) {
    meter.step();
    meter.grow(v.values.length);
    const values = v.values.map((item) => snapshot(item, meter, depth + 1));
    if (values.some(isPartial)) return new PartialDictionary(v.keys, values);
    return policyDictionary(v.keys, values);
  }
  return v;
}
