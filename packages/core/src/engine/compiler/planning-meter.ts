import type { Meter } from '../../host/meter.js';
import { monotonicClock } from '../../internal/monotonic-clock.js';
import { NotCompilable } from './not-compilable.js';
import { maxPlanningSteps } from './thresholds.js';

/** Thrown when the time for planning is over. The function can be planned later. */
export const planningOver: unique symbol = Symbol('planning is over');

/** Number of steps between two readings of the clock. A step takes about a microsecond, and up to 20 in a new process. */
const stepsPerLook = 16;

/** Counts the work of one part of planning: goals, calls that are followed, and compared rules. */
export class PlanningMeter implements Meter {
  #steps = 0;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(readonly now: () => number = () => monotonicClock.now()) {}

  /** Runs one part. @throws `planningOver` when it notices that the deadline has passed */
  within<Result>(deadline: number, part: () => Result): Result {
    // A function of the application that recognizes types may run a check, which plans, too.
    const [steps, outer] = [this.#steps, this.#deadline];
    this.#steps = 0;
    this.#deadline = deadline;
    try {
      return part();
    } finally {
      this.#steps = steps;
      this.#deadline = outer;
    }
  }

  step(): void {
    this.spend(1);
  }

  /** @throws {NotCompilable} for a part with too much work */
  spend(steps: number): void {
    const before = this.#steps;
    this.#steps += steps;
    if (this.#steps > maxPlanningSteps) throw new NotCompilable('too much work for the compiler');
    if ((before % stepsPerLook) + steps >= stepsPerLook && this.now() > this.#deadline) throw planningOver;
  }

  /** Planning builds no values of the policy. */
  grow(): void {}

  /** Planning does not wait for the application. */
  called(): void {}
}
