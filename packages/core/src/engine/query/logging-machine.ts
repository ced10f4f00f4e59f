import { Machine, type Stop } from '../machine/machine.js';
import { applicableRules } from '../machine/rule-selection.js';
import type { Frame } from '../machine/state/frame.js';
import type { GoalResult } from '../machine/state/goal-result.js';
import type { MachineGoal } from '../machine/state/goal-stack.js';
import { emptySlot } from '../machine/state/term-value.js';
import type { CallGoal, Rule } from '../../ir/goal.js';
import type { Span } from '../../diagnostics/span.js';

/** Receives what happens in a query. */
export interface QueryLog {
  /** A rule is called. @param depth the number of rules around the call */
  called(name: string, args: readonly string[], applicable: readonly Rule[], depth: number): void;
  /** A rule is tried whose head fits. */
  entered(rule: Rule, depth: number): void;
  /** @param answer the values of the variables that the query does not give */
  answered(answer: ReadonlyMap<string, string>): void;
}

/** The machine, with a log of the rules that it calls and tries. */
export class LoggingMachine extends Machine {
  /** The applicable rules of the calls, by the rule that calls and the place of the call. */
  readonly #applicable = new WeakMap<Frame, Map<Span, readonly Rule[]>>();
  #isTrying = false;
  /** The variables that the query does not give, by their slots. */
  readonly #asked: ReadonlyMap<number, string>;

  constructor(
    readonly log: QueryLog,
    ...[context, query, slots, options]: ConstructorParameters<typeof Machine>
  ) {
    const asked = [...query.slotNames.entries()].filter(
      ([i, name]) => slots[i] === emptySlot && !name.startsWith('_'),
    );
    super(context, query, slots, options);
    this.#asked = new Map(asked);
  }

  override resume(): Stop {
    const stop = super.resume();
    if (stop.kind === 'answer') {
      const values = [...this.#asked].map(
        ([slot, name]) => [name, this.shown(this.root.slots[slot])] as const,
      );
      this.log.answered(new Map(values));
    }
    return stop;
  }

  override prove(goal: MachineGoal, frame: Frame): GoalResult {
    if (goal.kind === 'call') this.#logCall(goal, frame);
    return super.prove(goal, frame);
  }

  override enter(frame: Frame): void {
    super.enter(frame);
    const { rule, caller, callSpan } = frame;
    if (this.#isTrying || rule === undefined || caller === undefined || callSpan === undefined) return;
    if (this.#applicable.get(caller)?.get(callSpan)?.includes(rule) === true)
      this.log.entered(rule, caller.depth);
  }

  #logCall(goal: CallGoal, frame: Frame): void {
    if (this.#isTrying) return;
    this.#isTrying = true;
    try {
      const found = applicableRules(this, goal, frame);
      if (found === undefined) return;
      const calls = this.#applicable.get(frame) ?? new Map<Span, readonly Rule[]>();
      this.#applicable.set(frame, calls.set(goal.span, found.rules));
      const args = found.args.map((arg) => this.shown(arg));
      this.log.called(goal.predicate.name, args, found.rules, frame.depth);
    } finally {
      this.#isTrying = false;
    }
  }
}
