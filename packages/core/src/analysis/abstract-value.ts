import type { DeclaredType } from '../types/declared-type.js';

/** One possible value: exactly this one, or some instance of a type. Interned, so that its id can be part of a key. */
export type ConcreteCase =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | {
      readonly kind: 'instance';
      readonly id: number;
      readonly type: DeclaredType;
      /** True if the value has a type of its own (class, `typed`, predicate), which declared fields do not change. */
      readonly isShown: boolean;
      /** Whether it is of this type and its base types only; otherwise it may be of others as well. */
      readonly isExact: boolean;
    };

/** Represents every object of no declared type, as a possible value: none of them is kept. */
export const untypedObject: object = Object.freeze(Object.create(null) as object);

/** The static knowledge about a value: nothing, or that it is one of a few cases. */
export type AbstractValue = 'anything' | readonly ConcreteCase[];

/** Larger sets are widened to "anything". */
const maxCases = 16;

/** Creates cases, each once. */
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

  /** An instance of this type that is of no unrelated type. */
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
