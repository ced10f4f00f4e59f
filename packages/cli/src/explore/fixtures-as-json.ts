import type { TypesInput } from '@nanook/core';
import { messageOf } from '../errors/message-of.js';
import type { Fixtures } from '../project/config.js';

/** Fixtures in the form of `nanook.config.json`, and the parts that this form cannot express. */
export interface JsonFixtures {
  readonly fixtures: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

/** Deeper values are left out. A row that refers to another fixture is not deep. */
const maxDepth = 40;

/**
 * Returns fixtures as JSON: a row has the name of its type, `$type`, and refers to other rows by `$ref`. A property that JSON cannot express
 * is left out, so that conditions on it are undecided.
 *
 * @param typesOf returns the names of the declared types of a value, the nearest first
 */
export function fixturesAsJson(
  fixtures: Fixtures,
  types: TypesInput,
  typesOf: (value: object) => readonly string[],
): JsonFixtures {
  return new FixtureWriter(fixtures, types, typesOf).write();
}

type Reading = readonly [name: string, value: unknown];

class FixtureWriter {
  readonly #names = new Map<object, string>();
  readonly #written = new Map<string, unknown>();
  readonly #notes = new Set<string>();
  readonly #types = new Map<object, string | undefined>();

  constructor(
    private readonly fixtures: Fixtures,
    private readonly types: TypesInput,
    private readonly typesOf: (value: object) => readonly string[],
  ) {}

  write(): JsonFixtures {
    const named = Object.entries(this.fixtures);
    for (const [name, value] of named)
      if (isObject(value) && !this.#names.has(value)) this.#names.set(value, name);
    const seen = new Set<object>();
    for (const [name, value] of named) this.#unlessItThrows(name, () => this.#nameSharedRows(value, seen));
    for (const [name, value] of named) {
      const written = this.#unlessItThrows(name, () =>
        isRow(value) ? this.#row(value, name, 0) : this.#value(value, name, 0),
      );
      if (written !== undefined) this.#written.set(name, written);
      else if (!isObject(value) && typeof value !== 'bigint') this.#leftOut(name, typeof value);
    }
    for (const [row, name] of this.#names)
      if (!this.#written.has(name) && !Object.hasOwn(this.fixtures, name))
        this.#written.set(name, this.#row(row, name, 0));
    return { fixtures: Object.fromEntries(this.#written), notes: [...this.#notes] };
  }

  /** Names rows that several others refer to, because JSON can express one of them only by a name. */
  #nameSharedRows(fixture: unknown, seen: Set<object>): void {
    const visit = (value: unknown, depth: number): void => {
      if (!isObject(value) || depth > maxDepth) return;
      if (Array.isArray(value)) return value.forEach((each) => visit(each, depth + 1));
      if (!isRow(value)) return;
      if (seen.has(value)) {
        if (!this.#names.has(value)) this.#names.set(value, this.#freeName(value));
        return;
      }
      seen.add(value);
      for (const [, inner] of this.#properties(value)) visit(inner, depth + 1);
    };
    visit(fixture, 0);
  }

  /** Leaves out a fixture that cannot be read, such as a Proxy. The others are shown. */
  #unlessItThrows<T>(name: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      return this.#leftOut(name, `an object that cannot be read: ${messageOf(error)}`);
    }
  }

  #freeName(row: object): string {
    const type = this.#typeOf(row) ?? 'row';
    const start = type[0]!.toLowerCase() + type.slice(1);
    const taken = new Set([...this.#names.values(), ...Object.keys(this.fixtures)]);
    for (let number = 1; ; number++) if (!taken.has(`${start}_${number}`)) return `${start}_${number}`;
  }

  #typeOf(row: object): string | undefined {
    if (!this.#types.has(row))
      this.#types.set(
        row,
        this.typesOf(row).find((name) => Object.hasOwn(this.types, name)),
      );
    return this.#types.get(row);
  }

  #row(row: object, path: string, depth: number): object {
    const type = this.#typeOf(row);
    const fields = this.#properties(row).flatMap(([name, value]) => {
      const written = this.#value(value, `${path}.${name}`, depth + 1);
      return written === undefined ? [] : [[name, written] as const];
    });
    return { ...(type !== undefined && { $type: type }), ...Object.fromEntries(fields) };
  }

  /** Returns undefined for a value that is left out. */
  #value(value: unknown, path: string, depth: number): unknown {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : this.#leftOut(path, String(value));
    if (typeof value === 'bigint')
      return Number.isSafeInteger(Number(value)) ? Number(value) : this.#leftOut(path, 'a large BigInt');
    if (!isObject(value)) return undefined;
    const name = this.#names.get(value);
    if (name !== undefined && depth > 0) return { $ref: name };
    if (depth > maxDepth) return this.#leftOut(path, 'deep inside others');
    if (Array.isArray(value)) {
      // A list without one of its elements would be another list.
      const items = value.map((each, i) => this.#value(each, `${path}[${i}]`, depth + 1));
      return items.includes(undefined) ? undefined : items;
    }
    if (value instanceof Date)
      return Number.isNaN(value.getTime())
        ? this.#leftOut(path, 'an invalid date')
        : { $date: value.toISOString() };
    if (isDecimal(value)) return (value as { toString(): string }).toString();
    return isRow(value) ? this.#row(value, path, depth) : this.#leftOut(path, describe(value));
  }

  #leftOut(path: string, found: string): undefined {
    this.#notes.add(`${path} is ${found}`);
    return undefined;
  }

  /** Reads what a policy may read of a row: the declared fields and relations, or the own properties and the getters of its class. */
  #properties(row: object): readonly Reading[] {
    const type = this.#typeOf(row);
    const input = type === undefined ? undefined : this.types[type];
    const { fields, relations = {} } = typeof input === 'object' ? input : {};
    const names =
      fields === undefined
        ? [...Object.keys(row), ...gettersOf(row), ...Object.keys(relations)]
        : [...Object.keys(fields), ...Object.keys(relations)];
    return [...new Set(names)].flatMap((name): Reading[] => {
      // These names have a meaning in the form of JSON.
      if (['$type', '$ref', '$date'].includes(name)) return [];
      try {
        return name in row ? [[name, (row as Readonly<Record<string, unknown>>)[name]]] : [];
      } catch {
        this.#notes.add(`the getter \`${name}\` of ${type ?? 'an object'} has thrown`);
        return [];
      }
    });
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Returns whether a value is a row or a dictionary, and not one of the objects that have their data inside. */
const isRow = (value: unknown): value is object =>
  isObject(value) &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !isDecimal(value) &&
  ![Date, Map, Set, WeakMap, WeakSet, Promise, RegExp, ArrayBuffer].some((each) => value instanceof each) &&
  typeof (value as { readonly then?: unknown }).then !== 'function';

/** Returns whether an object is a number of a library such as decimal.js. */
const isDecimal = (value: object): boolean =>
  typeof (value as { readonly toFixed?: unknown }).toFixed === 'function' &&
  typeof (value as { readonly cmp?: unknown }).cmp === 'function';

const describe = (value: object): string => `an object of ${value.constructor.name}`;

/** Returns the names of the getters of the classes of an object. */
function gettersOf(row: object): readonly string[] {
  const parent: unknown = Object.getPrototypeOf(row);
  if (!isObject(parent) || parent === Object.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(parent))
    .filter(([, property]) => 'get' in property && property.get !== undefined)
    .map(([name]) => name);
  return [...own, ...gettersOf(parent)];
}
