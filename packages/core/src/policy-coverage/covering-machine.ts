import { Machine, type MachineOptions, type Stop } from '../engine/machine/machine.js';
import type { Frame } from '../engine/machine/state/frame.js';
import { GoalResult } from '../engine/machine/state/goal-result.js';
import type { Continuation, MachineGoal } from '../engine/machine/state/goal-stack.js';
import type { ProgramContext } from '../engine/program-context.js';
import type { CallGoal, DebugGoal, Rule } from '../ir/goal.js';
import type { LinkedQuery } from '../ir/program.js';
import { isPolarError } from '../diagnostics/polar-error.js';
import { deref } from '../terms/variable.js';
import type { ConditionPlace, Place, RulePlaces } from './rule-places.js';

/** The counts to which the machine adds. */
export interface CoverageCounts {
  placesOf(rule: Rule): RulePlaces;
  called(predicate: string, arity: number): void;
  hadRole(type: string, role: string): void;
}

/** One time that a rule was entered or a condition was tried. */
interface Visit {
  readonly place: Place;
  hasHeld: boolean;
  /** Whether the condition waits for a promise or the value of a variable, and is proved again later. */
  isDelayed: boolean;
}

/**
 * The machine, with counts of the rules and conditions that hold or fail. It proves the same goals in the same order, one in each step. A
 * mark after each condition is reached only when the condition holds.
 */
export class CoveringMachine extends Machine {
  readonly #counts: CoverageCounts;
  /** The visits that are not yet counted. */
  #visits: Visit[] = [];
  readonly #entered = new WeakMap<Frame, Visit>();
  readonly #tried = new WeakMap<Frame, Map<Place, Visit>>();
  readonly #marks = new WeakMap<object, () => void>();

  constructor(
    context: ProgramContext,
    query: LinkedQuery,
    slots: unknown[],
    options: MachineOptions,
    counts: CoverageCounts,
  ) {
    super(context, query, slots, { ...options, isSteppedThrough: true });
    this.#counts = counts;
  }

  override resume(): Stop {
    try {
      const stop = super.resume();
      if (stop.kind === 'answer' || stop.kind === 'exhausted') this.#count();
      return stop;
    } catch (error) {
      if (isPolarError(error) && error.code.startsWith('POLAR_UNDECIDED_')) this.#count();
      this.#visits = [];
      throw error;
    }
  }

  override enter(frame: Frame): void {
    super.enter(frame);
    this.#entered.set(frame, this.#visit(this.#counts.placesOf(frame.rule!).rule));
  }

  override startGoals(goals: readonly MachineGoal[], frame: Frame, next: Continuation | undefined): void {
    // The constructor of the machine starts the goals of the query, which is not a rule.
    if (frame.rule === undefined) return super.startGoals(goals, frame, next);
    const alternative = this.#counts.placesOf(frame.rule).alternatives.get(goals);
    if (alternative === undefined) return super.startGoals(goals, frame, next);
    const visit = this.#visit(alternative);
    super.startGoals(goals, frame, this.#mark(goals[0]?.span ?? frame.rule.origin.span, frame, next, visit));
  }

  override prove(goal: MachineGoal, frame: Frame): GoalResult {
    const hold = this.#marks.get(goal);
    if (hold !== undefined) {
      hold();
      return GoalResult.proved;
    }
    const condition = frame.rule && this.#counts.placesOf(frame.rule).conditionOf(goal);
    const visit = condition && this.#visitOf(condition, goal, frame);
    if (goal.kind === 'call') this.#counts.called(goal.predicate.name, goal.args.length);
    const isCall = goal.kind === 'call';
    if (isCall || (visit !== undefined && condition?.goals.at(-1) === goal)) {
      const after = isCall ? this.#afterCall(goal, frame, this.path, visit) : visit;
      const next = this.#mark(goal.span, frame, this.afterCurrent(), after);
      this.continueWith({ goals: [goal], index: 0, frame, next });
    }
    const { constraints } = this;
    const result = super.prove(goal, frame);
    const isDelayed =
      result === GoalResult.waits || (result === GoalResult.proved && this.constraints !== constraints);
    if (isDelayed && visit !== undefined) visit.isDelayed = true;
    return result;
  }

  /** Returns a continuation that first notes that something holds. */
  #mark(
    span: DebugGoal['span'],
    frame: Frame,
    next: Continuation | undefined,
    held: Visit | (() => void) | undefined,
  ): Continuation {
    const mark: DebugGoal = { kind: 'debug', span };
    const hold = typeof held === 'function' ? held : () => void (held!.hasHeld = true);
    this.#marks.set(mark, hold);
    return { goals: [mark], index: 0, frame, next };
  }

  #visit(place: Place): Visit {
    const visit = { place, hasHeld: false, isDelayed: false };
    this.#visits.push(visit);
    return visit;
  }

  /** Returns the visit to which a goal belongs: a new one for the first goal of a condition, and for a goal that was delayed. */
  #visitOf(condition: ConditionPlace, goal: MachineGoal, frame: Frame): Visit {
    let tried = this.#tried.get(frame);
    if (tried === undefined) this.#tried.set(frame, (tried = new Map()));
    let visit = tried.get(condition);
    if (visit === undefined || visit.isDelayed || condition.goals[0] === goal)
      tried.set(condition, (visit = this.#visit(condition)));
    return visit;
  }

  /** @param before the latest rule of the proof before the call */
  #afterCall(goal: CallGoal, frame: Frame, before: Frame | undefined, visit: Visit | undefined): () => void {
    return () => {
      if (visit !== undefined) visit.hasHeld = true;
      const { name } = goal.predicate;
      for (let used = this.path; used !== undefined && used !== before; used = used.previous) {
        if (used.caller !== frame || used.callSpan !== goal.span || used.rule?.name !== name) continue;
        const entered = this.#entered.get(used);
        if (entered !== undefined) entered.hasHeld = true;
        break;
      }
      if (name === 'has_role' && goal.args.length === 3) this.#noteRole(goal, frame);
    };
  }

  #noteRole({ args }: CallGoal, frame: Frame): void {
    const role = deref(this.value(args[1]!, frame));
    const resource = deref(this.value(args[2]!, frame));
    if (typeof role !== 'string') return;
    for (const type of this.typeOf(resource).types) this.#counts.hadRole(type.name, role);
  }

  #count(): void {
    for (const { place, hasHeld, isDelayed } of this.#visits) {
      if (hasHeld) place.held++;
      else if (!isDelayed) place.failed++;
    }
    this.#visits = [];
  }
}
