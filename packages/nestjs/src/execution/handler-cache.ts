/** Values that depend on a class and one of its handlers alone, and are computed once. A computation that throws is repeated. */
export class HandlerCache<Value> {
  readonly #byType = new WeakMap<object, WeakMap<object, Value>>();

  get(type: object, handler: object, compute: () => Value): Value {
    let byHandler = this.#byType.get(type);
    if (byHandler === undefined) this.#byType.set(type, (byHandler = new WeakMap()));
    const known = byHandler.get(handler);
    if (known !== undefined || byHandler.has(handler)) return known as Value;
    const computed = compute();
    byHandler.set(handler, computed);
    return computed;
  }
}
