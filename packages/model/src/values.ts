import { ModelError, Undecided } from './outcome.js';
import { Thing, type Field, type Types } from './types.js';

/** An object as a rule sees it: with its own types, or else the type of the field from which it was read. */
export class Row {
  constructor(
    readonly thing: Thing,
    readonly types: readonly string[],
  ) {}
}
/** A type itself, such as the resource of `create`. */
export class TypeValue {
  constructor(readonly name: string) {}
}
/** A dictionary that the policy writes. */
export class Dictionary {
  constructor(readonly entries: ReadonlyMap<string, Value>) {}
}
/** An element of a list that contradicts the declaration of the list. */
export class Contradiction {}

export type Value =
  | null
  | boolean
  | number
  | string
  | readonly (Value | Contradiction)[]
  | Row
  | TypeValue
  | Dictionary;

/** Reads and compares values. */
export class Values {
  readonly #lists = new WeakMap<object, Map<Field, Value>>();
  readonly #ids = new WeakMap<object, number>();
  #count = 0;

  constructor(readonly types: Types) {}

  /** Returns a value of the application that no declaration describes. */
  given(value: unknown): Value {
    if (value instanceof Thing) return new Row(value, this.types.own(value));
    if (Array.isArray(value)) return value.map((item) => this.given(item));
    if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return value as Value;
    if (value instanceof TypeValue) return value;
    throw new ModelError(`unknown kind of value: ${typeof value}`);
  }

  /** Returns the value of a declared field. @throws {Undecided} for a value that contradicts the declaration */
  declared(value: unknown, field: Field): Value {
    const found = this.#accept(value, field);
    if (found instanceof Contradiction) throw new Undecided();
    return found;
  }

  /** Returns the attributes of a plain object, each with its name. */
  pairs({ thing, types }: Row): readonly (Value | Contradiction)[] {
    const present = Object.entries(thing.attributes).filter(([, value]) => value !== undefined);
    return present.map(([name, value]) => {
      const field = this.types.field(types, name);
      const found = field === undefined ? this.given(value) : this.#accept(value, field);
      return found instanceof Contradiction ? found : [name, found];
    });
  }

  #accept(value: unknown, field: Field): Value | Contradiction {
    if (value === undefined || value === null) {
      const isAllowed = field.isOptional === true || (value === null && field.isNullable === true);
      return isAllowed ? null : new Contradiction();
    }
    if (field.isList === true) return Array.isArray(value) ? this.#list(value, field) : new Contradiction();
    if (!this.types.isBuiltIn(field.type)) {
      if (!(value instanceof Thing) || !this.types.accepts(field.type, value)) return new Contradiction();
      const own = this.types.own(value);
      return new Row(value, own.length > 0 ? own : this.types.chain(field.type));
    }
    const given = this.given(value);
    return this.isA(given, field.type) ? given : new Contradiction();
  }

  /** A list that is read twice is one value. */
  #list(items: readonly unknown[], field: Field): Value {
    const known = this.#lists.get(items) ?? new Map<Field, Value>();
    this.#lists.set(items, known);
    const { type, hasNil = false } = field;
    if (!known.has(field))
      known.set(
        field,
        items.map((item) => this.#accept(item, { type, isNullable: hasNil })),
      );
    return known.get(field)!;
  }

  /** Returns whether a value is of a type. */
  isA(value: Value, type: string): boolean {
    switch (type) {
      case 'String':
        return typeof value === 'string';
      case 'Boolean':
        return typeof value === 'boolean';
      case 'Float':
        return typeof value === 'number';
      case 'Integer':
        return Number.isInteger(value);
      case 'List':
        return Array.isArray(value);
      case 'Dictionary':
        return value instanceof Dictionary || (value instanceof Row && value.thing.isPlain);
      default:
        return value instanceof Row && this.types.isA(value.types, type);
    }
  }

  /** Returns whether two values are equal. @throws {Undecided} if a list or a key contradicts its declaration */
  equal(left: Value, right: Value): boolean {
    if (Array.isArray(left) && Array.isArray(right)) {
      if (left === right) return true;
      const [a, b] = [this.whole(left), this.whole(right)];
      return a.length === b.length && a.every((item, i) => this.equal(item, b[i]!));
    }
    if (left instanceof Row && right instanceof Row) return this.#equalRows(left, right);
    if (left instanceof TypeValue && right instanceof TypeValue) return left.name === right.name;
    if (left instanceof Dictionary || right instanceof Dictionary) return this.#equalEntries(left, right);
    return left === right;
  }

  /** Returns the items of a list that is read as a whole. */
  whole(list: readonly (Value | Contradiction)[]): readonly Value[] {
    if (list.some((item) => item instanceof Contradiction)) throw new Undecided();
    return list as readonly Value[];
  }

  #equalRows(left: Row, right: Row): boolean {
    const shared = left.types.filter((type) => right.types.includes(type));
    if (left.types.length > 0 && right.types.length > 0 && shared.length === 0) return false;
    if (left.thing === right.thing) return true;
    const keyed = shared.find((type) => this.types.declarations[type]!.key !== undefined);
    if (keyed === undefined) return this.#equalEntries(left, right);
    const { key, fields = {} } = this.types.declarations[keyed]!;
    const keys = key!.map((name) =>
      [left, right].map(({ thing }) => {
        const value = thing.attributes[name];
        const field = fields[name];
        return field === undefined ? this.given(value ?? null) : this.declared(value, field);
      }),
    );
    return keys.every(([a, b]) => a !== null && b !== null && this.equal(a!, b!));
  }

  /** Compares the contents of dictionaries and rows. */
  #equalEntries(left: Value, right: Value): boolean {
    const [a, b] = [this.#entries(left), this.#entries(right)];
    if (a === undefined || b === undefined || a.size !== b.size) return false;
    return [...a].every(([key, value]) => b.has(key) && this.equal(value, b.get(key)!));
  }

  #entries(value: Value): ReadonlyMap<string, Value> | undefined {
    if (value instanceof Dictionary) return value.entries;
    if (!(value instanceof Row) || !value.thing.isPlain) return undefined;
    const found = Object.entries(value.thing.attributes).filter(([, each]) => each !== undefined);
    return new Map(found.map(([key, each]) => [key, this.given(each)]));
  }

  /** Returns a negative number, 0 or a positive number. @throws {Undecided} unless both are numbers or both are texts */
  order(left: Value, right: Value): number {
    if (typeof left === 'number' && typeof right === 'number')
      return left < right ? -1 : left === right ? 0 : 1;
    if (typeof left !== 'string' || typeof right !== 'string') throw new Undecided();
    const [a, b] = [left, right].map((text) => Array.from(text, (character) => character.codePointAt(0)!));
    const at = a!.findIndex((point, i) => point !== b![i]);
    return at === -1 ? a!.length - b!.length : a![at]! - (b![at] ?? -1);
  }

  /** Returns a text that two arguments of a call share if they are the same argument. */
  identity(value: Value | Contradiction | undefined): string {
    if (value === undefined) return '_';
    if (value instanceof Contradiction) return '!';
    if (Array.isArray(value)) return `[${value.map((item) => this.identity(item)).join()}]`;
    if (value instanceof TypeValue) return `type ${value.name}`;
    if (value instanceof Dictionary)
      return `{${[...value.entries].map(([key, each]) => `${key}: ${this.identity(each)}`).join()}}`;
    if (!(value instanceof Row)) return JSON.stringify(value) + typeof value;
    const { thing, types } = value;
    const [key, ...others] = types.map((type) => this.types.declarations[type]!.key).find(Boolean) ?? [];
    const own = key === undefined || others.length > 0 ? undefined : thing.attributes[key];
    const isKey = ['string', 'number', 'boolean'].includes(typeof own);
    return `${types.join(' ')} ${isKey ? JSON.stringify(own) : `#${this.#idOf(thing)}`}`;
  }

  #idOf(thing: Thing): number {
    if (!this.#ids.has(thing)) this.#ids.set(thing, this.#count++);
    return this.#ids.get(thing)!;
  }
}
