import { handleRejections } from '../../../host/handle-rejections.js';
import type { Goal } from '../../../ir/goal.js';
import type { Budget } from '../../limits.js';
import type { QuestionTable } from '../../tabling/question-table.js';
import { untabledCalls } from '../../tabling/thresholds.js';
import type { Constraint, ConstraintList } from './constraint.js';
import type { Frame, ProofPart } from './frame.js';
import { GoalResult } from './goal-result.js';
import type {
  ChoicePoint,
  Continuation,
  ItemSource,
  MachineGoal,
  MachineQuestion,
  Mark,
  RetryPoint,
  Scope,
} from './goal-stack.js';
import { Trail } from './trail.js';
import type { Undecided } from './undecided.js';

/** Number of choice points whose collections are searched for promises. Few policies that await promises have more. */
const maxSearched = 1_000;

/** The goals that are left to prove, the choice points and the bindings: the state of a proof that backtracking restores. */
export class ProofState {
  readonly trail = new Trail();
  readonly choices: ChoicePoint[] = [];
  /** The current goals, to be proved from `index` on; undefined when no goal is left. */
  goals: readonly MachineGoal[] | undefined = undefined;
  index = 0;
  frame: Frame;
  /** The goals after the current ones. */
  next: Continuation | undefined = undefined;
  /** Goals that wait for a value of a variable, newest first. */
  constraints: ConstraintList | undefined = undefined;
  /** Constraints of which a variable was bound: they are proved before other goals. */
  awakened: Constraint[] = [];
  readonly queryScope: Scope;
  scope: Scope;
  /** The questions of the query, once there are many recursive calls. */
  questions: QuestionTable<Undecided, ProofPart> | undefined = undefined;
  /** The latest question. */
  asked: MachineQuestion | undefined = undefined;
  /** The number of recursive calls before questions are remembered. */
  untabledCalls = untabledCalls.machine;
  /** The rule that the proof used last. It refers to the rules before. */
  path: Frame | undefined = undefined;

  /**
   * @param isSteppedThrough whether a debugger pauses before each goal; then no goal is proved together with another
   * @param keepsProofs whether each proof is an answer, also of a question that was answered before
   */
  constructor(
    readonly root: Frame,
    readonly budget: Budget,
    readonly isSteppedThrough: boolean,
    keepsProofs: boolean,
  ) {
    this.frame = root;
    this.queryScope = {
      isNegation: false,
      cutBase: 0,
      undecided: undefined,
      evaluation: undefined,
      keepsProofs,
    };
    this.scope = this.queryScope;
  }

  get isNegating(): boolean {
    return this.scope.isNegation;
  }

  /** Adds a rule to the proof, because its head fits. */
  enter(frame: Frame): void {
    this.path = frame;
  }

  // ── goals ──

  /** Makes these the current goals, in a frame. */
  startGoals(goals: readonly MachineGoal[], frame: Frame, next: Continuation | undefined): void {
    if (goals.length === 0) {
      this.continueWith(next);
      return;
    }
    this.goals = goals;
    this.index = 0;
    this.frame = frame;
    this.next = next;
  }

  continueWith(to: Continuation | undefined): void {
    if (to === undefined) {
      this.goals = undefined;
      return;
    }
    this.goals = to.goals;
    this.index = to.index;
    this.frame = to.frame;
    this.next = to.next;
  }

  /** Moves to the goal after the current one. */
  advance(): void {
    if (this.awakened.length > 0) this.continueWith(this.withAwakened(this.afterCurrent()));
    else if (++this.index >= this.goals!.length) this.continueWith(this.next);
  }

  /** Returns the goals after the current one. */
  afterCurrent(): Continuation | undefined {
    const index = this.index + 1;
    return index < this.goals!.length
      ? { goals: this.goals!, index, frame: this.frame, next: this.next }
      : this.next;
  }

  /** Places the awakened constraints before other goals. */
  withAwakened(next: Continuation | undefined): Continuation | undefined {
    const awakened =
      this.awakened.length === 1 ? this.awakened : this.inAwakenedOrder([...new Set(this.awakened)]);
    this.awakened = [];
    return awakened.reduceRight<Continuation | undefined>(
      (rest, constraint) => ({
        goals: [this.awakenedGoal(constraint)],
        index: 0,
        frame: constraint.frame,
        next: rest,
      }),
      next,
    );
  }

  /** Returns the awakened constraints in the order in which they are proved. */
  protected inAwakenedOrder(awakened: Constraint[]): Constraint[] {
    return awakened;
  }

  /** Returns the goal that proves a constraint of which a variable was bound. */
  protected awakenedGoal({ goal }: Constraint): MachineGoal {
    return goal;
  }

  /** Replaces the current goal. */
  replaceGoal(goals: readonly MachineGoal[]): GoalResult {
    this.startGoals(goals, this.frame, this.afterCurrent());
    return GoalResult.replaced;
  }

  /** Returns whether a goal comes directly after the current one, and may be proved in one step with it. */
  isNext(goal: Goal): boolean {
    return this.goals![this.index + 1] === goal && !this.isSteppedThrough;
  }

  /** Skips goals that were proved together with the current one. */
  skipGoals(count: number): void {
    this.index += count;
  }

  /** Moves to the goals after the current ones, without the first of them, which were proved together with the current one. */
  continueAfter(proved: number): GoalResult {
    this.continueWith(this.next);
    this.index += proved;
    if (this.goals !== undefined && this.index >= this.goals.length) this.continueWith(this.next);
    return GoalResult.replaced;
  }

  // ── choice points ──

  mark(): Mark {
    return {
      trailMark: this.trail.mark(),
      constraints: this.constraints,
      scope: this.scope,
      path: this.path,
    };
  }

  undo(point: Mark): void {
    this.trail.undoTo(point.trailMark);
    this.constraints = point.constraints;
    this.scope = point.scope;
    this.path = point.path;
    this.dropAwakened();
  }

  dropAwakened(): void {
    if (this.awakened.length > 0) this.awakened = [];
  }

  /** Proves the first alternative, and leaves a choice point for the others. */
  tryAlternatives(alternatives: readonly (readonly MachineGoal[])[]): GoalResult {
    const { frame } = this;
    const next = this.afterCurrent();
    if (alternatives.length > 1) {
      this.choices.push({
        kind: 'or',
        trailMark: this.trail.mark(),
        constraints: this.constraints,
        scope: this.scope,
        path: this.path,
        next,
        alternatives,
        index: 1,
        frame,
      });
    }
    this.startGoals(alternatives[0]!, frame, next);
    return GoalResult.replaced;
  }

  /** Returns the current state as the choice point for the next element of a source. */
  retryPoint(source: ItemSource): RetryPoint {
    return {
      kind: 'retry',
      trailMark: this.trail.mark(),
      constraints: this.constraints,
      scope: this.scope,
      path: this.path,
      next: this.next,
      goals: this.goals!,
      index: this.index,
      frame: this.frame,
      source,
    };
  }

  /** Drops the choice points from a height on, and closes their iterators. */
  truncateChoices(height: number): void {
    while (this.choices.length > height) {
      const point = this.choices.pop()!;
      if (point.kind === 'retry') closeQuietly(point.source);
    }
  }

  /** Handles the promises of the collections that are iterated over: another element may be rejected while one is awaited. */
  handleRejections(): void {
    const { choices } = this;
    for (let i = choices.length - 1; i >= 0 && i >= choices.length - maxSearched; i--) {
      const point = choices[i]!;
      if (point.kind !== 'retry' || point.source.collection === undefined) continue;
      handleRejections(point.source.collection);
      point.source.collection = undefined;
    }
  }

  // ── undecided ──

  noteUndecided(undecided: Undecided): void {
    this.scope.undecided ??= undecided;
  }
}

function closeQuietly(source: ItemSource): void {
  try {
    source.close?.();
  } catch {
    // The answer does not depend on it, and the query may be ending in an error.
  }
}
