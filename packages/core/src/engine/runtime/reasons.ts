import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Span } from '../../diagnostics/span.js';

/** An undecided condition: its error without a message, and its position. */
export interface Reason<C extends Code = Code> {
  /** The order in which conditions were undecided. */
  readonly order: number;
  readonly code: C;
  readonly data: DataOf<C>;
  readonly at: Span | undefined;
}

/** The undecided conditions of a query, by their numbers, which the runtime counts. */
export class Reasons {
  readonly #undecided: Reason[] = [];
  readonly #mismatched: Reason[] = [];
  #order = 0;

  undecide<C extends Code>(number: number, code: C, data: DataOf<C>, at: Span | undefined): void {
    this.#undecided[number] = { code, data, at, order: this.#order++ };
  }

  /** Records a pattern that read a missing attribute. */
  mismatch(number: number, data: DataOf<'POLAR_UNDECIDED_PATTERN'>, at: Span | undefined): void {
    this.#mismatched[number] = { code: 'POLAR_UNDECIDED_PATTERN', data, at, order: this.#order++ };
  }

  undecided(number: number): Reason | undefined {
    return this.#undecided[number];
  }

  mismatched(number: number): Reason | undefined {
    return this.#mismatched[number];
  }

  undecideAgain(number: number, reason: Reason): void {
    this.#undecided[number] = reason;
  }

  mismatchAgain(number: number, reason: Reason): void {
    this.#mismatched[number] = reason;
  }

  clear(): void {
    if (this.#undecided.length > 0) this.#undecided.length = 0;
    if (this.#mismatched.length > 0) this.#mismatched.length = 0;
  }
}
