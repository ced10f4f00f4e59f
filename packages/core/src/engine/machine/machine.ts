import { isPolarError, PolarError } from '../../diagnostics/polar-error.js';
import { MissingValue } from '../../host/missing-value.js';
import { show } from '../../host/show.js';
import { messageOfThrown } from '../../internal/message-of-thrown.js';
import { assertNever } from '../../internal/bug.js';
import type { LinkedQuery } from '../../ir/program.js';
import { hostError, isStackOverflow } from '../host-error.js';
import type { HostReplay } from '../host-replay.js';
import type { Budget } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { isPartial } from '../../terms/partial.js';
import { Variable } from '../../terms/variable.js';
import { Evaluator } from './evaluator.js';
import { proveCall } from './call.js';
import { proveArithmetic } from './goals/arithmetic.js';
import { proveAssign } from './goals/assign.js';
import { proveAwakened } from './goals/awakened.js';
import { proveCompare } from './goals/compare.js';
import { proveCut } from './goals/cut.js';
import { proveCondition } from './goals/condition.js';
import { proveIn, proveNextItem } from './goals/in.js';
import { proveIsa } from './goals/isa.js';
import { proveLookup } from './goals/lookup.js';
import { proveMethod, proveNew } from './goals/method.js';
import { endNegation, proveNot, proveRefute } from './goals/negation.js';
import { proveReceive } from './goals/receive.js';
import { endQuestion, proveAnswer } from './question.js';
import { rulesOfPath } from './rules-of-path.js';
import { tryRules } from './rule-selection.js';
import type { Constraint } from './state/constraint.js';
import type { Frame } from './state/frame.js';
import { GoalResult } from './state/goal-result.js';
import type { MachineGoal } from './state/goal-stack.js';
import { emptySlot, snapshot } from './state/term-value.js';
import { traceOf, undecidedError } from './state/undecided.js';

/** The reason why the machine stopped. It never awaits and never prints. */
export type Stop =
  | { readonly kind: 'answer' }
  | { readonly kind: 'await'; readonly promise: PromiseLike<unknown>; readonly origin: string }
  | { readonly kind: 'pause' }
  | { readonly kind: 'exhausted' };

export interface MachineOptions {
  readonly budget: Budget;
  /** Whether the machine pauses before each goal. */
  readonly isSteppedThrough?: boolean;
  /** The calls that the compiled engine has made. */
  readonly replay: HostReplay | undefined;
  /** Whether each proof is an answer, also of a question that was answered before. */
  readonly keepsProofs?: boolean;
}

/**
 * The reference engine: it proves goals depth first and from left to right, with backtracking, and defines the meaning of a policy. Goals,
 * choice points and bindings are data, so that the machine can stop, return the reason, and resume.
 */
export class Machine extends Evaluator {
  #hasAnswer = false;
  #isStarted = false;
  /** Whether the current answer was returned, or none is left: to resume is to backtrack. */
  #isAtEnd = false;
  /** Whether the machine has paused before the current goal, which is proved when it resumes. */
  #hasPaused = false;

  readonly #names: readonly string[];

  /** @param slots the values of the query's variables, and `emptySlot` for the others; owned by the machine */
  constructor(context: ProgramContext, query: LinkedQuery, slots: unknown[], options: MachineOptions) {
    super(
      context,
      rootFrame(query, slots),
      options.budget,
      options.replay,
      options.isSteppedThrough === true,
      options.keepsProofs === true,
    );
    this.#names = query.slotNames;
    this.restoreCalls(slots);
    this.startGoals(query.goals, this.root, undefined);
  }

  // ── running ──

  /**
   * Runs to the next stop.
   *
   * @throws {PolarError} a fault, or at the end of a query without an answer the reason why it is undecided
   */
  resume(): Stop {
    try {
      if (!this.#isStarted) {
        this.budget.checkStart();
        this.#isStarted = true;
      } else {
        this.budget.checkTime();
        if (this.#isAtEnd && !this.backtrack()) return this.#exhausted();
        this.#isAtEnd = false;
      }
      for (;;) {
        if (this.goals === undefined) {
          this.budget.checkTime();
          this.#hasAnswer = true;
          this.#isAtEnd = true;
          return anAnswer;
        }
        const goal = this.goals[this.index]!;
        const { frame } = this;
        if (this.isSteppedThrough) {
          this.#hasPaused = !this.#hasPaused;
          if (this.#hasPaused) return aPause;
        }
        this.budget.step();
        switch (this.prove(goal, frame)) {
          case GoalResult.proved:
            this.advance();
            break;
          case GoalResult.failed:
            if (!this.backtrack()) return this.#exhausted();
            break;
          case GoalResult.replaced:
            break;
          case GoalResult.waits: {
            const { promise, origin } = this.awaiting!;
            this.handleRejections();
            this.#hasPaused = this.isSteppedThrough;
            return { kind: 'await', promise, origin };
          }
        }
      }
    } catch (error) {
      const goal = this.goals?.[this.index];
      const { frame } = this;
      this.dispose();
      this.madeBefore?.abandon();
      throw located(isStackOverflow(error) ? this.#tooDeep() : error, goal, frame);
    }
  }

  protected override queryVariables(): ReadonlyMap<string, Variable> {
    const { slots } = this.root;
    return new Map(
      this.#names.flatMap((name, i) => {
        const value = slots[i];
        return value instanceof Variable && !name.startsWith('_') ? [[name, value] as const] : [];
      }),
    );
  }

  prove(goal: MachineGoal, frame: Frame): GoalResult {
    try {
      return this.#prove(goal, frame);
    } catch (error) {
      // An element of a list contradicts its declaration.
      if (error instanceof MissingValue) return this.reportMissing(error, goal.span, frame);
      throw error;
    }
  }

  #prove(goal: MachineGoal, frame: Frame): GoalResult {
    switch (goal.kind) {
      case 'call':
        return proveCall(this, goal, frame);
      case 'unify':
        return this.unifyTerms(goal, frame);
      case 'unify-values':
        return this.unify(goal.left, goal.right, goal.span);
      case 'lookup':
        return proveLookup(this, goal, frame);
      case 'awakened':
        return proveAwakened(this, goal, frame);
      case 'receive':
        return proveReceive(this, goal, frame);
      case 'condition':
        return proveCondition(this, goal, frame);
      case 'compare':
        return proveCompare(this, goal, frame);
      case 'isa':
        return proveIsa(this, goal, frame);
      case 'in':
        return proveIn(this, goal, frame);
      case 'next-item':
        return proveNextItem(this, goal, frame);
      case 'method':
        return proveMethod(this, goal, frame);
      case 'new':
        return proveNew(this, goal, frame);
      case 'arithmetic':
        return proveArithmetic(this, goal, frame);
      case 'or':
        return this.tryAlternatives(goal.alternatives);
      case 'not':
        return proveNot(this, goal);
      case 'answer':
        return proveAnswer(this, goal.point);
      case 'refute':
        return proveRefute(this, goal.negation);
      case 'assign':
        return proveAssign(this, goal, frame);
      case 'cut':
        return proveCut(this, goal, frame);
      case 'print':
        this.context.print(goal.args.map((arg) => this.shown(this.value(arg, frame))).join(', '));
        return GoalResult.proved;
      case 'debug':
        // A debugger has stopped before it.
        return GoalResult.proved;
      default:
        return assertNever(goal);
    }
  }

  backtrack(base = 0): boolean {
    for (;;) {
      const point = this.choices.length > base ? this.choices.pop() : undefined;
      if (point === undefined) {
        this.goals = undefined;
        return false;
      }
      this.undo(point);
      switch (point.kind) {
        case 'rules':
          if (tryRules(this, point) !== GoalResult.failed) return true;
          break;
        case 'or': {
          const goals = point.alternatives[point.index++]!;
          if (point.index < point.alternatives.length) this.choices.push(point);
          this.startGoals(goals, point.frame, point.next);
          return true;
        }
        case 'retry':
          this.continueWith(point);
          return true;
        case 'negation':
          if (endNegation(this, point)) return true;
          break;
        case 'question':
          if (endQuestion(this, point)) return true;
          break;
      }
    }
  }

  /** Returns a value as `print` shows it. */
  protected shown(value: unknown): string {
    if (this.context.show === undefined) return show(value, this.context.program.types);
    const found = snapshot(value, this.budget);
    return isPartial(found) ? show(found) : this.context.show(found);
  }

  #tooDeep(): PolarError {
    return new PolarError('POLAR_RUN_DEPTH_LIMIT', { limit: this.budget.limits.maxDepth });
  }

  #exhausted(): Stop {
    this.budget.checkTime();
    this.#isAtEnd = true;
    const { undecided } = this.queryScope;
    if (undecided !== undefined && !this.#hasAnswer) throw undecidedError(undecided);
    return noFurtherAnswer;
  }

  /** Ends the query because a promise of the application was rejected. Returns the error. */
  rejected(origin: string, reason: unknown): PolarError {
    const goal = this.goals?.[this.index];
    const { frame } = this;
    this.dispose();
    const message = messageOfThrown(reason);
    return new PolarError('POLAR_RUN_HOST_ERROR', { origin, message }, goal?.span, {
      cause: reason,
      ...(goal === undefined ? {} : traceOf(frame)),
    });
  }

  /** Ends the query, and closes its iterators. */
  dispose(): void {
    this.truncateChoices(0);
    this.goals = undefined;
    this.#isStarted = true;
    this.#isAtEnd = true;
  }

  /** The rules that proved the latest answer, in the order in which they were entered. */
  get proof(): Frame[] {
    return rulesOfPath(this.path).map(({ frame }) => frame);
  }

  /** True when the query has delayed goals. */
  get hasConstraints(): boolean {
    return this.constraints !== undefined;
  }

  /** The goals that are still delayed, oldest first. */
  get openConstraints(): Constraint[] {
    return this.constraintsSince(undefined);
  }
}

/** Creates the frame of the query. Variables without a value get a new logic variable. */
function rootFrame({ slotNames }: LinkedQuery, slots: unknown[]): Frame {
  for (let i = 0; i < slotNames.length; i++)
    if (i >= slots.length || slots[i] === emptySlot) slots[i] = new Variable(slotNames[i]!);
  return {
    slots,
    cutBase: 0,
    depth: 0,
    rule: undefined,
    caller: undefined,
    callSpan: undefined,
    previous: undefined,
  };
}

const aPause: Stop = { kind: 'pause' };
const anAnswer: Stop = { kind: 'answer' };
const noFurtherAnswer: Stop = { kind: 'exhausted' };

/**
 * Returns an error with its place in the policy: the place where a limit was exceeded, or where code of the application threw. A proxy may
 * throw whenever it is read.
 */
function located(error: unknown, goal: MachineGoal | undefined, frame: Frame): unknown {
  if (!isPolarError(error)) return hostError(error, 'a value', goal?.span, goal && traceOf(frame));
  if (error.span !== undefined || goal === undefined) return error;
  const options = error.cause === undefined ? {} : { cause: error.cause };
  return new PolarError(error.code, error.data, goal.span, { ...options, ...traceOf(frame) });
}
