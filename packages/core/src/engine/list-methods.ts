import { isThenable } from '../internal/promise.js';
import type { Meter } from '../host/meter.js';
import { MissingValue } from '../host/missing-value.js';
import { forApplication, isOfEngine, Reference } from '../host/reference.js';
import { elements } from '../terms/engine-value.js';

// The elements of a declared list have the type of the declaration, and a policy can write lists of such elements. Built-in methods that return
// elements keep their types. Other methods read the elements as values of their declared types: 1 for `1n`, and a decimal as a number or its
// shortest text.

/** The methods that return elements. */
const keeping = new Set(
  'at concat entries flat keys reverse slice sort toReversed toSorted values'.split(' '),
);

/** Returns the elements of a list or set, with the types of their fields; undefined for another value. */
export type OpenList = (value: unknown) => readonly unknown[] | undefined;

/** Opens lists without variables. */
export const openList: OpenList = (value) => {
  if (value instanceof Reference) return value[elements]();
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
};

/** Returns whether the elements of a list, or of a list that `concat` adds, have types of fields. */
export function isTypedList(
  list: unknown,
  method: string,
  args: readonly unknown[],
  open: OpenList,
): boolean {
  if (isOfEngine(list)) return open(list) !== undefined;
  if (!Array.isArray(list) || Object.getPrototypeOf(list) !== Array.prototype) return false;
  if (list.some(isOfEngine)) return true;
  return method === 'concat' && args.some((arg) => isOfEngine(arg) || open(arg)?.some(isOfEngine) === true);
}

/**
 * Calls a built-in method of a list for which `isTypedList` is true.
 *
 * @param call calls the method of a list or set whose elements keep their types, or of one of plain values
 * @throws {MissingValue} for an element that contradicts its declaration
 */
export function callOfTypedList(
  list: unknown,
  method: string,
  given: readonly unknown[],
  open: OpenList,
  meter: Meter,
  call: (receiver: object, args: readonly unknown[]) => unknown,
): unknown {
  const items = decidedItems(open(list)!);
  // A method sees values, so promised elements are awaited before.
  if (items.some(isThenable))
    return readLater(items, (values) => callWith(values, list, method, given, open, meter, call));
  return callWith(items, list, method, given, open, meter, call);
}

function callWith(
  items: readonly unknown[],
  list: unknown,
  method: string,
  given: readonly unknown[],
  open: OpenList,
  meter: Meter,
  call: (receiver: object, args: readonly unknown[]) => unknown,
): unknown {
  const copy = (values: readonly unknown[]): object =>
    list instanceof Reference && Reference.objectOf(list) instanceof Set ? new Set(values) : [...values];
  if (method === 'concat')
    return awaited(
      call(
        copy(items),
        given.map((arg) => opened(arg, 1, open, meter)),
      ),
    );
  const args = given.map(forApplication);
  if (method === 'flat')
    return awaited(
      call(
        items.map((item) => opened(item, depthOf(args), open, meter)),
        args,
      ),
    );
  if (method === 'sort' || method === 'toSorted') return sorted(items, (texts) => call(texts, args));
  return call(copy(keeping.has(method) ? items : items.map(forApplication)), args);
}

/** Returns a list, or a promise of the list if some of its elements are promised. */
const awaited = (list: unknown): unknown =>
  Array.isArray(list) && list.some(isThenable) ? readLater(list, (values) => values) : list;

const depthOf = ([depth = 1]: readonly unknown[]): number => Number(depth);

/** Returns a value in which lists are opened to a depth. */
function opened(value: unknown, depth: number, open: OpenList, meter: Meter): unknown {
  const items = depth > 0 ? open(value) : undefined;
  if (items === undefined) return value;
  meter.grow(items.length);
  return decidedItems(items).map((item) => opened(item, depth - 1, open, meter));
}

function decidedItems(items: readonly unknown[]): readonly unknown[] {
  const wrong = items.find((item) => item instanceof MissingValue);
  if (wrong !== undefined) throw wrong;
  return items;
}

/** Sorts elements by the texts of their values, as JavaScript does. */
function sorted(items: readonly unknown[], sort: (texts: object[]) => unknown): unknown {
  const texts = items.map((item) => ({ item, toString: () => String(forApplication(item)) }));
  const result = sort(texts);
  return Array.isArray(result) ? (result as typeof texts).map(({ item }) => item) : result;
}

/** Reads elements of which some are promised. The promise starts when it is awaited, as query builders do. */
const readLater = (
  items: readonly unknown[],
  read: (values: readonly unknown[]) => unknown,
): PromiseLike<unknown> => ({
  // oxlint-disable-next-line unicorn/no-thenable -- awaited like any promise of the application
  then: (...ends) =>
    Promise.all(items)
      .then((values) => values.find((value) => value instanceof MissingValue) ?? read(values))
      .then(...ends),
});
