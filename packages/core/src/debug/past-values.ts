import { emptySlot } from '../engine/machine/state/term-value.js';
import type { Term } from '../ir/term.js';
import { isPartial, PartialDictionary, PartialList } from '../terms/partial.js';
import { Reference } from '../host/reference.js';
import { Variable } from '../terms/variable.js';

/** Depth to which lists and dictionaries of the policy are read. */
const maxDepth = 8;
/** Number of items that are read of a list of the policy. */
const maxItems = 100;

/** The values of slots and variables at one time of a query: now, except for those that have changed since. */
export class PastValues {
  readonly #variables = new Map<Variable, unknown>();
  readonly #slots = new Map<readonly unknown[], Map<number, unknown>>();

  setVariable(variable: Variable, value: unknown): void {
    this.#variables.set(variable, value);
  }

  setSlot(slots: readonly unknown[], slot: number, value: unknown): void {
    let values = this.#slots.get(slots);
    if (values === undefined) this.#slots.set(slots, (values = new Map()));
    values.set(slot, value);
  }

  /**
   * Returns the value of a slot, in which an unbound variable is a `Variable`.
   *
   * @returns `emptySlot` for a variable that no goal has read
   */
  slot(slots: readonly unknown[], slot: number): unknown {
    const past = this.#slots.get(slots);
    return past?.has(slot) === true ? past.get(slot) : slots[slot];
  }

  /** Follows bindings to a value or an unbound variable. */
  deref(value: unknown): unknown {
    let found = value;
    while (found instanceof Variable) {
      const bound = this.#variables.has(found) ? this.#variables.get(found) : found.value;
      if (bound === Variable.unbound) return found;
      found = bound;
    }
    return found;
  }

  isBound(variable: Variable): boolean {
    return this.deref(variable) !== variable;
  }

  /** Returns a value in which each variable of the policy is replaced by its value. An unbound variable is a variable that never changes. */
  resolve(value: unknown, depth = 0): unknown {
    const found = this.deref(value);
    if (!isPartial(found)) return found;
    if (found instanceof Reference) return Reference.objectOf(found);
    if (found instanceof Variable || depth === maxDepth) return new Variable('_');
    if (found instanceof PartialDictionary) {
      const values = found.values.map((item) => this.resolve(item, depth + 1));
      return values.some(isPartial)
        ? new PartialDictionary(found.keys, values)
        : Object.fromEntries(found.keys.map((key, i) => [key, values[i]]));
    }
    return this.#resolveList(found, depth);
  }

  #resolveList(list: PartialList, depth: number): unknown {
    const items: unknown[] = [];
    let part: unknown = list;
    while (part instanceof PartialList && items.length < maxItems) {
      for (const item of part.items.slice(part.start)) items.push(this.resolve(item, depth + 1));
      part = part.rest === undefined ? [] : this.deref(part.rest);
    }
    if (Array.isArray(part)) items.push(...(part as unknown[]));
    const rest = part instanceof Variable ? new Variable('_') : undefined;
    return rest !== undefined || items.some(isPartial) ? new PartialList(items, 0, rest) : items;
  }

  /** Returns the resolved value of a term in a frame. */
  term(term: Term, slots: readonly unknown[]): unknown {
    switch (term.kind) {
      case 'constant':
        return this.resolve(term.value);
      case 'slot': {
        const value = this.slot(slots, term.slot);
        return value === emptySlot ? new Variable('_') : this.resolve(value);
      }
      case 'list': {
        const items = term.items.map((item) => this.term(item, slots));
        const rest = term.rest && this.term(term.rest, slots);
        if (Array.isArray(rest) && !items.some(isPartial)) return [...items, ...(rest as unknown[])];
        if (rest === undefined && !items.some(isPartial)) return items;
        return new PartialList(items, 0, rest instanceof Variable ? rest : undefined);
      }
      case 'dictionary': {
        const values = term.values.map((value) => this.term(value, slots));
        return new PartialDictionary(term.keys, values);
      }
    }
  }
}
