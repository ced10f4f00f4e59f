import { isPolarError } from '../diagnostics/polar-error.js';
import { positionOf, type Span } from '../diagnostics/span.js';
import type { MachineOptions, Stop } from '../engine/machine/machine.js';
import type { Frame } from '../engine/machine/state/frame.js';
import { GoalResult } from '../engine/machine/state/goal-result.js';
import type { ChoicePoint, Continuation, MachineGoal } from '../engine/machine/state/goal-stack.js';
import { undecidedError, type Undecided } from '../engine/machine/state/undecided.js';
import type { ProgramContext } from '../engine/program-context.js';
import type { LinkedQuery } from '../ir/program.js';
import { RecordedTrail } from './recorded-trail.js';
import { SecretMachine } from './secret-machine.js';
import type { OpenChoice, Step, StepKind } from './step.js';

/** Number of steps that a record keeps at least: the latest ones. */
const keptSteps = 50_000;

/** The machine, with a record of its steps. It proves the same goals in the same order, and pauses before each. */
export class DebugMachine extends SecretMachine {
  override readonly trail = new RecordedTrail();
  #steps: Step[] = [];
  /** Number of steps that are no longer recorded. */
  #dropped = 0;
  /** Whether the machine proves a goal or backtracks: what it proves meanwhile is part of this goal. */
  #isBusy = false;
  #undecided: Undecided | undefined = undefined;
  /** The failure after which the machine has backtracked. */
  #failed: Step | undefined = undefined;
  #isRetry = false;
  #isExhausted = false;
  #choices: OpenChoice | undefined = undefined;
  readonly #entered = new WeakSet<Frame>();
  /** The line of the latest step in each frame. */
  readonly #lines = new WeakMap<Frame, number>();

  constructor(context: ProgramContext, query: LinkedQuery, slots: unknown[], options: MachineOptions) {
    super(context, query, slots, options);
  }

  get latest(): Step | undefined {
    return this.#steps.at(-1);
  }

  /** Returns a recorded step; undefined for one that is not recorded yet, or no longer. */
  step(number: number): Step | undefined {
    return this.#steps[number - this.#dropped];
  }

  override resume(): Stop {
    const stop = super.resume();
    if (stop.kind === 'pause') {
      const goal = this.goals![this.index]!;
      this.#record('goal', goal.span, this.frame, goal);
    } else if (stop.kind === 'answer') this.#record('answer', this.query.span, this.root, undefined);
    else if (stop.kind === 'exhausted') this.#record('end', this.query.span, this.root, undefined);
    return stop;
  }

  /** Records the error that has ended the query. */
  recordError(error: unknown): void {
    const { latest } = this;
    // An undecided query ends without an error in a goal.
    if (latest === undefined || this.#isExhausted)
      this.#record('end', this.query.span, this.root, undefined, error);
    else {
      const span = (isPolarError(error) ? error.span : undefined) ?? latest.span;
      this.#add({
        ...latest,
        number: latest.number + 1,
        kind: 'error',
        span,
        entersLine: false,
        failed: undefined,
        error,
      });
    }
  }

  override prove(goal: MachineGoal, frame: Frame): GoalResult {
    if (this.#isBusy) return super.prove(goal, frame);
    this.#isBusy = true;
    this.#undecided = undefined;
    let result: GoalResult;
    try {
      result = super.prove(goal, frame);
    } finally {
      this.#isBusy = false;
    }
    const undecided = this.#undecided as Undecided | undefined;
    if (undecided !== undefined)
      this.#record('undecided', undecided.span, frame, goal, undecidedError(undecided));
    else if (result === GoalResult.failed && !isNegatedAction(goal))
      this.#record('failure', goal.span, frame, goal);
    if (result !== GoalResult.failed) this.#recordRule();
    return result;
  }

  override backtrack(base?: number): boolean {
    if (this.#isBusy) return super.backtrack(base);
    this.#isBusy = true;
    try {
      this.#isExhausted = !super.backtrack(base);
    } finally {
      this.#isBusy = false;
    }
    this.#isRetry = true;
    this.#recordRule();
    return !this.#isExhausted;
  }

  override noteUndecided(undecided: Undecided): void {
    this.#undecided = undecided;
    super.noteUndecided(undecided);
  }

  /** Records that a rule was entered, if the proof uses a new one. */
  #recordRule(): void {
    const frame = this.path;
    if (frame?.rule === undefined || this.#entered.has(frame)) return;
    this.#entered.add(frame);
    this.#record('rule', frame.rule.origin.span, frame, undefined);
  }

  #record(kind: StepKind, span: Span, frame: Frame, goal: MachineGoal | undefined, error?: unknown): void {
    const { line } = positionOf(span);
    const isPlace = kind === 'goal' || kind === 'rule';
    const isRetry = this.#isRetry;
    const entersLine = isPlace && (isRetry || this.#lines.get(frame) !== line);
    if (isPlace) this.#lines.set(frame, line);
    const step: Step = {
      kind,
      number: this.#dropped + this.#steps.length,
      time: this.trail.time,
      span,
      frame,
      goal,
      rest: this.#rest(),
      choices: this.#openChoices(),
      constraints: this.constraints,
      failed: this.#failed,
      isRetry,
      entersLine,
      error,
    };
    this.#isRetry = false;
    this.#failed = kind === 'failure' || kind === 'undecided' ? { ...step, failed: undefined } : undefined;
    this.#add(step);
  }

  #add(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length < 2 * keptSteps) return;
    this.#dropped += keptSteps;
    this.#steps = this.#steps.slice(keptSteps);
    this.trail.dropBefore(this.#steps[0]!.time);
  }

  #rest(): Continuation | undefined {
    const { goals, index, frame, next } = this;
    return goals && { goals, index, frame, next };
  }

  /** Returns the choice points. The list shares its older part with that of the step before. */
  #openChoices(): OpenChoice | undefined {
    const { choices } = this;
    let top = this.#choices;
    while (top !== undefined && !isSame(top, choices[top.depth])) top = top.below;
    for (let depth = top === undefined ? 0 : top.depth + 1; depth < choices.length; depth++) {
      const point = choices[depth]!;
      top = { point, index: indexOf(point), depth, below: top };
    }
    return (this.#choices = top);
  }
}

const indexOf = (point: ChoicePoint): number => ('index' in point ? point.index : 0);

const isSame = ({ point, index }: OpenChoice, current: ChoicePoint | undefined): boolean =>
  point === current && index === indexOf(point);

/**
 * Returns whether a goal ends the `not` that `forall` puts around its action. When it fails, the action holds. In the text, the operand
 * of a written `not` begins behind the word.
 */
const isNegatedAction = (goal: MachineGoal): boolean =>
  goal.kind === 'refute' && goal.operand.some(({ span }) => span.start === goal.span.start);
