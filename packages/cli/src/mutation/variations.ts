import type { Authorizer } from '@nanook/core';
import {
  parse,
  printString,
  visit,
  type PatternOrTermNode,
  type PolicyNode,
  type TermNode,
} from '@nanook/core/syntax';
import type { Fixtures } from '../project/config.js';
import type { Project } from '../project/project.js';
import { showValue } from '../values/show-value.js';

/** A change of one field of the test data. */
export interface Variation {
  readonly row: object;
  readonly field: string;
  readonly value: unknown;
  /** The change as people read it: `draft.size = 10`. */
  readonly text: string;
}

const maxRows = 300;
const maxDepth = 4;

/**
 * Lists the changes of single fields of the fixtures that can change a decision: a boolean is flipped, a number or text becomes one that
 * the policies name, a row becomes another row of its type, and a list loses or gets an element.
 */
export class Variations {
  /** The rows, each with its name. */
  readonly #rows = new Map<object, string>();
  readonly #all: readonly Variation[];
  readonly #names = new Map<object, string>();
  readonly #numbers = new Set<number>();
  /** The constants with which the policies compare a field, by the name of the field. */
  readonly #constants = new Map<string, Set<unknown>>();
  readonly #reachable = new Map<unknown, ReadonlySet<object>>();

  constructor(
    readonly project: Project,
    readonly fixtures: Fixtures,
    readonly authorizer: Authorizer,
  ) {
    for (const policy of project.policies) this.#collectConstants(parse(policy).policy);
    const named = Object.entries(fixtures).filter(([, value]) => isObject(value) && !Array.isArray(value));
    // A fixture has its own name, also where another fixture refers to it.
    for (const [name, value] of named) this.#names.set(value as object, name);
    for (const [name, value] of Object.entries(fixtures)) this.#collect(value, name, 0);
    this.#all = [...this.#rows].flatMap(([row, name]) => this.#variationsOf(row, name));
  }

  /** Returns the variations of the rows that a check can read from its arguments. */
  of(args: readonly unknown[]): readonly Variation[] {
    const reachable = new Set(args.flatMap((arg) => [...this.#reachableFrom(arg)]));
    return this.#all.filter(({ row }) => reachable.has(row));
  }

  #collectConstants(policy: PolicyNode): void {
    const compared = (side: PatternOrTermNode, other: PatternOrTermNode): void => {
      if (side.kind !== 'lookup' || side.key.kind !== 'literal') return;
      const items = other.kind === 'list' ? other.items : [other];
      for (const item of items) if (item.kind === 'literal') this.#note(String(side.key.value), item.value);
    };
    const both = ({ left, right }: { readonly left: TermNode; readonly right: TermNode }): void => {
      compared(left, right);
      compared(right, left);
    };
    visit(policy, {
      test: () => false,
      compare: both,
      unify: both,
      in: ({ item, collection }) => compared(item, collection),
      'instance-pattern': ({ fields }) => {
        for (const { key, value } of fields) if (value.kind === 'literal') this.#note(key, value.value);
      },
      literal: ({ value }) => {
        if (typeof value === 'number')
          [value, value - 1, value + 1].forEach((each) => this.#numbers.add(each));
      },
      'method-call': ({ object, args }) => args.forEach((arg) => compared(object, arg)),
    });
  }

  #note(field: string, value: unknown): void {
    const known = this.#constants.get(field) ?? new Set();
    for (const each of typeof value === 'number' ? [value, value - 1, value + 1] : [value]) known.add(each);
    this.#constants.set(field, known);
  }

  #collect(value: unknown, name: string, depth: number): void {
    if (!isObject(value) || depth > maxDepth || this.#rows.size >= maxRows) return;
    if (Array.isArray(value)) {
      value.forEach((item, i) => this.#collect(item, `${name}[${i}]`, depth));
      return;
    }
    if (value instanceof Date || this.#rows.has(value)) return;
    const own = this.#names.get(value) ?? name;
    this.#rows.set(value, own);
    for (const [key, inner] of Object.entries(value)) this.#collect(inner, `${own}.${key}`, depth + 1);
  }

  #variationsOf(row: object, name: string): readonly Variation[] {
    return Object.entries(row).flatMap(([field, current]) =>
      this.#valuesFor(row, field, current).map((value) => ({
        row,
        field,
        value,
        text: `${name}.${field} = ${this.#show(value)}`,
      })),
    );
  }

  #valuesFor(row: object, field: string, current: unknown): readonly unknown[] {
    const others = this.#othersOf(row, field).filter((value) => value !== current);
    if (typeof current === 'boolean') return [!current];
    const constants = this.#constants.get(field) ?? [];
    if (typeof current === 'number')
      return unique([...constants, ...this.#numbers, ...others, current + 1], current);
    if (typeof current === 'string') return unique([...constants, ...others, `${current}?`], current);
    if (current instanceof Date) return [shifted(current, -aYear), shifted(current, aYear), ...others];
    if (Array.isArray(current)) return this.#listsFor(current, others);
    if (current === null || current === undefined) return unique([...constants, ...others], current);
    if (typeof current !== 'object') return [];
    const none = this.#mayBeNil(row, field) ? [null] : [];
    return unique([...others, ...this.#sameType(current), ...none], current);
  }

  /** Returns whether the declaration of a type allows `nil` for a field. Without declarations, any field can be `nil`. */
  #mayBeNil(row: object, field: string): boolean {
    if (!this.project.declaresTypes) return true;
    const [type] = this.authorizer.typesOf(row);
    const input = type === undefined ? undefined : this.project.types[type];
    const declared = typeof input === 'object' ? input.fields?.[field] : undefined;
    if (typeof declared === 'string') return declared.endsWith('?');
    return typeof declared === 'object' && 'optional' in declared;
  }

  #listsFor(current: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
    const without = current.map((_, i) => current.filter((_item, j) => j !== i));
    const added = others.flatMap((list) =>
      Array.isArray(list)
        ? list.filter((item) => !current.includes(item)).map((item) => [...current, item])
        : [],
    );
    return [...(current.length > 1 ? [[]] : []), ...without, ...added].slice(0, 12);
  }

  /** Returns the values of the same field in other rows. */
  #othersOf(row: object, field: string): readonly unknown[] {
    const values = [...this.#rows.keys()].flatMap((other) =>
      other !== row && Object.hasOwn(other, field) ? [(other as Record<string, unknown>)[field]] : [],
    );
    return [...new Set(values)].slice(0, 6);
  }

  #sameType(value: object): readonly unknown[] {
    const types = this.authorizer.typesOf(value).join();
    return Object.values(this.fixtures)
      .filter((other) => isObject(other) && this.authorizer.typesOf(other).join() === types)
      .slice(0, 6);
  }

  #reachableFrom(value: unknown): ReadonlySet<object> {
    const known = this.#reachable.get(value);
    if (known !== undefined) return known;
    const found = new Set<object>();
    const pending: unknown[] = [value];
    while (pending.length > 0) {
      const next = pending.pop();
      if (!isObject(next) || found.has(next)) continue;
      found.add(next);
      pending.push(...(Object.values(next) as unknown[]));
    }
    this.#reachable.set(value, found);
    return found;
  }

  #show(value: unknown): string {
    const name = Object.keys(this.fixtures).find((key) => isObject(value) && this.fixtures[key] === value);
    return name ?? (typeof value === 'string' ? printString(value) : showValue(value, this.authorizer));
  }
}

/** Runs a function while a variation is in place. Returns undefined for a row that cannot be changed. */
export async function withVariation<Result>(
  { row, field, value }: Variation,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  const before = Object.getOwnPropertyDescriptor(row, field);
  if (before === undefined || !('value' in before) || !before.writable) return undefined;
  Reflect.set(row, field, value);
  try {
    return await run();
  } finally {
    Object.defineProperty(row, field, before);
  }
}

const aYear = 365 * 24 * 60 * 60 * 1000;

const shifted = (date: Date, by: number): Date => new Date(date.getTime() + by);

const unique = (values: readonly unknown[], without: unknown): readonly unknown[] =>
  [...new Set(values)].filter((value) => value !== without);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
