/** The values of marks by the names of their handlers. All copies of this package in a process share them, so that names are unique. */
interface Names {
  count: number;
  readonly values: Map<string, WeakRef<object>>;
  readonly released: FinalizationRegistry<string>;
}

const key = Symbol.for('@nanook/http/marked-names');
const shared = globalThis as { [key]?: Names };
/** Is `undefined` where the runtime cannot release values; then a handler is not marked by its name. */
const names = typeof FinalizationRegistry === 'function' ? (shared[key] ??= createNames()) : undefined;

function createNames(): Names {
  const values = new Map<string, WeakRef<object>>();
  return { count: 0, values, released: new FinalizationRegistry((name) => void values.delete(name)) };
}

/**
 * A value that marks handlers. Libraries for tracing and for async handlers wrap a handler in another function, which keeps only a part of
 * it. Therefore a handler is marked in three ways: by a symbol, by an enumerable property, and by a name that no other function has.
 *
 * A mark on a function that does not call the handler opens nothing, because the response guard demands the decision itself.
 */
export class HandlerMark<Value extends object> {
  readonly #symbol: symbol;
  readonly #property: string;

  /** @param id names the mark: `requirement` */
  constructor(id: string) {
    this.#symbol = Symbol.for(`@nanook/http/${id}`);
    this.#property = `nanook:${id}`;
  }

  /** Marks a handler. @param description is a part of its name */
  set<Handler extends object>(handler: Handler, value: Value, description: string): Handler {
    if (names !== undefined) {
      names.count += 1;
      const name = `${this.#property} ${description} #${names.count}`;
      names.values.set(name, new WeakRef(value));
      names.released.register(value, name);
      Object.defineProperty(handler, 'name', { value: name, configurable: true });
    }
    return this.#define(handler, value);
  }

  /** Returns the value of a handler, or of a function that wraps it. */
  find(handler: unknown): Value | undefined {
    if (typeof handler !== 'function') return undefined;
    const marked = handler as unknown as Record<string | symbol, Value | undefined>;
    const value = marked[this.#symbol] ?? marked[this.#property];
    if (value !== undefined) return value;
    const { name } = handler as { readonly name: unknown }; // a class can have another property with this name
    if (typeof name !== 'string' || !name.startsWith(this.#property)) return undefined;
    return names?.values.get(name)?.deref() as Value | undefined;
  }

  /** Marks a function that a library has put in the place of a handler like this handler. */
  copy(handler: unknown, wrapper: object): void {
    const value = this.find(handler);
    if (value !== undefined && this.find(wrapper) === undefined) this.#define(wrapper, value);
  }

  #define<Handler extends object>(handler: Handler, value: Value): Handler {
    Object.defineProperty(handler, this.#symbol, { value });
    return Object.defineProperty(handler, this.#property, { value, enumerable: true });
  }
}
