import type { Span } from '../diagnostics/span.js';
import { wholeCandidate } from '../engine/rules/candidate.js';
import type { Goal, Rule } from '../ir/goal.js';
import { partsOfBody } from '../syntax/conditions.js';

/** A part of a rule, with its counts. */
export interface Place {
  readonly span: Span;
  held: number;
  failed: number;
}

export interface ConditionPlace extends Place {
  /** The goals that prove the condition: the first starts it, and it holds when the last one does. */
  readonly goals: Goal[];
}

const placeOf = (span: Span): Place => ({ span, held: 0, failed: 0 });

/** The parts of one rule that a check can cover, by the goals that prove them. */
export class RulePlaces {
  readonly rule: Place;
  readonly conditions: readonly ConditionPlace[];
  /** The alternatives of each `or`, by the goals of the alternative. */
  readonly alternatives = new Map<unknown, Place>();
  readonly #byGoal = new Map<unknown, ConditionPlace>();

  constructor(rule: Rule) {
    const { body, span } = rule.origin;
    this.rule = placeOf(span);
    const parts = body && partsOfBody(body);
    this.conditions = (parts?.conditions ?? []).map(({ span: at }) => ({ ...placeOf(at), goals: [] }));
    const ors = (parts?.alternatives ?? []).values();
    this.#add(wholeCandidate(rule).goals, ors);
  }

  conditionOf(goal: unknown): ConditionPlace | undefined {
    return this.#byGoal.get(goal);
  }

  /** Sets all counts to 0. */
  reset(): void {
    for (const place of [this.rule, ...this.conditions, ...this.alternatives.values()]) {
      place.held = 0;
      place.failed = 0;
    }
  }

  /** @param ors the alternatives of the text, in the order of the goals */
  #add(goals: readonly Goal[], ors: Iterator<readonly { readonly span: Span }[]>): void {
    for (const goal of goals) {
      if (goal.kind === 'not') this.#add(goal.operand, ors);
      else if (goal.kind === 'or') {
        const operands = ors.next().value as readonly { readonly span: Span }[];
        goal.alternatives.forEach((alternative, i) => {
          this.alternatives.set(alternative, placeOf(operands[i]!.span));
          this.#add(alternative, ors);
        });
      } else {
        const condition = this.conditions.find(({ span }) => contains(span, goal.span));
        if (condition === undefined) continue;
        condition.goals.push(goal);
        this.#byGoal.set(goal, condition);
      }
    }
  }
}

const contains = (outer: Span, inner: Span): boolean =>
  outer.source === inner.source && outer.start <= inner.start && inner.end <= outer.end;
