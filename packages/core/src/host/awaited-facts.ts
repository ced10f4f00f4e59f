import type { DeclaredType } from '../types/declared-type.js';
import type { PendingTest } from './pending-test.js';

/** Holds the values and type tests that a query has awaited. In the dialect oso they decide the types of values. */
export class AwaitedFacts {
  readonly #promised = new WeakSet<object>();
  readonly #tests = new Map<DeclaredType, Map<unknown, boolean>>();

  /** Notes that a value was promised: its class alone does not give it its types. */
  notePromised(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.#promised.add(value);
  }

  wasPromised(value: object): boolean {
    return this.#promised.has(value);
  }

  /** Notes the promised result of a predicate, so that it is not called again for the value in this query. */
  noteTest({ type, value }: PendingTest, holds: boolean): void {
    const tests = this.#tests.get(type) ?? new Map<unknown, boolean>();
    this.#tests.set(type, tests.set(value, holds));
  }

  /** Returns the noted result of a predicate. */
  testOf(type: DeclaredType, value: unknown): boolean | undefined {
    return this.#tests.get(type)?.get(value);
  }
}
