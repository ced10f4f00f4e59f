import type { Goal } from '../ir/goal.js';
import { ProgressOfAttempts } from './progress.js';
import type { Attempt, GoalEvent } from './trace.js';
import { failingAmong } from './untried-conditions.js';

/** Number of calls inside calls whose distance counts. */
const maxDepth = 64;

/** The distance of a condition that data cannot repair: the type of an argument, and a call for which no rule was entered. */
const farthest = 10;

/**
 * Measures how far a rule is from success: the number of conditions that must still hold, the failing one included. A long way through
 * other rules brings a rule no nearer. `nearest-condition.test.ts` measures how often the nearest condition decides.
 */
export class DistanceOfAttempts {
  readonly #known = new Map<Attempt, number>();

  constructor(readonly progress: ProgressOfAttempts) {}

  of(attempt: Attempt, depth = 0): number {
    const known = this.#known.get(attempt);
    if (known !== undefined) return known;
    const distance =
      this.#inSequence(attempt.order.goals, attempt, depth) +
      // At the same distance, the shorter way comes first, and then the rule of which a larger part holds.
      0.001 -
      this.progress.of(attempt) / 1_000_000;
    this.#known.set(attempt, distance);
    return distance;
  }

  /** Returns the event of a call that came nearest to success. */
  nearest(events: readonly GoalEvent[]): GoalEvent | undefined {
    let nearest = events[0];
    let least = Infinity;
    for (const event of events) {
      const distance = this.#ofEvent(event, 0);
      if (distance >= least) continue;
      least = distance;
      nearest = event;
    }
    return nearest;
  }

  #inSequence(goals: readonly Goal[], attempt: Attempt, depth: number): number {
    const last = goals.findLastIndex((goal) => attempt.eventsOf(goal).length > 0);
    const untried = goals.slice(last + 1);
    if (last === -1) return failingAmong(untried, undefined) + 1;
    const events = attempt.eventsOf(goals[last]!);
    // Each element of a list is tried with its own values. The nearest counts.
    const open = Math.min(
      ...events.map(({ failure, slots }) => failingAmong(untried, failure?.slots ?? slots)),
    );
    return open + this.#inGoal(goals[last]!, attempt, depth);
  }

  #inGoal(goal: Goal, attempt: Attempt, depth: number): number {
    if (depth > maxDepth) return farthest;
    if (goal.kind === 'or')
      return Math.min(...goal.alternatives.map((one) => this.#inSequence(one, attempt, depth + 1)));
    const events = attempt.eventsOf(goal);
    if (goal.kind === 'call')
      return Math.min(farthest, ...events.map((event) => this.#ofEvent(event, depth)));
    return events.some(({ failure }) => failure?.goal.kind === 'isa') ? farthest : 1;
  }

  #ofEvent({ entered }: GoalEvent, depth: number): number {
    return entered.reduce((least, attempt) => Math.min(least, this.of(attempt, depth + 1)), farthest);
  }
}

/** Returns the event of a condition after which the fewest conditions fail. */
export function nearestFailure(
  events: readonly GoalEvent[],
  untried: readonly Goal[],
): GoalEvent | undefined {
  let nearest: GoalEvent | undefined;
  let least = Infinity;
  for (const event of events) {
    if (event.failure === undefined) continue;
    const failing = failingAmong(untried, event.failure.slots);
    if (failing >= least) continue;
    least = failing;
    nearest = event;
  }
  return nearest;
}
