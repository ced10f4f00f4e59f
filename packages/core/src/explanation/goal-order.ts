import { spanOver, textOf, type Span } from '../diagnostics/span.js';
import { wholeCandidate } from '../engine/rules/candidate.js';
import { invariant } from '../internal/bug.js';
import type { Goal, Rule } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';
import type { Term } from '../ir/term.js';

/** The goals of a rule or a query in the order in which they are proved, also those inside `or` and `not`. */
export class GoalOrder {
  readonly #all = new Set<unknown>();
  readonly #list: Goal[] = [];

  constructor(
    /** The goals of the head and the body. */
    readonly goals: readonly Goal[],
    readonly slotNames: readonly string[],
    /** The number of goals that belong to the head. */
    readonly headLength = 0,
  ) {
    this.#add(goals);
  }

  static of(rule: Rule): GoalOrder {
    // The slots are known when the body is.
    const { goals, head } = wholeCandidate(rule);
    return new GoalOrder(goals, rule.slotNames, head.length);
  }

  static ofQuery({ goals, slotNames }: LinkedQuery): GoalOrder {
    return new GoalOrder(goals, slotNames);
  }

  #add(goals: readonly Goal[]): void {
    for (const goal of goals) {
      this.#all.add(goal);
      this.#list.push(goal);
      if (goal.kind === 'not') this.#add(goal.operand);
      if (goal.kind === 'or') for (const alternative of goal.alternatives) this.#add(alternative);
    }
  }

  has(goal: { readonly kind: string }): goal is Goal {
    return this.#all.has(goal);
  }

  /** Finds the goal of the policy for which the machine proves one of its own goals. */
  findAt(span: Span, kind?: Goal['kind']): Goal | undefined {
    return this.#list.find((goal) => goal.span === span && (kind === undefined || goal.kind === kind));
  }

  /** Finds the call of a predicate. The calls of a shorthand rule share their place. */
  findCall(span: Span, name: string): Goal | undefined {
    return this.#list.find(
      (goal) => goal.kind === 'call' && goal.span === span && goal.predicate.name === name,
    );
  }

  /**
   * Returns the place of a condition. A computation belongs to the condition that contains it, and the condition of a field in a pattern
   * begins with the name of the field.
   */
  spanOf(goal: Goal): Span {
    if (isComputation(goal)) {
      const after = this.#list.slice(this.#list.indexOf(goal) + 1);
      return (after.find((other) => !isComputation(other) && contains(other.span, goal.span)) ?? goal).span;
    }
    if (goal.kind !== 'unify' || goal.left.kind !== 'slot') return goal.span;
    const source = this.#sourceOf(goal.left.slot);
    return source?.kind === 'lookup' && source.inPattern ? spanOver(source.span, goal.span) : goal.span;
  }

  /** Finds the goal that computes the value of a slot. */
  #sourceOf(slot: number): Goal | undefined {
    return this.#list.find(
      (goal) => 'result' in goal && goal.result.kind === 'slot' && goal.result.slot === slot,
    );
  }

  /** Returns the text of an operand in the policy. */
  nameOf(term: Term): string | undefined {
    if (term.kind !== 'slot') return undefined;
    const name = this.slotNames[term.slot];
    invariant(name !== undefined, 'a slot has a name');
    if (name !== '_') return name;
    const source = this.#sourceOf(term.slot);
    return source && textOf(source.span);
  }
}

/** Goals that compute a value for a later goal. */
export const isComputation = ({ kind }: Goal): boolean =>
  kind === 'lookup' || kind === 'method' || kind === 'new' || kind === 'arithmetic';

const contains = (outer: Span, inner: Span): boolean =>
  outer.source === inner.source && outer.start <= inner.start && inner.end <= outer.end;
