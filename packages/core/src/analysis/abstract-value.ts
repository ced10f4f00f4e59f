import type { DeclaredType } from '../types/declared-type.js';

/** One possible value: exactly this value, or any instance of a type. Interned, so that its id can be part of a key. */
export type ConcreteCase =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'instance';
      readonly id: number;
      readonly type: DeclaredType;
      /** Whether a class, `typed` or a predicate gives the value its type, so that a declared field does not change it. */
      readonly isShown: boolean;
      /** Whether the value has only this type and its base types. Otherwise it may have other types too. */
      readonly isExact: boolean;
    };

/** The abstract value of all objects of no declared type. */
export const untypedObject: object = Object.freeze(Object.create(null) as object);

/** The static knowledge about a value: anything, or one of a few cases. */
export type AbstractValue = 'anything' | readonly ConcreteCase[];

/** Larger sets are widened to "anything". */
const maxCases = 16;

/** Creates cases, and returns the same object for the same case. */
export class ConcreteCases {
  readonly #values = new Map<unknown, ConcreteCase>();
  readonly #shown = new Map<DeclaredType, ConcreteCase>();
  readonly #matched = new Map<DeclaredType, ConcreteCase>();
  readonly #exact = new Map<DeclaredType, ConcreteCase>();
  #count = 0;

  value(value: unknown): ConcreteCase {
    let found = this.#values.get(value);
    if (found === undefined) this.#values.set(value, (found = { kind: 'value', id: this.#count++, value }));
    return found;
  }

  instance(type: DeclaredType, isShown: boolean): ConcreteCase {
    return this.#instance(isShown ? this.#shown : this.#matched, type, isShown, false);
  }

  /** Returns an instance of this type that has no unrelated type. */
  exact(type: DeclaredType): ConcreteCase {
    return this.#instance(this.#exact, type, true, true);
  }

  #instance(
    cached: Map<DeclaredType, ConcreteCase>,
    type: DeclaredType,
    isShown: boolean,
    isExact: boolean,
  ): ConcreteCase {
    let found = cached.get(type);
    if (found === undefined)
      cached.set(type, (found = { kind: 'instance', id: this.#count++, type, isShown, isExact }));
    return found;
  }
}

export function oneOf(cases: readonly ConcreteCase[]): AbstractValue {
  if (cases.length < 2) return cases;
  const unique = [...new Set(cases)].sort((a, b) => a.id - b.id);
  return unique.length > maxCases ? 'anything' : unique;
}

export const either = (left: AbstractValue, right: AbstractValue): AbstractValue =>
  left === right
    ? left
    : left === 'anything' || right === 'anything'
      ? 'anything'
      : oneOf([...left, ...right]);

export const keyOf = (value: AbstractValue): string =>
  value === 'anything' ? '*' : value.map(({ id }) => id).join('|');
