import type { Code, DataOf } from '../../diagnostics/codes.js';
import { isPolarError, PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import { MissingValue, type MemberContext } from '../../host/member.js';
import { kindOf, show } from '../../host/show.js';
import { Tags, type TypeSet, type TypeSets } from '../../host/type-set.js';
import { isThenable } from '../../host/value.js';
import { assertNever } from '../../internal/assert-never.js';
import { isObjectOrFunction } from '../../internal/is-object.js';
import type { Goal, UnifyGoal } from '../../ir/goal.js';
import { termsOf } from '../../ir/goal-terms.js';
import type { LinkedQuery } from '../../ir/program.js';
import type { Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import { areDistinct, type Equality } from '../equality.js';
import { hostError, isStackOverflow, messageOfThrown } from '../host-error.js';
import type { HostReplay } from '../host-log.js';
import type { Budget } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { EngineValue } from '../terms/engine-value.js';
import { isPartial } from '../terms/partial.js';
import { deref, Variable, type Watcher } from '../terms/variable.js';
import { proveArithmetic } from './goals/arithmetic.js';
import { proveAssign } from './goals/assign.js';
import { proveCompare } from './goals/compare.js';
import { proveCondition } from './goals/condition.js';
import { proveIn, proveNextItem } from './goals/in.js';
import { proveIsa } from './goals/isa.js';
import { proveLookup } from './goals/lookup.js';
import { proveMethod, proveNew } from './goals/method.js';
import { endNegation, proveNot, proveRefute } from './goals/negation.js';
import { proveReceive } from './goals/receive.js';
import { proveCall, tryRules } from './rule-selection.js';
import { isAlive, type Constraint, type ConstraintList } from './state/constraint.js';
import type { Frame } from './state/frame.js';
import { GoalResult } from './state/goal-result.js';
import type { MachineGoal } from './state/goal-stack.js';
import { ProofState } from './state/proof-state.js';
import { pendingArgument, unboundArgument, type Prover } from './state/prover.js';
import { emptySlot, snapshot, valueOf, variablesIn } from './state/term-value.js';
import { traceOf, undecidedError, type Undecided } from './state/undecided.js';
import { bindEither, bindVariable, unifyObjects } from './unifier.js';

/** The reason why the machine stopped. It never awaits and never prints. */
export type Stop =
  | { readonly kind: 'answer' }
  | { readonly kind: 'await'; readonly promise: PromiseLike<unknown>; readonly what: string }
  | { readonly kind: 'pause'; readonly span: Span; readonly frame: Frame }
  | { readonly kind: 'exhausted' };

export interface MachineOptions {
  readonly budget: Budget;
  /** The goals before which the machine pauses: `debug` in a policy, every goal, or none. */
  readonly pausesAt: 'nothing' | 'debug' | 'goal';
  /** The calls that the compiled engine has made. */
  readonly replay: HostReplay | undefined;
}

/**
 * The reference engine: it proves goals depth first and from left to right, with backtracking, and defines the meaning of a policy. Goals,
 * choice points and bindings are data, so that the machine can stop, return the reason, and resume.
 */
export class Machine extends ProofState implements Prover {
  readonly equality: Equality;
  readonly replay: HostReplay | undefined;
  readonly #pausesAt: MachineOptions['pausesAt'];
  // Most queries need none of these three.
  #tags: Tags | undefined = undefined;
  /** The values of the promises that were awaited. */
  #settled: Map<unknown, unknown> | undefined = undefined;
  #seen: Map<object, IteratorResult<unknown>[]> | undefined = undefined;
  #awaiting: { readonly promise: PromiseLike<unknown>; readonly what: string } | undefined = undefined;
  #hasAnswer = false;
  #isStarted = false;
  /** Whether the current answer was returned, or none is left: to resume is to backtrack. */
  #isAtEnd = false;
  /** The goal before which the machine paused last. It is proved when the machine resumes. */
  #pausedAt: { readonly goal: MachineGoal; readonly frame: Frame } | undefined = undefined;

  /** @param slots the values of the query's variables, and `emptySlot` for the others; owned by the machine */
  constructor(
    readonly context: ProgramContext,
    query: LinkedQuery,
    slots: unknown[],
    options: MachineOptions,
  ) {
    super(rootFrame(query, slots), options.budget, options.pausesAt === 'goal');
    this.#pausesAt = options.pausesAt;
    this.replay = options.replay;
    this.equality = context.equality;
    this.startGoals(query.goals, this.root, undefined);
  }

  get tags(): Tags {
    return (this.#tags ??= new Tags(this.context.program.types));
  }

  get typeSets(): TypeSets {
    return this.context.typeSets;
  }

  get areTypesBare(): boolean {
    return this.context.typeSets.areBare;
  }

  get members(): MemberContext {
    return this.context.members;
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
        if (this.isSteppedThrough && !this.#hasPausedAt(goal, frame)) {
          this.#pausedAt = { goal, frame };
          return { kind: 'pause', span: goal.span, frame };
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
            const { promise, what } = this.#awaiting!;
            this.handleRejections();
            return { kind: 'await', promise, what };
          }
          case GoalResult.paused:
            this.advance();
            return { kind: 'pause', span: goal.span, frame };
        }
      }
    } catch (error) {
      const goal = this.goals?.[this.index];
      const { frame } = this;
      this.dispose();
      this.replay?.abandon();
      throw located(isStackOverflow(error) ? this.#tooDeep() : error, goal, frame);
    }
  }

  prove(goal: MachineGoal, frame: Frame): GoalResult {
    switch (goal.kind) {
      case 'call':
        return proveCall(this, goal, frame);
      case 'unify':
        return this.#unifyTerms(goal, frame);
      case 'unify-values':
        return this.unify(goal.left, goal.right, goal.span);
      case 'lookup':
        return proveLookup(this, goal, frame);
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
      case 'refute':
        return proveRefute(this, goal.negation);
      case 'assign':
        return proveAssign(this, goal, frame);
      case 'cut':
        this.truncateChoices(Math.max(frame.cutBase, this.scope.cutBase));
        return GoalResult.proved;
      case 'print':
        this.context.print(
          goal.args.map((arg) => show(this.value(arg, frame), this.context.program.types)).join(', '),
        );
        return GoalResult.proved;
      case 'debug':
        return this.#pausesAt === 'debug' ? GoalResult.paused : GoalResult.proved;
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
      }
    }
  }

  #tooDeep(): PolarError {
    return new PolarError('POLAR_RUN_DEPTH_LIMIT', { limit: this.budget.limits.maxDepth });
  }

  #hasPausedAt(goal: MachineGoal, frame: Frame): boolean {
    return this.#pausedAt !== undefined && this.#pausedAt.goal === goal && this.#pausedAt.frame === frame;
  }

  #exhausted(): Stop {
    this.budget.checkTime();
    this.#isAtEnd = true;
    const { undecided } = this.queryScope;
    if (undecided !== undefined && !this.#hasAnswer) throw undecidedError(undecided);
    return noFurtherAnswer;
  }

  /** Sets the value of a promise for which the machine stopped. */
  settle(promise: PromiseLike<unknown>, value: unknown): void {
    (this.#settled ??= new Map<unknown, unknown>()).set(promise, value);
  }

  /** Ends the query because a promise of the application was rejected. Returns the error. */
  rejected(what: string, reason: unknown): PolarError {
    const goal = this.goals?.[this.index];
    const { frame } = this;
    this.dispose();
    const message = messageOfThrown(reason);
    return new PolarError('POLAR_RUN_HOST_ERROR', { what, message }, goal?.span, {
      cause: reason,
      notes: goal === undefined ? [] : traceOf(frame),
    });
  }

  /** Ends the query, and closes its iterators. */
  dispose(): void {
    this.truncateChoices(0);
    this.goals = undefined;
    this.#isStarted = true;
    this.#isAtEnd = true;
  }

  /** The first condition that was undecided, when no answer was found. */
  get undecided(): Undecided | undefined {
    return this.queryScope.undecided;
  }

  /** The rules that proved the latest answer, in the order in which they were entered. */
  get proof(): Frame[] {
    const frames: Frame[] = [];
    for (let frame = this.path; frame !== undefined; frame = frame.previous) frames.push(frame);
    return frames.reverse();
  }

  /** True when the query has delayed goals. */
  get hasConstraints(): boolean {
    return this.constraints !== undefined;
  }

  /** The goals that are still delayed, oldest first. */
  get openConstraints(): Constraint[] {
    return this.constraintsSince(undefined);
  }

  // ── values ──

  value(term: Term, frame: Frame): unknown {
    if (term.kind === 'slot' && frame.rule !== undefined) {
      const value = frame.slots[term.slot];
      if (value !== emptySlot && !(value instanceof Variable)) return value;
    }
    return this.settled(valueOf(term, frame.slots, this.budget, frame.rule?.slotNames));
  }

  settled(value: unknown): unknown {
    if (this.#settled !== undefined && typeof value === 'object' && this.#settled.has(value))
      return deref(this.#settled.get(value));
    return value;
  }

  waitsForTerm(term: Term, value: unknown, frame: Frame, what: string): boolean {
    // A variable of a rule is never bound to a promise: a promise is awaited before.
    if (term.kind === 'slot' && frame.rule !== undefined) return false;
    return this.waitsFor(value, what);
  }

  waitsFor(value: unknown, what: string): boolean {
    if (!isThenable(value)) return false;
    this.#awaiting = { promise: value, what };
    return true;
  }

  typeOf(value: unknown): TypeSet {
    const { typeSets } = this.context;
    const types = typeSets.of(deref(value), this.#tags);
    if (typeSets.hasPredicates) this.budget.called();
    return types;
  }

  hostArgument(term: Term, frame: Frame): unknown {
    const value = this.value(term, frame);
    if (this.waitsFor(value, 'an argument')) return pendingArgument;
    if (!isPartial(value)) return value;
    const known = snapshot(value, this.budget);
    return isPartial(known) ? unboundArgument : known;
  }

  seenOf(iterator: object): IteratorResult<unknown>[] {
    this.#seen ??= new Map<object, IteratorResult<unknown>[]>();
    let seen = this.#seen.get(iterator);
    if (seen === undefined) this.#seen.set(iterator, (seen = []));
    return seen;
  }

  // ── unification ──

  #unifyTerms(goal: UnifyGoal, frame: Frame): GoalResult {
    const { left, right, span } = goal;
    if (left.kind === 'slot' && frame.slots[left.slot] === emptySlot) {
      const value = this.value(right, frame);
      if (!(value instanceof EngineValue) && !this.waitsForTerm(right, value, frame, 'a value'))
        return this.assignResult(left, value, span, frame);
    }
    return this.unify(this.value(left, frame), this.value(right, frame), span);
  }

  unify(left: unknown, right: unknown, span: Span): GoalResult {
    const a = this.settled(deref(left));
    const b = this.settled(deref(right));
    if (a === b && typeof a !== 'number') return GoalResult.proved;
    if (a instanceof Variable || b instanceof Variable) return bindEither(this, a, b);
    if (!isObjectOrFunction(a) && !isObjectOrFunction(b))
      return a === b ? GoalResult.proved : GoalResult.failed;
    return unifyObjects(this, a, b, span);
  }

  bind(variable: Variable, value: unknown): GoalResult {
    return bindVariable(this, variable, value);
  }

  areDistinct(left: unknown, right: unknown, span: Span): boolean {
    try {
      return areDistinct(left, right, this);
    } catch (error) {
      throw this.hostError(error, 'comparing two values', span, undefined);
    }
  }

  assignResult(term: Term, value: unknown, span: Span, frame: Frame): GoalResult {
    if (term.kind === 'slot' && frame.slots[term.slot] === emptySlot) {
      this.trail.setSlot(frame.slots, term.slot, value);
      return GoalResult.proved;
    }
    return this.unify(this.value(term, frame), value, span);
  }

  acceptResult(
    found: unknown,
    result: Term,
    types: readonly FieldType[],
    span: Span,
    frame: Frame,
  ): GoalResult {
    if (typeof found !== 'object' || found === null) return this.assignResult(result, found, span, frame);
    if (found instanceof MissingValue) return this.reportMissing(found, span, frame);
    const value = this.settled(found);
    if (isThenable(value))
      return this.replaceGoal([{ kind: 'receive', span, promise: value, result, types }]);
    for (const type of types) this.tags.tag(value, type);
    return this.assignResult(result, value, span, frame);
  }

  // ── constraints ──

  suspend(goal: Goal, frame: Frame, variables: Variable | Iterable<Variable>): GoalResult {
    const watched = variables instanceof Variable ? [variables] : [...new Set(variables)];
    const constraint: Constraint = { goal, frame, watched };
    this.constraints = { constraint, next: this.constraints };
    for (const variable of watched)
      this.trail.watch(variable, { watcher: constraint satisfies Watcher, next: variable.watchers });
    // Variables that only a delayed negation mentions are its own: nothing is known about them outside.
    // A type test mentions no other variables.
    if (goal.kind !== 'not' && goal.kind !== 'isa') {
      for (const term of termsOf(goal)) {
        for (const variable of variablesIn(valueOf(term, frame.slots, this.budget), this.budget))
          this.trail.markAliased(variable);
      }
    }
    return GoalResult.proved;
  }

  constraintsSince(mark: ConstraintList | undefined): Constraint[] {
    const open: Constraint[] = [];
    for (let list = this.constraints; list !== undefined && list !== mark; list = list.next) {
      this.budget.step();
      if (isAlive(list.constraint)) open.push(list.constraint);
    }
    return open.reverse();
  }

  // ── undecided alternatives and faults ──

  fault<C extends Code>(
    code: C,
    data: DataOf<C>,
    span: Span,
    frame: Frame,
    options?: ErrorOptions,
  ): PolarError<C> {
    return new PolarError(code, data, span, { ...options, notes: traceOf(frame) });
  }

  undecidedAt<C extends Code>(code: C, data: DataOf<C>, span: Span, frame: Frame): GoalResult {
    this.noteUndecided({ code, data, span, frame } as Undecided);
    return GoalResult.failed;
  }

  mismatchAt(name: string, on: unknown, span: Span, frame: Frame): GoalResult {
    return this.isNegating
      ? this.undecidedAt('POLAR_UNDECIDED_PATTERN', { name, on: kindOf(on) }, span, frame)
      : GoalResult.failed;
  }

  reportMissing(found: MissingValue, span: Span, frame: Frame): GoalResult {
    if (found.isPlainFailure) return GoalResult.failed;
    if (found.isFault) throw this.fault(found.code, found.data, span, frame);
    return this.undecidedAt(found.code, found.data, span, frame);
  }

  guarded<T>(span: Span, frame: Frame | undefined, what: string, run: () => T): T {
    try {
      const result = run();
      this.budget.called(result);
      return result;
    } catch (error) {
      throw this.hostError(error, what, span, frame);
    }
  }

  hostError(error: unknown, what: string, span: Span, frame: Frame | undefined): unknown {
    return hostError(
      error,
      what,
      span,
      traceOf(frame ?? (this.goals === undefined ? this.root : this.frame)),
    );
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

const anAnswer: Stop = { kind: 'answer' };
const noFurtherAnswer: Stop = { kind: 'exhausted' };

/**
 * Returns an error with its place in the policy: the place where a limit was exceeded, or where code of the application threw. A proxy may
 * throw whenever it is read.
 */
function located(error: unknown, goal: MachineGoal | undefined, frame: Frame): unknown {
  if (!isPolarError(error))
    return hostError(error, 'a value', goal?.span, goal === undefined ? [] : traceOf(frame));
  if (error.span !== undefined || goal === undefined) return error;
  const options = error.cause === undefined ? {} : { cause: error.cause };
  return new PolarError(error.code, error.data, goal.span, { ...options, notes: traceOf(frame) });
}
