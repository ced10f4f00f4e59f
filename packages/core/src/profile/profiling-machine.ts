import { Machine, type MachineOptions } from '../engine/machine/machine.js';
import type { Frame } from '../engine/machine/state/frame.js';
import { GoalResult } from '../engine/machine/state/goal-result.js';
import type { MachineGoal } from '../engine/machine/state/goal-stack.js';
import type { ProgramContext } from '../engine/program-context.js';
import type { Rule } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';

/** The cost of a rule up to now. */
export interface RuleCost {
  entered: number;
  steps: number;
  ms: number;
  waitMs: number;
}

export const noCost = (): RuleCost => ({ entered: 0, steps: 0, ms: 0, waitMs: 0 });

/** The costs to which the machine adds, and the clock in milliseconds. */
export interface Costs {
  /** Returns the cost of a rule, or of the queries themselves. */
  of(rule: Rule | undefined): RuleCost;
  now(): number;
}

/** The machine, with the cost of each rule whose goals it proves. It proves the same goals in the same order. */
export class ProfilingMachine extends Machine {
  readonly #costs: Costs;
  /** The goal that waits for a promise: its cost, and the time since when it waits. */
  #waiting: { readonly cost: RuleCost; readonly since: number } | undefined = undefined;

  constructor(
    context: ProgramContext,
    query: LinkedQuery,
    slots: unknown[],
    options: MachineOptions,
    costs: Costs,
  ) {
    super(context, query, slots, options);
    this.#costs = costs;
  }

  override enter(frame: Frame): void {
    super.enter(frame);
    this.#costs.of(frame.rule).entered++;
  }

  override prove(goal: MachineGoal, frame: Frame): GoalResult {
    const cost = this.#costs.of(frame.rule);
    const start = this.#costs.now();
    if (this.#waiting !== undefined) {
      this.#waiting.cost.waitMs += start - this.#waiting.since;
      this.#waiting = undefined;
    }
    cost.steps++;
    try {
      const result = super.prove(goal, frame);
      if (result === GoalResult.waits) this.#waiting = { cost, since: this.#costs.now() };
      return result;
    } finally {
      cost.ms += this.#costs.now() - start;
    }
  }
}
