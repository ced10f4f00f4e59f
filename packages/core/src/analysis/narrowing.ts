import type { DeclaredType } from '../types/declared-type.js';
import { oneOf, type AbstractValue, type ConcreteCases, type ConcreteCase } from './abstract-value.js';
import type { Overlap } from './overlap.js';

/** The abstract values of two terms after they are unified. */
export interface Unified {
  readonly left: AbstractValue;
  readonly right: AbstractValue;
}

/** Narrows abstract values to the cases for which a goal holds; undefined when the goal cannot hold. */
export class Narrowing {
  constructor(
    readonly cases: ConcreteCases,
    readonly overlap: Overlap,
  ) {}

  /** Narrows a value that has one of the types. */
  ofType(value: AbstractValue, types: readonly DeclaredType[]): AbstractValue | undefined {
    const left =
      value === 'anything'
        ? types.map((type) => this.cases.instance(type, false))
        : value.flatMap((concrete) => this.#casesOf(concrete, types));
    return left.length === 0 ? undefined : oneOf(left);
  }

  equal(left: AbstractValue, right: AbstractValue): Unified | undefined {
    if (left === 'anything') return { left: this.#likeValues(right), right };
    if (right === 'anything') return { left, right: this.#likeValues(left) };
    const lefts: ConcreteCase[] = [];
    const rights: ConcreteCase[] = [];
    for (const a of left) {
      for (const b of right) {
        if (!this.overlap.mayBeEqual(a, b)) continue;
        lefts.push(this.#equalTo(b, a));
        rights.push(this.#equalTo(a, b));
      }
    }
    return lefts.length === 0 ? undefined : { left: oneOf(lefts), right: oneOf(rights) };
  }

  /** Returns the cases of a case that have one of the types. */
  #casesOf(concrete: ConcreteCase, types: readonly DeclaredType[]): readonly ConcreteCase[] {
    const mayBe = (type: DeclaredType): boolean => this.overlap.mayBe(concrete, type);
    if (concrete.kind === 'instance' && !concrete.isExact)
      return types.filter(mayBe).map((type) => this.#asInstance(concrete, type));
    return (concrete.kind === 'instance' && types.includes(concrete.type)) || types.some(mayBe)
      ? [concrete]
      : [];
  }

  #asInstance(concrete: Extract<ConcreteCase, { kind: 'instance' }>, type: DeclaredType): ConcreteCase {
    const { types } = this.overlap;
    if (types.isSubtype(type, concrete.type)) return this.cases.instance(type, concrete.isShown);
    const isMore = concrete.type.builtIn && !type.builtIn;
    return isMore ? this.cases.instance(type, false) : concrete;
  }

  /**
   * A value that equals an instance may have another type. A value that equals a concrete value is that value, unless the
   * application defines equality.
   */
  #equalTo(other: ConcreteCase, concrete: ConcreteCase): ConcreteCase {
    return other.kind === 'value' && !this.overlap.hasOwnEquality ? other : concrete;
  }

  #likeValues(value: AbstractValue): AbstractValue {
    if (value === 'anything' || this.overlap.hasOwnEquality) return 'anything';
    return value.every(({ kind }) => kind === 'value') ? value : 'anything';
  }
}
