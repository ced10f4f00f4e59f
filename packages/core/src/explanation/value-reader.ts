import type { Frame } from '../engine/machine/state/frame.js';
import { emptySlot } from '../engine/machine/state/term-value.js';
import { isObjectOrFunction } from '../internal/is-object.js';
import type { Term } from '../ir/term.js';
import { ListCursor } from '../terms/list-cursor.js';
import { PartialDictionary, PartialList } from '../terms/partial.js';
import { deref, Variable } from '../terms/variable.js';

/** The value shown for a variable that no goal has read. */
export const unbound: unique symbol = Symbol('unbound');

const maxDepth = 4;
/** Number of elements that are kept of a list of the policy. */
const maxItems = 100;

/** Reads the values of a machine. */
export class ValueReader {
  constructor(readonly machine: { settled(value: unknown): unknown }) {}

  /** Returns the value of a term without a change of the state, and without a use of the limits. */
  read(term: Term, frame: Frame): unknown {
    switch (term.kind) {
      case 'constant':
        return this.plain(term.value);
      case 'slot': {
        const value = frame.slots[term.slot];
        return value === emptySlot ? unbound : this.plain(value);
      }
      case 'list':
        return [
          ...term.items.map((item) => this.read(item, frame)),
          ...(term.rest === undefined ? [] : [this.read(term.rest, frame)].flat()),
        ];
      case 'dictionary':
        return Object.fromEntries(term.keys.map((key, i) => [key, this.read(term.values[i]!, frame)]));
    }
  }

  /** Returns a value that backtracking does not change. */
  plain(value: unknown, depth = 0): unknown {
    const found = this.machine.settled(deref(value));
    if (!isObjectOrFunction(found)) return found;
    if (found instanceof Variable) return unbound;
    if (found instanceof PartialList && depth < maxDepth) {
      const items: unknown[] = [];
      for (const cursor = new ListCursor(found); cursor.hasNext() && items.length < maxItems;)
        items.push(this.plain(cursor.next(), depth + 1));
      return items;
    }
    if (found instanceof PartialDictionary && depth < maxDepth)
      return Object.fromEntries(found.keys.map((key, i) => [key, this.plain(found.values[i], depth + 1)]));
    return found;
  }
}
