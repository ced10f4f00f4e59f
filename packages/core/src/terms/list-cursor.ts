import { elements, EngineValue } from './engine-value.js';
import { isPartial, PartialList } from './partial.js';
import { deref, Variable } from './variable.js';

/** Iterates over a list and the lists to which its rest is bound. */
export class ListCursor {
  #items: readonly unknown[];
  #index: number;
  #rest: Variable | undefined;
  #isGround: boolean;
  /** Whether the items are an array of the application, without variables. */
  #isPlain: boolean;
  /** After the last item: the unbound rest, or undefined when the list has an end. */
  open: Variable | undefined = undefined;

  constructor(list: readonly unknown[] | PartialList) {
    if (list instanceof PartialList) {
      this.#items = list.items;
      this.#index = list.start;
      this.#rest = list.rest;
      this.#isGround = list.isGround;
      this.#isPlain = false;
    } else {
      this.#items = list;
      this.#index = 0;
      this.#rest = undefined;
      this.#isGround = true;
      this.#isPlain = true;
    }
  }

  /** Returns whether there is another item. If not, `open` is set. A rest that is bound to another value than a list counts as the last item. */
  hasNext(): boolean {
    while (this.#index >= this.#items.length) {
      if (this.#rest === undefined) return false;
      const tail = deref(this.#rest);
      if (tail instanceof Variable) {
        this.open = tail;
        return false;
      }
      if (tail instanceof PartialList) {
        this.#items = tail.items;
        this.#index = tail.start;
        this.#rest = tail.rest;
        this.#isGround = tail.isGround;
        this.#isPlain = false;
      } else {
        const declared = tail instanceof EngineValue ? tail[elements]() : undefined;
        const items: unknown = declared ?? tail;
        this.#items = Array.isArray(items) ? items : [items];
        this.#index = 0;
        this.#rest = undefined;
        this.#isGround = Array.isArray(items);
        this.#isPlain = Array.isArray(tail);
      }
    }
    return true;
  }

  next(): unknown {
    return this.#items[this.#index++];
  }

  /** Returns the items that `next` has not returned, as a list. */
  remainder(): unknown {
    if (!this.hasNext()) return this.open ?? [];
    if (this.#rest === undefined) {
      if (this.#index === 0 && this.#isPlain) return this.#items;
      // Copying a short tail is cheap. A long tail shares the items, so that a recursion over a list takes linear time.
      if (this.#items.length - this.#index <= 32) {
        const tail = this.#items.slice(this.#index);
        if (!tail.some(isPartial)) return tail;
      }
    }
    return new PartialList(this.#items, this.#index, this.#rest, this.#isGround);
  }
}
