import { Machine, type MachineOptions } from '../engine/machine/machine.js';
import { rulesOfPath } from '../engine/machine/rules-of-path.js';
import type { Frame } from '../engine/machine/state/frame.js';
import { GoalResult } from '../engine/machine/state/goal-result.js';
import type { MachineGoal, MachineQuestion, NegationPoint } from '../engine/machine/state/goal-stack.js';
import { emptySlot } from '../engine/machine/state/term-value.js';
import type { Undecided } from '../engine/machine/state/undecided.js';
import type { ProgramContext } from '../engine/program-context.js';
import type { TypeSet } from '../host/type-set.js';
import { goalOperands } from './goal-operands.js';
import { HiddenFlow } from './hidden-flow.js';
import type { HiddenValues } from './hidden-values.js';
import type { GoalOrder } from './goal-order.js';
import type { Goal } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';
import type { Term } from '../ir/term.js';
import { deref } from '../terms/variable.js';
import {
  Trace,
  type Attempt,
  type GoalEvent,
  type Refutation,
  type SeenValue,
  type UsedRule,
} from './trace.js';
import { unbound, ValueReader } from './value-reader.js';

/** The machine, with a trace of the goals that it proves. It proves the same goals in the same order, one in each step. */
export class TracingMachine extends Machine {
  readonly trace: Trace;
  readonly hidden: HiddenValues | undefined;
  readonly #values = new ValueReader(this);
  readonly #flow: HiddenFlow | undefined;
  #undecided: Undecided | undefined = undefined;
  /** The latest event that was proved: it may wake a delayed goal that fails. */
  #latest: GoalEvent | undefined = undefined;
  readonly #questions = new Map<MachineQuestion, GoalEvent>();
  /** The types of objects that the machine has found. Predicates of the application are not called again. */
  readonly #types = new Map<unknown, TypeSet>();

  /** @param hiddenBy returns the values to hide; undefined if no value can be hidden */
  constructor(
    context: ProgramContext,
    query: LinkedQuery,
    slots: unknown[],
    options: MachineOptions,
    hiddenBy: (machine: TracingMachine) => HiddenValues | undefined,
  ) {
    super(context, query, slots, { ...options, isSteppedThrough: true });
    // An explanation lists each question once.
    this.untabledCalls = 0;
    this.trace = new Trace(query);
    this.hidden = hiddenBy(this);
    this.#flow =
      this.hidden && new HiddenFlow(this.hidden, this.#values, (frame) => this.trace.attemptOf(frame).order);
  }

  override typeOf(value: unknown): TypeSet {
    const types = super.typeOf(value);
    if (this.#types.size < maxTypes) this.#types.set(deref(value), types);
    return types;
  }

  /** Returns the types that the query has found for a value; undefined for a value whose types it did not need. */
  knownTypesOf(value: unknown): TypeSet | undefined {
    return this.#types.get(value) ?? (this.typeSets.hasPredicates ? undefined : this.typeSets.of(value));
  }

  override noteUndecided(undecided: Undecided): void {
    this.#undecided = undecided;
    super.noteUndecided(undecided);
  }

  override enter(frame: Frame): void {
    super.enter(frame);
    if (!this.trace.isFull) this.trace.attemptOf(frame);
  }

  override prove(goal: MachineGoal, frame: Frame): GoalResult {
    const result = this.#proveTraced(goal, frame);
    this.#flow?.note(goal, frame);
    return result;
  }

  #proveTraced(goal: MachineGoal, frame: Frame): GoalResult {
    const { trace } = this;
    if (trace.isFull) return super.prove(goal, frame);
    const attempt = trace.attemptOf(frame);
    const latest = this.#latest;
    const event = trace.start(attempt, goal, () =>
      goal.kind === 'call' ? this.#seen(goal.args, frame, attempt) : [],
    );
    if (event !== undefined && (goal.kind === 'call' || goal.kind === 'not')) {
      attempt.bindings = event.bindings = this.#bindingsOf(frame, attempt.order);
      event.slots = this.#slotsOf(frame);
    }
    const refutation = goal.kind === 'refute' ? this.#refutationOf(goal.negation) : undefined;
    this.#undecided = this.asked = undefined;
    const result = super.prove(goal, frame);
    if (event?.goal === goal && this.asked !== undefined) this.#noteQuestion(this.asked, event);
    if (refutation !== undefined && goal.kind === 'refute') this.#refute(goal.negation, attempt, refutation);
    if (event === undefined) return result;
    if (result === GoalResult.waits) {
      if (event.goal === goal) trace.withdraw(attempt, event);
      return result;
    }
    if (result === GoalResult.failed)
      // A call is never delayed. It fails at once if its answer is known.
      this.#fail(event, event.goal === goal && goal.kind !== 'call' ? latest : undefined, frame, attempt);
    else {
      this.#latest = event;
      event.isProved ||= result === GoalResult.proved;
      if (goal.kind === 'not') event.negation = this.choices.at(-1) as NegationPoint;
    }
    return result;
  }

  /** Returns the rules of the proof from a point on, with the values of their variables. */
  usedRules(since?: Frame): UsedRule[] {
    return rulesOfPath(this.path, since, true).flatMap(({ frame, caller }) => {
      const { rule } = frame;
      if (rule === undefined) return [];
      return [{ frame, caller, rule, bindings: this.#bindingsOf(frame, this.trace.orderOf(rule)) }];
    });
  }

  /** Keeps the call that has asked a question first, whose rules also explain later calls. */
  #noteQuestion(question: MachineQuestion, event: GoalEvent): void {
    const first = this.#questions.get(question);
    if (first === undefined) this.#questions.set(question, event);
    else if (question.evaluation === undefined) {
      event.isReused = true;
      event.entered = first.entered;
    }
  }

  #fail(event: GoalEvent, woken: GoalEvent | undefined, frame: Frame, attempt: Attempt): void {
    const failure = {
      goal: event.goal,
      undecided: this.#undecided,
      values: this.#valuesOf(event.goal, frame, attempt),
      bindings: this.#bindingsOf(frame, attempt.order),
      slots: this.#slotsOf(frame),
    };
    attempt.bindings = failure.bindings;
    event.failure ??= failure;
    // A delayed goal fails because of the goal that gave its variable a value.
    if (woken !== undefined && attempt.eventsOf(event.goal).length > 1) woken.failure ??= failure;
  }

  #refutationOf(negation: NegationPoint): Refutation {
    const { frame } = negation;
    const attempt = this.trace.attemptOf(frame);
    const goal = attempt.order.findAt(negation.span, 'not');
    const operand = goal?.kind === 'not' ? goal.operand : [];
    return {
      values: operand.flatMap((one) => [...this.#valuesOf(one, frame, attempt)]),
      bindings: this.#bindingsOf(frame, attempt.order),
      rules: this.usedRules(negation.path),
    };
  }

  #refute(negation: NegationPoint, attempt: Attempt, refutation: Refutation): void {
    const goal = attempt.order.findAt(negation.span, 'not');
    const event = goal && attempt.eventsOf(goal).at(-1);
    // The negation stays when its operand holds only for some values of an unbound variable.
    if (event !== undefined && !this.choices.includes(negation)) event.refutation ??= refutation;
  }

  #valuesOf(goal: Goal, frame: Frame, attempt: Attempt): readonly SeenValue[] {
    return this.#seen(goalOperands(goal), frame, attempt);
  }

  #seen(terms: readonly Term[], frame: Frame, { order }: Attempt): readonly SeenValue[] {
    return terms.map((term) =>
      this.#searched({ name: order.nameOf(term), value: this.#values.read(term, frame) }),
    );
  }

  #bindingsOf(frame: Frame, { slotNames }: GoalOrder): readonly SeenValue[] {
    const bindings: SeenValue[] = [];
    slotNames.forEach((name, slot) => {
      if (name === '_' || frame.slots[slot] === emptySlot) return;
      bindings.push(this.#searched({ name, value: this.#values.plain(frame.slots[slot]) }));
    });
    return bindings;
  }

  #slotsOf({ slots }: Frame): readonly unknown[] {
    return slots.map((value) => (value === emptySlot ? unbound : this.#values.plain(value)));
  }

  /** Notes the hidden values inside a value that the explanation can show. */
  #searched(seen: SeenValue): SeenValue {
    this.hidden?.search(seen.name ?? '', seen.value);
    return seen;
  }
}

const maxTypes = 10_000;
