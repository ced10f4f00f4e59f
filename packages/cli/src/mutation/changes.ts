import type { Authorizer } from '@nanook/core';
import { printString } from '@nanook/core/syntax';
import { showValue } from '../values/show-value.js';
import { CandidateValues } from './candidate-values.js';
import type { ComparedValues } from './compared-values.js';
import type { Row, TestData } from './test-data.js';

/** A change of one field of the test data, which keeps the data consistent. */
export interface Change {
  /** The fields that change: of each copy of the object, and those that hold the same value in another form, such as `ownerId`. */
  readonly assignments: readonly Assignment[];
  /** The field that changes: `draft.size`. */
  readonly place: string;
  /** The change as people read it: `draft.size = 10`. */
  readonly text: string;
  /** The names of objects that are not fixtures. */
  readonly needs: readonly string[];
}

export interface Assignment {
  readonly object: object;
  readonly field: string;
  readonly value: unknown;
}

/** The changes of fields of the test data that can change a decision. */
export class Changes {
  readonly #values: CandidateValues;
  readonly #compared: ComparedValues;
  readonly #names = new Map<unknown, string>();
  readonly #known = new Map<object, Map<string, readonly Change[]>>();

  constructor(
    readonly data: TestData,
    compared: ComparedValues,
    declaresTypes: boolean,
    readonly authorizer: Authorizer,
  ) {
    this.#compared = compared;
    this.#values = new CandidateValues(data, compared, declaresTypes);
    for (const [name, value] of Object.entries(data.named))
      if (typeof value === 'object' && value !== null && !this.#names.has(value))
        this.#names.set(value, name);
  }

  /** Returns the changes of a field. */
  of(object: object, field: string): readonly Change[] {
    const known = this.#known.get(object) ?? new Map<string, readonly Change[]>();
    this.#known.set(object, known);
    const found = known.get(field) ?? this.#changesOf(object, field);
    known.set(field, found);
    return found;
  }

  hasComputedLimit(field: string): boolean {
    return this.#compared.hasComputedLimit(field);
  }

  /** Prints the objects of changes that are not fixtures, and the changes. */
  textsOf(changes: readonly Change[], objects: readonly unknown[]): readonly string[] {
    const needed = new Set(changes.flatMap(({ needs }) => needs));
    for (const object of objects) {
      const name = this.#names.get(object);
      if (name !== undefined && this.data.added.has(name)) needed.add(name);
    }
    const definitions = [...needed].map(
      (name) => `${name} = ${showValue(this.data.named[name], this.authorizer)}`,
    );
    return [...definitions, ...changes.map(({ text }) => text)];
  }

  #changesOf(object: object, field: string): readonly Change[] {
    const row = this.data.rowOf(object);
    if (row === undefined) return [];
    return this.#values.of(row, field).map((value) => this.make(row, field, value));
  }

  /** Returns the change of a field to a value. */
  make({ object, name }: Row, field: string, value: unknown): Change {
    const copies = this.data.copiesOf(object);
    const assignments = copies.flatMap((copy) => [
      { object: copy, field, value },
      ...this.#coupled(copy, field, value),
    ]);
    const inside = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    const needs = [object, ...inside].flatMap((one) => {
      const name = this.#names.get(one);
      return name !== undefined && this.data.added.has(name) ? [name] : [];
    });
    const place = `${name}.${field}`;
    return { assignments, place, text: `${place} = ${this.#show(value)}`, needs };
  }

  /**
   * Returns the assignments that keep a reference and its key the same: `owner` and `ownerId` of one object. A reference without an object
   * for its new key becomes `nil`.
   */
  #coupled(object: object, field: string, value: unknown): readonly Assignment[] {
    const fields = object as Record<string, unknown>;
    const [idSuffix] = ['Id', '_id'].filter((suffix) => field.endsWith(suffix));
    if (idSuffix !== undefined) {
      const reference = field.slice(0, -idSuffix.length);
      const current = fields[reference];
      if (typeof current !== 'object' || current === null || Array.isArray(current)) return [];
      const type = this.data.rowOf(current)?.type;
      const [key] = this.data.keyOf(type);
      if (key === undefined || (current as Record<string, unknown>)[key] !== fields[field]) return [];
      const others = type === undefined ? [] : this.data.ofType(type);
      const next = others.find((other) => (other as Record<string, unknown>)[key] === value);
      return [{ object, field: reference, value: next ?? null }];
    }
    const current = fields[field];
    if (typeof current !== 'object' || current === null || Array.isArray(value)) return [];
    const [key = 'id'] = this.data.keyOf(this.data.rowOf(current)?.type);
    return ['Id', '_id'].flatMap((suffix) => {
      const name = field + suffix;
      if (!Object.hasOwn(fields, name) || fields[name] !== (current as Record<string, unknown>)[key])
        return [];
      const next = value === null ? null : (value as Record<string, unknown>)[key];
      return [{ object, field: name, value: next }];
    });
  }

  #show(value: unknown): string {
    const name = this.#names.get(value);
    if (name !== undefined) return name;
    if (Array.isArray(value)) return `[${value.map((item) => this.#show(item)).join(', ')}]`;
    if (typeof value === 'string') return printString(value);
    const row = typeof value === 'object' && value !== null ? this.data.rowOf(value) : undefined;
    if (row?.key !== undefined || typeof value !== 'object' || value === null || value instanceof Date)
      return showValue(value, this.authorizer);
    const type = this.authorizer.policy.typesOf(value).find((one) => one !== 'Dictionary') ?? '';
    const fields = Object.entries(value).map(([field, inner]) => `${field}: ${this.#show(inner)}`);
    return `${type}{${fields.join(', ')}}`;
  }
}

/** Runs a function with changed test data. Returns undefined for objects that cannot be changed. */
export async function withChanges<Result>(
  changes: readonly Change[],
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  const undo: (() => void)[] = [];
  try {
    for (const { object, field, value } of changes.flatMap(({ assignments }) => assignments)) {
      const before = Object.getOwnPropertyDescriptor(object, field);
      if (before === undefined ? !Object.isExtensible(object) : !before.configurable) return undefined;
      const wasSet = before?.set !== undefined;
      const old: unknown = wasSet ? (object as Record<string, unknown>)[field] : undefined;
      undo.push(() => {
        if (before === undefined) Reflect.deleteProperty(object, field);
        else if (wasSet) Reflect.set(object, field, old);
        else Object.defineProperty(object, field, before);
      });
      if (wasSet) Reflect.set(object, field, value);
      else Object.defineProperty(object, field, { ...plainProperty, value });
    }
    return await run();
  } finally {
    for (const each of undo.toReversed()) each();
  }
}

const plainProperty = { configurable: true, enumerable: true, writable: true };
