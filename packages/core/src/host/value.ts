// The values of a question are the application's own. Only what is not known yet is the engine's: a variable, and lists and
// dictionaries with a variable somewhere in them.

const unbound: unique symbol = Symbol('unbound');

/** Something to prove again once a variable is bound. The machine's own; a variable only keeps it. */
export interface Watcher {
  readonly watched: readonly Variable[];
}
export interface WatcherList {
  readonly watcher: Watcher;
  readonly next: WatcherList | undefined;
}

/** A value of the engine's own: one class above them all, so that one look tells it from the application's. */
export abstract class OwnValue {}

let count = 0;

/** How many variables there have been: a variable with this number or above is made later. */
export const variableCount = (): number => count;

/** A logic variable. Only the trail changes it. */
export class Variable extends OwnValue {
  readonly id = count++;
  value: unknown = unbound;
  /** What waits for a value, newest first. */
  watchers: WatcherList | undefined = undefined;
  /** Constrained, aliased, or handed to a rule while unbound: a negation then says something about it. */
  touched = false;

  constructor(readonly name: string) {
    super();
  }

  get isBound(): boolean {
    return this.value !== unbound;
  }
  static readonly unbound: unknown = unbound;
}

/** A list that ends in a variable, has one inside, or is the tail of a longer list. Items before `start` are not part of it. */
export class PartialList extends OwnValue {
  constructor(
    readonly items: readonly unknown[],
    readonly start: number,
    readonly rest: Variable | undefined,
    /** Certainly without an unbound variable, so that nobody need look for one. */
    readonly isGround = false,
  ) {
    super();
  }
}

/** A dictionary of the policy with a variable in it. Keys in code point order. */
export class PartialDictionary extends OwnValue {
  constructor(
    readonly keys: readonly string[],
    readonly values: readonly unknown[],
  ) {
    super();
  }
}

/** Follows bindings to a value or an unbound variable. */
export function deref(value: unknown): unknown {
  while (value instanceof Variable && value.value !== unbound) value = value.value;
  return value;
}

/** Whether a value is the engine's own rather than the application's. */
export const isPartial = (value: unknown): value is Variable | PartialList | PartialDictionary =>
  value instanceof OwnValue;

/** Whether there may be an unbound variable in a value. */
export const isOpen = (value: unknown): boolean =>
  isPartial(value) && !(value instanceof PartialList && value.isGround);

export const isList = (value: unknown): value is readonly unknown[] | PartialList =>
  Array.isArray(value) || value instanceof PartialList;

/** Walks a list across bound rest variables. */
export class ListCursor {
  #items: readonly unknown[];
  #index: number;
  #rest: Variable | undefined;
  #isGround: boolean;
  /** The items are an array as it was given, without anything of the engine's in it. */
  #isPlain: boolean;
  /** When the items are used up: the unbound rest, or undefined at a proper end. */
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

  /** Whether there is another item; if not, `open` says how the list ends. A rest that is no list counts as a last item. */
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
        this.#items = Array.isArray(tail) ? tail : [tail];
        this.#index = 0;
        this.#rest = undefined;
        this.#isGround = Array.isArray(tail);
        this.#isPlain = Array.isArray(tail);
      }
    }
    return true;
  }

  next(): unknown {
    return this.#items[this.#index++];
  }

  /** What has not been walked yet, as a list. */
  remainder(): unknown {
    if (!this.hasNext()) return this.open ?? [];
    if (this.#rest === undefined) {
      if (this.#index === 0 && this.#isPlain) return this.#items;
      // A short tail is cheaper as an array of its own; a long one shares the items, so that walking a list stays linear.
      if (this.#items.length - this.#index <= 32) {
        const tail = this.#items.slice(this.#index);
        if (!tail.some(isPartial)) return tail;
      }
    }
    return new PartialList(this.#items, this.#index, this.#rest, this.#isGround);
  }
}

/** A dictionary is an object without a class: one the policy wrote has no prototype at all, a row or JSON has `Object`'s. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  // Another realm's Object.prototype (Jest runs tests in a realm of their own).
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

const policyDictionaries = new WeakSet<object>();

/** A dictionary that the policy wrote. Rows without a prototype are none: some drivers make them that way. */
export function policyDictionary(keys: readonly string[], values: readonly unknown[]): object {
  const dictionary = Object.create(null) as Record<string, unknown>;
  for (let i = 0; i < keys.length; i++) dictionary[keys[i]!] = values[i];
  policyDictionaries.add(dictionary);
  return dictionary;
}

/** Whether the policy itself wrote this dictionary: then a missing key is a plain failure. */
export const isPolicyDictionary = (value: object): boolean => policyDictionaries.has(value);

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && (value instanceof Promise || hasThen(value));

// Asked of every object that fails a test, so the look-up itself must not run application code of data objects.
function hasThen(value: object): boolean {
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}
