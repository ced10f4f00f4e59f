import { markDictionary } from '../../host/dict.js';
import { ListCursor } from '../../terms/list-cursor.js';
import { PartialDictionary, PartialList } from '../../terms/partial.js';
import { QueryVariable } from '../../terms/query-variable.js';
import { deref, Variable } from '../../terms/variable.js';

/** The unbound variables that one query has passed to the application, as objects that the application may return. */
export class PassedVariables {
  readonly #objects = new Map<Variable, QueryVariable>();
  readonly #variables = new Map<unknown, Variable>();

  /** Converts a value with unbound variables for the application. */
  convert(value: unknown): unknown {
    const v = deref(value);
    if (v instanceof Variable) return this.#objectOf(v);
    if (v instanceof PartialList) {
      const items: unknown[] = [];
      const cursor = new ListCursor(v);
      while (cursor.hasNext()) items.push(this.convert(cursor.next()));
      if (cursor.open !== undefined) items.push(this.#objectOf(cursor.open));
      return items;
    }
    if (v instanceof PartialDictionary)
      return markDictionary(Object.fromEntries(v.keys.map((key, i) => [key, this.convert(v.values[i])])));
    return v;
  }

  /** Returns the variable for an object that the application returned, or the list that contains variables; else the value itself. */
  restore(value: unknown): unknown {
    const variable = this.#variables.get(value);
    if (variable !== undefined) return variable;
    if (!Array.isArray(value)) return value;
    const items = value.map((item) => this.restore(item));
    return items.some((item, i) => item !== value[i]) ? new PartialList(items, 0, undefined) : value;
  }

  #objectOf(variable: Variable): QueryVariable {
    let object = this.#objects.get(variable);
    if (object === undefined) {
      object = new QueryVariable(variable.name);
      this.#objects.set(variable, object);
      this.#variables.set(object, variable);
    }
    return object;
  }
}
