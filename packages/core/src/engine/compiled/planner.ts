import type { CompiledFunction } from '../compiler/compiled-function.js';
import { NotCompilable } from '../compiler/not-compilable.js';
import { planningOver, type PlanningMeter } from '../compiler/planning-meter.js';
import type { SharedPlan } from '../compiler/shared-plan.js';
import {
  maxInterruptions,
  maxOverrunMs,
  maxPlannedFunctions,
  maxPlanningMs,
} from '../compiler/thresholds.js';
import type { CompiledBudget } from '../limits.js';

/** The work that one check may spend on compilation. Then the machine answers it, and later checks continue. */
export interface PlanningLimits {
  readonly maxMs: number;
  readonly maxFunctions: number;
  /** The clock. Tests set another one. */
  readonly now?: () => number;
}

export const defaultPlanning: PlanningLimits = { maxMs: maxPlanningMs, maxFunctions: maxPlannedFunctions };

export const unlimitedPlanning: PlanningLimits = {
  maxMs: Number.POSITIVE_INFINITY,
  maxFunctions: Number.POSITIVE_INFINITY,
};

/** The work on a plan. Each step is a part of it. */
type Steps = Generator<void, SharedPlan, undefined>;

/**
 * Plans functions for the checks that need them, within the limits of each check. The next check continues after the last finished part. A
 * part that takes much longer than a check may plan is interrupted, and the function is planned anew. After several interruptions, it is
 * never planned.
 */
export class Planner {
  /** The plans that are not finished, and those whose code is not made yet. */
  readonly #started = new Map<CompiledFunction, Steps | SharedPlan>();
  readonly #interruptions = new Map<CompiledFunction, number>();

  constructor(
    readonly limits: PlanningLimits,
    readonly meter: PlanningMeter,
    /** Begins the plan of a function. */
    readonly begin: (fn: CompiledFunction) => Steps,
  ) {}

  /**
   * Returns the plan of a function.
   *
   * @param query the budget of the check that needs it; undefined for no limits
   * @throws {NotCompilable}, and `planningOver` when the check may not plan any more
   */
  planOf(fn: CompiledFunction, query: CompiledBudget | undefined): SharedPlan {
    let started = this.#started.get(fn) ?? this.begin(fn);
    if (!('plan' in started) && query !== undefined && query.planned >= this.limits.maxFunctions)
      throw planningOver;
    while (!('plan' in started)) {
      this.#started.set(fn, started);
      const { done, value } = this.#next(fn, started, query);
      if (done !== true) continue;
      started = value;
      this.#started.set(fn, started);
      if (query !== undefined) query.planned++;
    }
    return started;
  }

  /** Makes code of a plan. Its time counts, but it is not interrupted. @throws `planningOver` */
  makeCode<Code>(query: CompiledBudget | undefined, make: () => Code): Code {
    return this.#spend(query, 0, make);
  }

  /** Forgets the plan of a function that has code, or that gets none. */
  forget(fn: CompiledFunction): void {
    this.#started.delete(fn);
    this.#interruptions.delete(fn);
  }

  #next(
    fn: CompiledFunction,
    steps: Steps,
    query: CompiledBudget | undefined,
  ): IteratorResult<void, SharedPlan> {
    const interruptions = this.#interruptions.get(fn) ?? 0;
    if (interruptions >= maxInterruptions) throw new NotCompilable('rules that take too long to plan');
    return this.#spend(query, maxOverrunMs * 2 ** interruptions, () => {
      try {
        return steps.next();
      } catch (error) {
        this.#started.delete(fn);
        if (error === planningOver) this.#interruptions.set(fn, interruptions + 1);
        throw error;
      }
    });
  }

  /** @param overrunMs the time that the work may take beyond the limit of the check */
  #spend<Result>(query: CompiledBudget | undefined, overrunMs: number, work: () => Result): Result {
    const { meter, limits } = this;
    if (query === undefined) return meter.within(Number.POSITIVE_INFINITY, work);
    const remainingMs = query.startPlanning();
    if (query.planningMs >= limits.maxMs || remainingMs <= 0) throw planningOver;
    const startedAt = meter.now();
    // The machine needs time for its answer, too.
    const allowedMs = Math.min(limits.maxMs - query.planningMs + overrunMs, remainingMs / 2);
    try {
      return meter.within(startedAt + allowedMs, work);
    } finally {
      query.planningMs += meter.now() - startedAt;
    }
  }
}
