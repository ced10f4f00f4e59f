import { typed, type Authorizer, type FieldTypeInput, type TypeInput, type TypesInput } from '@nanook/core';
import { isOneOf, readFieldInput, type FieldInput } from '@nanook/core/filter';
import type { Fixtures } from '../project/config.js';
import type { PolicyNames } from './names.js';

type Class = Extract<TypeInput, Function>;

/** An object of the test data. */
export interface Row {
  readonly object: object;
  /** Its name as people read it: `draft`, or `draft.owner` without a fixture of its own. */
  readonly name: string;
  /** The type of the object, or of the field that holds it. */
  readonly type: string | undefined;
  /** The values of its key as a text; undefined for an object without a key. */
  readonly key: string | undefined;
}

const maxRows = 300;
const maxDepth = 4;

/**
 * The objects of the fixtures. Each type of which a policy can need another object has one more, with another key: the tests can have one
 * tenant only.
 */
export class TestData {
  readonly #rows = new Map<object, Row>();
  /** The fixtures, and the objects that were added. */
  readonly named: Fixtures;
  /** The names of the objects that were added. */
  readonly added: ReadonlySet<string>;
  readonly #byKey = new Map<string, object[]>();

  constructor(
    fixtures: Fixtures,
    readonly types: TypesInput,
    readonly authorizer: Authorizer,
    readonly names: PolicyNames,
  ) {
    this.#collectAll(fixtures);
    const added = this.#addObjects(fixtures);
    this.#collectAll(added);
    this.named = { ...fixtures, ...added };
    this.added = new Set(Object.keys(added));
    for (const { object, type, key } of this.#rows.values()) {
      if (key === undefined) continue;
      const place = `${type} ${key}`;
      this.#byKey.set(place, [...(this.#byKey.get(place) ?? []), object]);
    }
  }

  get rows(): Iterable<Row> {
    return this.#rows.values();
  }

  rowOf(object: object): Row | undefined {
    return this.#rows.get(object);
  }

  /** Makes an object of a type from its fields. */
  make(fields: Readonly<Record<string, unknown>>, type: string | undefined): object {
    const input = type === undefined ? undefined : this.types[type];
    const ofClass = typeof input === 'function' ? input : input?.class;
    if (ofClass !== undefined)
      return Object.assign(Object.create(ofClass.prototype as object) as object, fields);
    return type === undefined ? fields : typed(type, { ...fields });
  }

  /** Returns all objects that are the same one: those of the type of an object with its key. */
  copiesOf(object: object): readonly object[] {
    const row = this.#rows.get(object);
    return (row?.key !== undefined && this.#byKey.get(`${row.type} ${row.key}`)) || [object];
  }

  /** Returns the objects of a type, each once: first those of the fixtures. */
  ofType(type: string): readonly object[] {
    const found = new Map<string | object, object>();
    for (const { object, key, type: own } of this.#rows.values())
      if (own === type || this.authorizer.policy.typesOf(object).includes(type))
        if (!found.has(key ?? object)) found.set(key ?? object, object);
    return [...found.values()];
  }

  /** Returns the fields that identify the objects of a type. */
  keyOf(type: string | undefined): readonly string[] {
    const input = type === undefined ? undefined : this.types[type];
    const key = typeof input === 'object' ? (input.key ?? 'id') : 'id';
    return typeof key === 'string' ? [key] : key;
  }

  /** Returns the declared type of a field, if its type declares it. */
  declaredField(type: string | undefined, field: string): FieldTypeInput | undefined {
    const input = type === undefined ? undefined : this.types[type];
    return typeof input === 'object' ? input.fields?.[field] : undefined;
  }

  /** Returns the type of the objects in a field, or in the list of a field: as declared, as a relation, or as the field is named. */
  typeOfField(type: string | undefined, field: string): string | undefined {
    const declared = nameOfType(this.declaredField(type, field), this.types);
    if (declared !== undefined) return declared;
    const related = type === undefined ? undefined : this.names.relatedType(type, field);
    if (related !== undefined) return related;
    return Object.keys(this.types).find((name) => name.toLowerCase() === field.toLowerCase());
  }

  #collectAll(values: Fixtures): void {
    // A fixture has its own name, also where another fixture refers to it.
    for (const [name, value] of Object.entries(values))
      if (isObject(value) && !Array.isArray(value)) this.#add(value, name, undefined);
    for (const [name, value] of Object.entries(values)) this.#collect(value, name, undefined, 0);
  }

  #add(object: object, name: string, fieldType: string | undefined): void {
    if (this.#rows.has(object) || this.#rows.size >= maxRows || object instanceof Date) return;
    const [own] = this.authorizer.policy.typesOf(object);
    const type = own === undefined || own === 'Dictionary' ? fieldType : own;
    const values = this.keyOf(type).map((field) => (object as Record<string, unknown>)[field]);
    const hasKey = type !== undefined && values.every((value) => value !== undefined);
    this.#rows.set(object, { object, name, type, key: hasKey ? JSON.stringify(values) : undefined });
  }

  #collect(value: unknown, name: string, type: string | undefined, depth: number, seen = new Set()): void {
    if (!isObject(value) || depth > maxDepth || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach((item, i) => this.#collect(item, `${name}[${i}]`, type, depth, seen));
      return;
    }
    this.#add(value, name, type);
    const own = this.#rows.get(value);
    if (own === undefined) return;
    for (const [field, inner] of Object.entries(value))
      this.#collect(inner, `${own.name}.${field}`, this.typeOfField(own.type, field), depth + 1, seen);
  }

  /** Returns an object of each type that identifies its objects, with another key than those of the fixtures. */
  #addObjects(fixtures: Fixtures): Fixtures {
    const added: Record<string, object> = {};
    for (const type of Object.keys(this.types)) {
      const object = this.#another(type, added);
      if (object === undefined) continue;
      let name = `other${type}`;
      while (Object.hasOwn(fixtures, name)) name += 'X';
      added[name] = object;
    }
    return added;
  }

  #another(type: string, added: Readonly<Record<string, object>>): object | undefined {
    const first = [...this.#rows.values()].find((row) => row.type === type)?.object;
    const [key, ...others] = this.keyOf(type);
    if (key === undefined || others.length > 0) return undefined;
    const keys = this.ofType(type).map((object) => (object as Record<string, unknown>)[key]);
    if (first !== undefined && keys[0] !== undefined) {
      const copy = copyOf(first, type, this.authorizer);
      return copy === undefined || !Reflect.set(copy, key, unusedKey(keys)) ? undefined : copy;
    }
    const input = this.types[type];
    const ofClass = typeof input === 'function' ? input : input?.class;
    if (ofClass !== undefined) return this.#ofRelatedClass(ofClass);
    if (first !== undefined || typeof input !== 'object' || input.fields === undefined) return undefined;
    if (input.is !== undefined) return undefined;
    const values = Object.entries(input.fields).map(([field, declared]) => {
      const { type: plain } = readFieldInput(declared);
      const isText = plain === 'String' || plain === String;
      if (field === key) return [field, isText ? 'other' : 1];
      return [field, this.#plainValue(declared, added)];
    });
    return typed(type, { ...Object.fromEntries(values), ...input.discriminator } as object);
  }

  /** Makes an object of a class with the fields of an object of a class that extends it, or that has the same parent. */
  #ofRelatedClass(ofClass: Class): object | undefined {
    const parent = Object.getPrototypeOf(ofClass) as Class;
    const classes = parent === Function.prototype ? [ofClass] : [ofClass, parent];
    const related = [...this.#rows.keys()].find((object) => classes.some((each) => object instanceof each));
    if (related === undefined) return undefined;
    const fields = Object.getOwnPropertyDescriptors(related);
    return Object.create(ofClass.prototype as object, fields) as object;
  }

  #plainValue(declared: FieldTypeInput, added: Readonly<Record<string, object>>): unknown {
    const { type, nullable } = readFieldInput(declared);
    if (Array.isArray(type)) return [];
    if (nullable) return null;
    if (isOneOf(type)) return type.oneOf[0];
    const name = nameOfType(type, this.types) ?? plainTypeName(type);
    const plain: Readonly<Record<string, unknown>> = {
      Boolean: false,
      Integer: 1,
      Number: 1,
      Float: 1,
      Decimal: 1,
      String: 'other',
      Date: new Date(Date.UTC(2026, 0, 1)),
    };
    if (name === undefined) return null;
    return Object.hasOwn(plain, name) ? plain[name] : (this.ofType(name)[0] ?? added[`other${name}`] ?? null);
  }
}

/** Returns the name of the type of the application that a declaration names, also of the elements of a list, or of a value that can be `nil`. */
function nameOfType(declared: FieldTypeInput | undefined, types: TypesInput): string | undefined {
  if (declared === undefined) return undefined;
  const { type: given } = readFieldInput(declared);
  if (Array.isArray(given)) return nameOfType((given as readonly FieldTypeInput[])[0], types);
  const name = plainTypeName(given);
  if (typeof given !== 'function') return name !== undefined && Object.hasOwn(types, name) ? name : undefined;
  return Object.keys(types).find((type) => {
    const input = types[type];
    return (typeof input === 'function' ? input : input?.class) === given;
  });
}

const plainTypeName = (type: FieldInput['type']): string | undefined =>
  typeof type === 'function' ? type.name : typeof type === 'string' ? type : undefined;

/** Copies an object, with its class or its type. Returns undefined for one that cannot be copied. */
export function copyOf(object: object, type: string | undefined, authorizer: Authorizer): object | undefined {
  try {
    const copy = Object.create(
      Object.getPrototypeOf(object) as object | null,
      Object.getOwnPropertyDescriptors(object),
    ) as object;
    const isTyped = type === undefined || authorizer.policy.typesOf(copy).includes(type);
    return isTyped ? copy : typed(type, copy);
  } catch {
    return undefined;
  }
}

function unusedKey(keys: readonly unknown[]): unknown {
  if (keys.every((key) => typeof key === 'bigint')) return keys.reduce((a, b) => (a > b ? a : b)) + 1n;
  const numbers = keys.filter((key) => typeof key === 'number');
  if (numbers.length === keys.length) return Math.max(...numbers) + 1;
  let key = `other-${String(keys[0])}`;
  while (keys.includes(key)) key += 'x';
  return key;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
