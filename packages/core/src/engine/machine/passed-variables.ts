import { isPolicyDictionary, markDictionary } from '../../host/dict.js';
import type { ForeignTerms } from '../../terms/foreign-terms.js';
import { ListCursor } from '../../terms/list-cursor.js';
import { PartialCall, PartialDictionary, PartialList } from '../../terms/partial.js';
import { QueryVariable } from '../../terms/query-variable.js';
import { deref, Variable } from '../../terms/variable.js';

/** The unbound variables that one query has passed to the application, as objects that the application may return. */
export class PassedVariables {
  readonly #objects = new Map<Variable, object>();
  readonly #variables = new Map<unknown, Variable>();
  /** The variables that the application made, by name. */
  readonly made = new Map<string, Variable>();

  /** @param known the variables of the query, by name */
  constructor(
    readonly terms: ForeignTerms | undefined,
    readonly known: ReadonlyMap<string, Variable>,
  ) {}

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
    if (v instanceof PartialCall) return v.call.with(v.args.map((arg) => this.convert(arg)));
    if (v instanceof PartialDictionary)
      return markDictionary(Object.fromEntries(v.keys.map((key, i) => [key, this.convert(v.values[i])])));
    return v;
  }

  /** Returns the term for an object that the application returned, if it is a variable or a call, or contains one; else the value itself. */
  restore(value: unknown): unknown {
    const variable = this.#variables.get(value) ?? this.#madeBy(value);
    if (variable !== undefined) return variable;
    if (Array.isArray(value)) {
      const items = value.map((item) => this.restore(item));
      return isChanged(items, value) ? new PartialList(items, 0, undefined) : value;
    }
    const call = this.terms?.callOf(value);
    if (call !== undefined)
      return new PartialCall(
        call,
        call.args.map((arg) => this.restore(arg)),
      );
    if (typeof value !== 'object' || value === null || !isPolicyDictionary(value)) return value;
    const keys = Object.keys(value).sort();
    const known = keys.map((key) => (value as Readonly<Record<string, unknown>>)[key]);
    const values = known.map((each) => this.restore(each));
    return isChanged(values, known) ? new PartialDictionary(keys, values) : value;
  }

  #objectOf(variable: Variable): object {
    let object = this.#objects.get(variable);
    if (object === undefined) {
      object = this.terms?.variable(this.#nameOf(variable)) ?? new QueryVariable(variable.name);
      this.#objects.set(variable, object);
      this.#variables.set(object, variable);
    }
    return object;
  }

  /** Returns a name by which the application can tell a variable from others: that of a result has none in the policy. */
  #nameOf({ name }: Variable): string {
    return name === '_' ? `_value_${this.#objects.size + 1}` : name;
  }

  /** Returns the variable for an object that the application made. Objects of the same name are the same variable. */
  #madeBy(value: unknown): Variable | undefined {
    const name = this.terms?.nameOf(value);
    if (name === undefined) return undefined;
    let variable = this.known.get(name) ?? this.made.get(name);
    // It is older than all variables of the query, so that they are bound to it, and it keeps its name.
    if (variable === undefined) this.made.set(name, (variable = new Variable(name, -1)));
    return variable;
  }
}

const isChanged = (restored: readonly unknown[], values: readonly unknown[]): boolean =>
  restored.some((each, i) => each !== values[i]);
