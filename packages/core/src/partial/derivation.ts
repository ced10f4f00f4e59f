import type { Condition } from '../filter/condition.js';
import type { Rule } from '../ir/goal.js';

/** A rule that the evaluation followed, the condition under which it holds, and the rules that it called. */
export interface FollowedRule {
  readonly rule: Rule;
  readonly condition: Condition;
  readonly calls: readonly FollowedRule[];
}

/** The rules that were followed, as a tree of calls. A rule that can hold for no row is left out. */
export class Derivation {
  /** The calls of the rule that is followed. */
  #calls: FollowedRule[] = [];

  /** The rules of the query itself. */
  get roots(): readonly FollowedRule[] {
    return this.#calls;
  }

  /**
   * Notes a rule, and the rules that it calls.
   *
   * @param prove returns the condition of the rule. Its argument runs goals after the call, which belong to the caller
   */
  follow(rule: Rule, prove: (leave: (rest: () => Condition) => Condition) => Condition): Condition {
    const caller = this.#calls;
    const calls: FollowedRule[] = [];
    const within = (list: FollowedRule[], run: () => Condition): Condition => {
      const before = this.#calls;
      this.#calls = list;
      const condition = run();
      this.#calls = before;
      return condition;
    };
    const condition = within(calls, () => prove((rest) => within(caller, rest)));
    if (condition.kind !== 'never') caller.push({ rule, condition, calls });
    return condition;
  }
}
