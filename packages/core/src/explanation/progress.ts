import type { Goal } from '../ir/goal.js';
import { isComputation } from './goal-order.js';
import type { Attempt, GoalEvent } from './trace.js';

/** Number of calls inside calls whose progress counts. */
const maxDepth = 64;

/** Measures how much of a rule holds, from 0 to 1. */
export class ProgressOfAttempts {
  readonly #known = new Map<Attempt, number>();

  of(attempt: Attempt, depth = 0): number {
    const known = this.#known.get(attempt);
    if (known !== undefined) return known;
    const { goals, headLength } = attempt.order;
    const progress = this.#inSequence(goals.slice(headLength), attempt, depth);
    this.#known.set(attempt, progress);
    return progress;
  }

  #inSequence(goals: readonly Goal[], attempt: Attempt, depth: number): number {
    const last = goals.findLastIndex((goal) => attempt.eventsOf(goal).length > 0);
    if (last === -1) return 0;
    const conditions = goals.filter((goal) => !isComputation(goal)).length;
    const held = goals.slice(0, last).filter((goal) => !isComputation(goal)).length;
    return (held + this.#inGoal(goals[last]!, attempt, depth)) / Math.max(1, conditions);
  }

  #inGoal(goal: Goal, attempt: Attempt, depth: number): number {
    if (depth > maxDepth) return 0;
    if (goal.kind === 'or')
      return Math.max(0, ...goal.alternatives.map((one) => this.#inSequence(one, attempt, depth + 1)));
    if (goal.kind !== 'call') return 0;
    return attempt.eventsOf(goal).reduce((most, event) => Math.max(most, this.#ofCall(event, depth)), 0);
  }

  #ofCall({ entered }: GoalEvent, depth: number): number {
    return entered.reduce((most, attempt) => Math.max(most, this.of(attempt, depth + 1)), 0);
  }
}
