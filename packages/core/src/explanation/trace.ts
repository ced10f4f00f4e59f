import type { Frame } from '../engine/machine/state/frame.js';
import type { MachineGoal, NegationPoint } from '../engine/machine/state/goal-stack.js';
import type { Undecided } from '../engine/machine/state/undecided.js';
import type { Goal, Rule } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';
import { GoalOrder } from './goal-order.js';

/** A value with the expression that it comes from. */
export interface SeenValue {
  readonly name: string | undefined;
  readonly value: unknown;
}

/** The reason why a goal failed, with the values at that time. */
export interface GoalFailure {
  /** The goal that failed. It is another one than that of the event if the event woke a delayed goal. */
  readonly goal: Goal;
  readonly undecided: Undecided | undefined;
  readonly values: readonly SeenValue[];
  readonly bindings: readonly SeenValue[];
  /** The values of all variables, by slot. */
  readonly slots: readonly unknown[];
}

/** The proof of a negated condition. */
export interface Refutation {
  readonly values: readonly SeenValue[];
  readonly bindings: readonly SeenValue[];
  readonly rules: readonly UsedRule[];
}

/** A rule of a proof, with the values of its variables. */
export interface UsedRule {
  readonly frame: Frame;
  /** The rule that called it, or used its proof. */
  readonly caller: Frame | undefined;
  readonly rule: Rule;
  readonly bindings: readonly SeenValue[];
}

/** One time that a goal was proved. */
export interface GoalEvent {
  readonly goal: Goal;
  isProved: boolean;
  failure: GoalFailure | undefined;
  /** The arguments of a call, and the rules that were entered for it. */
  readonly args: readonly SeenValue[];
  entered: Attempt[];
  /** Whether the answer of an earlier call was used, which has entered these rules. */
  isReused: boolean;
  /** The values of the variables before a call or a negation. */
  bindings: readonly SeenValue[];
  /** The same for all variables, by slot. */
  slots: readonly unknown[] | undefined;
  /** The end of a negation, which knows whether the operand was undecided. */
  negation: NegationPoint | undefined;
  refutation: Refutation | undefined;
}

/** One use of a rule, or the query: the goals that were proved in its frame. */
export class Attempt {
  readonly events = new Map<Goal, GoalEvent[]>();
  /** The latest event. */
  current: GoalEvent | undefined = undefined;
  /** The values of the variables when the latest goal failed. */
  bindings: readonly SeenValue[] = [];

  constructor(
    readonly rule: Rule | undefined,
    readonly order: GoalOrder,
  ) {}

  eventsOf(goal: Goal): readonly GoalEvent[] {
    return this.events.get(goal) ?? [];
  }
}

/** Number of events that a trace keeps. */
const maxEvents = 50_000;

/** The goals that the machine proved for a query, by the rules in whose frames it proved them. */
export class Trace {
  readonly root: Attempt;
  readonly #attempts = new Map<Frame, Attempt>();
  readonly #orders = new Map<Rule, GoalOrder>();
  #count = 0;

  constructor(query: LinkedQuery) {
    this.root = new Attempt(undefined, GoalOrder.ofQuery(query));
  }

  /** Returns the attempt of a frame. A frame that is new belongs to the latest call at its place. */
  attemptOf(frame: Frame): Attempt {
    const { rule, caller, callSpan } = frame;
    if (rule === undefined) return this.root;
    const known = this.#attempts.get(frame);
    if (known !== undefined) return known;
    const attempt = new Attempt(rule, this.orderOf(rule));
    this.#attempts.set(frame, attempt);
    if (caller !== undefined && callSpan !== undefined) {
      const calling = this.attemptOf(caller);
      const goal = calling.order.findCall(callSpan, rule.name);
      if (goal !== undefined) calling.events.get(goal)?.at(-1)?.entered.push(attempt);
    }
    return attempt;
  }

  orderOf(rule: Rule): GoalOrder {
    let order = this.#orders.get(rule);
    if (order === undefined) this.#orders.set(rule, (order = GoalOrder.of(rule)));
    return order;
  }

  /** Whether later events are not kept. */
  get isFull(): boolean {
    return this.#count >= maxEvents;
  }

  /** Starts the event of a goal. A goal that the machine has added belongs to the goal of the policy for which it was added. */
  start(attempt: Attempt, goal: MachineGoal, argsOf: () => readonly SeenValue[]): GoalEvent | undefined {
    const { order } = attempt;
    if (goal.kind === 'refute' || goal.kind === 'answer') return undefined;
    if (!order.has(goal)) {
      const owner = order.findAt(goal.span, goal.kind === 'next-item' ? 'in' : undefined);
      return (owner && attempt.events.get(owner)?.at(-1)) ?? attempt.current;
    }
    this.#count++;
    const event: GoalEvent = {
      goal,
      isProved: false,
      failure: undefined,
      args: goal.kind === 'call' ? argsOf() : [],
      entered: [],
      isReused: false,
      bindings: [],
      slots: undefined,
      negation: undefined,
      refutation: undefined,
    };
    const events = attempt.events.get(goal);
    if (events === undefined) attempt.events.set(goal, [event]);
    else events.push(event);
    attempt.current = event;
    return event;
  }

  /** Removes an event whose goal is proved again when a promise is settled. */
  withdraw(attempt: Attempt, event: GoalEvent): void {
    const events = attempt.events.get(event.goal);
    if (events?.at(-1) === event) events.pop();
  }
}
