import type { DeclaredType } from '../types/declared-type.js';
import { oneOf, type AbstractValue, type Possibilities, type ConcreteCase } from './abstract-value.js';
import type { Overlap } from './overlap.js';

/** The knowledge about two values after they were found equal. */
export interface Unified {
  readonly left: AbstractValue;
  readonly right: AbstractValue;
}

/** The knowledge about a value after a goal held; undefined when the goal cannot hold. */
export class Narrowing {
  constructor(
    readonly possibilities: Possibilities,
    readonly overlap: Overlap,
  ) {}

  /** The value is of one of the types. */
  ofType(known: AbstractValue, types: readonly DeclaredType[]): AbstractValue | undefined {
    const left =
      known === 'anything'
        ? types.map((type) => this.possibilities.instance(type, false))
        : known.flatMap((possibility) =>
            types
              .filter((type) => this.overlap.mayBe(possibility, type))
              .map((type) => this.#asInstance(possibility, type)),
          );
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

  #asInstance(possibility: ConcreteCase, type: DeclaredType): ConcreteCase {
    if (possibility.kind === 'value' || possibility.isExact) return possibility;
    const { types } = this.overlap;
    if (types.isSubtype(type, possibility.type))
      return this.possibilities.instance(type, possibility.isShown);
    const isMore = possibility.type.builtIn && !type.builtIn;
    return isMore ? this.possibilities.instance(type, false) : possibility;
  }

  /** A value that equals an instance may have another type. A value that equals a known value is that value, unless the application defines equality. */
  #equalTo(other: ConcreteCase, possibility: ConcreteCase): ConcreteCase {
    return other.kind === 'value' && !this.overlap.hasOwnEquality ? other : possibility;
  }

  #likeValues(known: AbstractValue): AbstractValue {
    if (known === 'anything' || this.overlap.hasOwnEquality) return 'anything';
    return known.every(({ kind }) => kind === 'value') ? known : 'anything';
  }
}
