import { printable } from '../explanation/shown-values.js';
import { raw } from '../host/reference.js';
import { isThenable } from '../internal/promise.js';
import { ListCursor } from '../terms/list-cursor.js';
import { PartialDictionary, PartialList } from '../terms/partial.js';
import type { SecretMachine } from './secret-machine.js';
import type { PartsView, ValueView } from './stop-view.js';
import { messageOf } from './message-of.js';

/** Number of parts that are returned at once. */
const maxParts = 100;

/** A value with parts. */
interface Whole {
  readonly value: object;
  readonly kind: PartsView['kind'];
  readonly count: number;
  readonly slice: (from: number, to: number) => readonly Part[];
}

/** A part with its value, or a getter that is not called until a user wants its value. */
type Part =
  | { readonly name: string; readonly value: unknown }
  | { readonly name: string; readonly getter: () => unknown };

/** The values of a stop that a user can look into. No code of the application is called before a user asks for the value of a getter. */
export class ValueParts {
  readonly #wholes: Whole[] = [];

  constructor(readonly machine: SecretMachine) {}

  /** Shows a value with a name. */
  view(name: string, value: unknown): ValueView {
    const text = this.machine.show(value);
    const whole = this.machine.isHidden(value) ? undefined : wholeOf(raw(value));
    return whole === undefined ? { name, value: text } : { name, value: text, parts: this.#add(whole) };
  }

  /**
   * Returns a page of the parts of a value. If more parts follow, the last element of the page contains them.
   *
   * @param start the number of the first part, from 0
   */
  of(id: number, start: number, count = maxParts): readonly ValueView[] {
    const whole = this.#wholes[id - 1];
    if (whole === undefined) return [];
    const to = Math.min(whole.count, start + Math.min(count, maxParts));
    const views = whole.slice(start, to).map((part) => this.#viewOf(whole.value, part));
    // A debugger that names a smaller number asks for the others itself.
    if (to < whole.count && count >= maxParts) {
      const slice: Whole['slice'] = (from, end) => whole.slice(to + from, to + end);
      const rest = { ...whole, count: whole.count - to, slice };
      views.push({ name: '…', value: `${rest.count} more`, parts: this.#add(rest) });
    }
    return views;
  }

  #viewOf(owner: object, part: Part): ValueView {
    const name = printable(part.name);
    if (this.machine.isSecretField(owner, part.name)) return { name, value: '***' };
    if ('value' in part) return this.view(name, part.value);
    const slice = (): readonly Part[] => [{ name: part.name, value: valueOf(part.getter) }];
    const parts = this.#add({ value: owner, kind: 'getter', count: 1, slice });
    return { name, value: 'a getter, which is not called', parts };
  }

  #add(whole: Whole): PartsView {
    const { kind, count } = whole;
    return { id: this.#wholes.push(whole), kind, count };
  }
}

/** Calls a getter. Its error is shown as its value. */
function valueOf(getter: () => unknown): unknown {
  try {
    const value = getter();
    // No code awaits this promise. Without a handler, its rejection would end the process.
    if (isThenable(value)) value.then(undefined, () => {});
    return value;
  } catch (error) {
    return `the getter has thrown: ${messageOf(error)}`;
  }
}

/** Returns how to look into a value; undefined for a value without parts. */
function wholeOf(value: unknown): Whole | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined;
  try {
    const whole = Array.isArray(value) ? listOf(value, value) : otherOf(value);
    return whole.count === 0 ? undefined : whole;
  } catch {
    // A proxy that throws cannot be read.
    return undefined;
  }
}

const listOf = (value: object, items: readonly unknown[]): Whole => ({
  value,
  kind: 'elements',
  count: items.length,
  slice: (from, to) => items.slice(from, to).map((item, i) => ({ name: `${from + i}`, value: item })),
});

function otherOf(value: object): Whole {
  if (value instanceof Set) return listOf(value, [...(value as Set<unknown>)]);
  if (value instanceof PartialList) return listOf(value, itemsOf(value));
  const fields = fieldsOf(value);
  return { value, kind: 'fields', count: fields.length, slice: (from, to) => fields.slice(from, to) };
}

function itemsOf(list: PartialList): readonly unknown[] {
  const items: unknown[] = [];
  for (const cursor = new ListCursor(list); cursor.hasNext();) items.push(cursor.next());
  return items;
}

/** Returns the own fields of an object, and the getters of its classes. Methods are left out. */
function fieldsOf(value: object): readonly Part[] {
  if (value instanceof PartialDictionary)
    return value.keys.map((name, i) => ({ name, value: value.values[i] }));
  if (value instanceof Map)
    return [...(value as Map<unknown, unknown>)].map(([key, item]) => ({ name: String(key), value: item }));
  const parts = new Map<string, Part>();
  for (let level: object | null = value; level !== null && level !== Object.prototype;) {
    for (const name of Object.getOwnPropertyNames(level)) {
      const property = Object.getOwnPropertyDescriptor(level, name);
      if (property === undefined || parts.has(name) || name === '__proto__') continue;
      if (property.get !== undefined) {
        const owner = level;
        parts.set(name, { name, getter: () => Reflect.get(owner, name, value) as unknown });
      } else if (level === value && typeof property.value !== 'function' && 'value' in property)
        parts.set(name, { name, value: property.value });
    }
    level = Object.getPrototypeOf(level) as object | null;
  }
  return [...parts.values()];
}
