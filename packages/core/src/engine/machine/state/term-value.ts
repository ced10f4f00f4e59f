import type { Meter } from '../../../host/meter.js';
import { policyDictionary } from '../../../host/value.js';
import type { Term } from '../../../ir/term.js';
import { EngineValue } from '../../../terms/engine-value.js';
import { ListCursor } from '../../../terms/list-cursor.js';
import { isOpen, isPartial, PartialCall, PartialDictionary, PartialList } from '../../../terms/partial.js';
import { MissingValue } from '../../../host/missing-value.js';
import { isOfEngine, raw, Reference } from '../../../host/reference.js';
import { deref, Variable } from '../../../terms/variable.js';

/** Returns the value of a term in a frame, as far as it is known. It builds lists and dictionaries, and counts their size. */
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
        return items.some(isOfEngine) ? new PartialList(items, 0, undefined, !items.some(isOpen)) : items;
      if (Array.isArray(rest) && !items.some(isOfEngine) && rest.length <= 32) {
        meter.grow(rest.length);
        return [...items, ...(rest as unknown[])];
      }
      // The tail is shared and not copied, so that a list that grows item by item takes linear time.
      const tail = new Variable('_');
      tail.value = rest;
      const isGround =
        !items.some(isOpen) &&
        (Array.isArray(rest) || rest instanceof Reference || (rest instanceof PartialList && rest.isGround));
      return new PartialList(items, 0, tail, isGround);
    }
    case 'dictionary': {
      meter.grow(term.values.length + 1);
      const values = term.values.map((value) => valueOf(value, slots, meter, slotNames));
      if (values.some(isOfEngine)) return new PartialDictionary(term.keys, values);
      return policyDictionary(term.keys, values);
    }
  }
}

/** The content of a slot that no goal has read. */
export const emptySlot: unique symbol = Symbol('empty slot');

/** Returns the unbound variables in a value. Lists and dictionaries of the application contain none. */
export function variablesIn(value: unknown, meter: Meter, found = new Set<Variable>()): Set<Variable> {
  const first = deref(value);
  if (first instanceof Variable) return found.add(first);
  if (!isOpen(first)) return found;
  // A stack, because recursion overflows on deep values. Shared parts are visited once.
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

/** Returns the items of a list that may contain a variable, and the variable at its end. */
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

/** Returns a copy of a value in which bound variables are replaced by their values. */
export function snapshot(
  value: unknown,
  meter: Meter,
  depth = 0,
  within?: Set<unknown>,
  unwrap: (value: unknown) => unknown = raw,
): unknown {
  const v = unwrap(deref(value));
  if (depth > 1_000) return v;
  // Within the value of a variable, the variable itself is not resolved again: the term is cyclic.
  if (within !== undefined && depth > 0 && value instanceof Variable && v instanceof EngineValue) {
    if (within.has(value)) return new Variable(value.name);
    within = new Set(within).add(value);
  }
  if (v instanceof PartialList) {
    const items: unknown[] = [];
    const cursor = new ListCursor(v);
    meter.step();
    while (cursor.hasNext()) {
      const item = cursor.next();
      meter.grow(1);
      if (item instanceof MissingValue) throw item;
      items.push(isOfEngine(item) ? snapshot(item, meter, depth + 1, within, unwrap) : item);
      if (items.length % 64 === 0) meter.step();
    }
    if (cursor.open !== undefined) return new PartialList(items, 0, cursor.open);
    return items.some(isPartial) ? new PartialList(items, 0, undefined) : items;
  }
  if (v instanceof PartialCall) {
    meter.step();
    const args = v.args.map((arg) => snapshot(arg, meter, depth + 1, within, unwrap));
    return args.some(isPartial) ? v.with(args) : v.call.with(args);
  }
  if (v instanceof PartialDictionary) {
    meter.step();
    meter.grow(v.values.length);
    const values = v.values.map((item) => snapshot(item, meter, depth + 1, within, unwrap));
    if (values.some(isPartial)) return new PartialDictionary(v.keys, values);
    return policyDictionary(v.keys, values);
  }
  return v;
}
