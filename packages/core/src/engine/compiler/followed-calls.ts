import type { Predicate } from '../../ir/goal.js';
import { keyOf, type KnownArgument } from './compiled-function.js';
import { maxFollowers } from './thresholds.js';

/**
 * The calls that plans of one policy replace by the rules that they are forwarded to. Each call is replaced a limited number of times, so
 * that the work for all plans is linear. Then the function of the call runs these rules.
 */
export class FollowedCalls {
  /** The number of plans that replace a call, by its key. */
  readonly #plans = new Map<string, number>();

  /** Counts a plan that replaces the call. Returns `false` for too many. */
  count(predicate: Predicate, known: readonly KnownArgument[]): boolean {
    const key = keyOf(predicate, known);
    const plans = (this.#plans.get(key) ?? 0) + 1;
    if (plans > maxFollowers) return false;
    this.#plans.set(key, plans);
    return true;
  }

  /** Registers that no further plan replaces the call. */
  stopAt(predicate: Predicate, known: readonly KnownArgument[]): void {
    this.#plans.set(keyOf(predicate, known), maxFollowers);
  }

  /** Checks that no further plan replaces the call. */
  isStoppedAt(predicate: Predicate, known: readonly KnownArgument[]): boolean {
    return this.#plans.get(keyOf(predicate, known)) === maxFollowers;
  }
}
