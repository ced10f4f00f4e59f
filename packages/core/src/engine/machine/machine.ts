import type { Code, DataOf } from '../../diagnostics/codes.js';
import { isPolarError, PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import { handleRejections } from '../../host/handle-rejections.js';
import { NoValue, type MemberContext } from '../../host/member.js';
import { kindOf, show } from '../../host/show.js';
import { Tags, type TypeSet, type TypeSets } from '../../host/type-set.js';
import { isThenable } from '../../host/value.js';
import { EngineValue } from '../terms/engine-value.js';
import { isOpen, isPartial, PartialDictionary, PartialList } from '../terms/partial.js';
import { deref, Variable, variableCount, type Watcher } from '../terms/variable.js';
import { assertNever } from '../../internal/assert-never.js';
import { nearNames } from '../../internal/near-names.js';
import type { CallGoal, Goal, Rule, UnifyGoal } from '../../ir/goal.js';
import type { LinkedQuery, Program } from '../../ir/program.js';
import type { Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import type { Candidate, CandidateTable } from '../rules/candidate.js';
import { indexOfRules } from '../rules/rule-index.js';
import { insertionSort } from '../rules/specificity.js';
import { hostError, isStackOverflow, messageOfThrown } from '../host-error.js';
import type { HostReplay } from '../host-log.js';
import { areDistinct, compareValues, type Compared, type Equality } from '../equality.js';
import type { Budget } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { proveArithmetic } from './arithmetic.js';
import { proveCompare } from './compare.js';
import { proveAssign, proveCondition } from './condition.js';
import type { Constraint, ConstraintList } from './constraint.js';
import { emptySlot, isAlive, snapshot, termsOf, valueOf, variablesIn } from './constraint.js';
import type { Frame } from './frame.js';
import type {
  ChoicePoint,
  Continuation,
  ItemSource,
  MachineGoal,
  NegationPoint,
  RetryPoint,
  RulePoint,
  Scope,
} from './goal-stack.js';
import { proveMethod, proveNew } from './host-call.js';
import { proveIn, proveNextItem } from './in.js';
import { proveIsa } from './isa.js';
import { proveLookup, proveReceive } from './lookup.js';
import { negate, proveRefute } from './negation.js';
import { Outcome } from './outcome.js';
import { unknown, waiting, type Mark, type Prover } from './prover.js';
import { Trail } from './trail.js';
import { traceOf, undecidedError, type Undecided } from './undecided.js';

/** Why the machine stopped. It never awaits and never prints. */
export type Stop =
  | { readonly kind: 'answer' }
  | { readonly kind: 'await'; readonly promise: PromiseLike<unknown>; readonly what: string }
  | { readonly kind: 'pause'; readonly span: Span; readonly frame: Frame }
  | { readonly kind: 'exhausted' };

export interface MachineOptions {
  readonly budget: Budget;
  /** Where the machine pauses: at `debug` in a policy, before every goal, or nowhere. */
  readonly pausesAt: 'nothing' | 'debug' | 'goal';
  /** What the compiled engine has called already. */
  readonly replay: HostReplay | undefined;
}

/**
 * The reference engine: depth first, left to right, with backtracking. Goals, choice points and bindings are its own data, so
 * that it can stop, say why, and go on. It defines what Polar means here. (design.md D3)
 */
export class Machine implements Prover {
  readonly trail = new Trail();
  #tags: Tags | undefined = undefined;
  readonly budget: Budget;
  readonly equality: Equality;
  readonly root: Frame;
  readonly #choices: ChoicePoint[] = [];
  /** What promises were resolved to; like `#seen` made when first needed, as most questions need neither. */
  #settled: Map<unknown, unknown> | undefined = undefined;
  #seen: Map<object, IteratorResult<unknown>[]> | undefined = undefined;
  // What is to be proved: the goals from `#index` on, and what comes next. No goals: nothing is left to be proved.
  #goals: readonly MachineGoal[] | undefined;
  #index = 0;
  #frame: Frame;
  #next: Continuation | undefined;
  #constraints: ConstraintList | undefined = undefined;
  #woken: Constraint[] = [];
  #awaiting: { readonly promise: PromiseLike<unknown>; readonly what: string } | undefined = undefined;
  readonly #question: Scope = { isNegation: false, cutBase: 0, undecided: undefined };
  #scope: Scope = this.#question;
  #hasAnswer = false;
  #isStarted = false;
  /** Whether the answer at hand has been told, or there is none: to go on is to go back. */
  #isAtEnd = false;
  readonly #pausesAt: MachineOptions['pausesAt'];
  readonly isSteppedThrough: boolean;
  readonly replay: HostReplay | undefined;
  /** Where the machine paused last, so that it goes on from there. */
  #pausedAt: { readonly goal: MachineGoal; readonly frame: Frame } | undefined = undefined;
  /** The rule that the proof at hand has used last, and with it those before. */
  #path: Frame | undefined = undefined;

  /** @param slots the variables of the question, where they have a value already; the machine's own from now on */
  constructor(
    readonly context: ProgramContext,
    query: LinkedQuery,
    slots: unknown[],
    options: MachineOptions,
  ) {
    this.#pausesAt = options.pausesAt;
    this.isSteppedThrough = options.pausesAt === 'goal';
    this.replay = options.replay;
    this.equality = context.equality;
    this.budget = options.budget;
    const { slotNames } = query;
    for (let i = 0; i < slotNames.length; i++)
      if (i >= slots.length || slots[i] === emptySlot) slots[i] = new Variable(slotNames[i]!);
    this.root = {
      slots,
      cutBase: 0,
      depth: 0,
      rule: undefined,
      caller: undefined,
      callSpan: undefined,
      previous: undefined,
    };
    this.#frame = this.root;
    this.#begin(query.goals, this.root, undefined);
  }

  // Made when first needed: most questions tag nothing.
  get tags(): Tags {
    return (this.#tags ??= new Tags(this.context.program.types));
  }

  get program(): Program {
    return this.context.program;
  }

  get typeSets(): TypeSets {
    return this.context.typeSets;
  }

  get areTypesBare(): boolean {
    return this.context.typeSets.areBare;
  }

  get isNegating(): boolean {
    return this.#scope.isNegation;
  }

  get members(): MemberContext {
    return this.context.members;
  }

  // ── running ──

  /**
   * Goes on to the next reason to stop.
   * @throws {PolarError} a fault, or at the end of a question without an answer what was undecided
   */
  resume(): Stop {
    try {
      if (!this.#isStarted) {
        this.budget.checkStart();
        this.#isStarted = true;
      } else {
        this.budget.checkTime();
        if (this.#isAtEnd && !this.#backtrack()) return this.#exhausted();
        this.#isAtEnd = false;
      }
      for (;;) {
        if (this.#goals === undefined) {
          this.budget.checkTime();
          this.#hasAnswer = true;
          this.#isAtEnd = true;
          return anAnswer;
        }
        const goal = this.#goals[this.#index]!;
        const frame = this.#frame;
        if (this.isSteppedThrough && !this.#hasPausedAt(goal, frame)) {
          this.#pausedAt = { goal, frame };
          return { kind: 'pause', span: goal.span, frame };
        }
        this.budget.step();
        switch (this.#prove(goal, frame)) {
          case Outcome.proved:
            this.#advance();
            break;
          case Outcome.failed:
            if (!this.#backtrack()) return this.#exhausted();
            break;
          case Outcome.jumped:
            break;
          case Outcome.waits: {
            const { promise, what } = this.#awaiting!;
            this.#handleRejections();
            return { kind: 'await', promise, what };
          }
          case Outcome.paused:
            this.#advance();
            return { kind: 'pause', span: goal.span, frame };
        }
      }
    } catch (error) {
      const goal = this.#goals?.[this.#index];
      const frame = this.#frame;
      this.dispose();
      this.replay?.abandon();
      throw located(isStackOverflow(error) ? this.#tooDeep() : error, goal, frame);
    }
  }

  /** Handles the promises of the collections that are being iterated over: another element may be rejected while this one is awaited. */
  #handleRejections(): void {
    const choices = this.#choices;
    for (let i = choices.length - 1; i >= 0 && i >= choices.length - maxHandled; i--) {
      const point = choices[i]!;
      if (point.kind !== 'retry' || point.source.collection === undefined) continue;
      handleRejections(point.source.collection);
      point.source.collection = undefined;
    }
  }

  #tooDeep(): PolarError {
    return new PolarError('POLAR_RUN_DEPTH_LIMIT', { limit: this.budget.limits.maxDepth });
  }

  #hasPausedAt(goal: MachineGoal, frame: Frame): boolean {
    return this.#pausedAt !== undefined && this.#pausedAt.goal === goal && this.#pausedAt.frame === frame;
  }

  /** Tells what a promise, for which the machine stopped, was resolved to. */
  settle(promise: PromiseLike<unknown>, value: unknown): void {
    (this.#settled ??= new Map<unknown, unknown>()).set(promise, value);
  }

  /** The application's promise was rejected. */
  rejected(what: string, reason: unknown): PolarError {
    const goal = this.#goals?.[this.#index];
    const frame = this.#frame;
    this.dispose();
    const message = messageOfThrown(reason);
    return new PolarError('POLAR_RUN_HOST_ERROR', { what, message }, goal?.span, {
      cause: reason,
      notes: goal === undefined ? [] : traceOf(frame),
    });
  }

  /** Ends the question: closes the iterators it has open. */
  dispose(): void {
    this.#truncate(0);
    this.#goals = undefined;
    this.#isStarted = true;
    this.#isAtEnd = true;
  }

  /** What was undecided, when nothing granted. */
  get undecided(): Undecided | undefined {
    return this.#question.undecided;
  }

  /** The rules that the latest answer was proved by, in the order in which they were entered. */
  get proof(): Frame[] {
    const frames: Frame[] = [];
    for (let frame = this.#path; frame !== undefined; frame = frame.previous) frames.push(frame);
    return frames.reverse();
  }

  /** Whether any goal has come to wait for a value. */
  get hasConstraints(): boolean {
    return this.#constraints !== undefined;
  }

  /** The goals that still wait for a value, oldest first. */
  get openConstraints(): Constraint[] {
    return this.constraintsSince(undefined);
  }

  #exhausted(): Stop {
    this.budget.checkTime();
    this.#isAtEnd = true;
    const { undecided } = this.#question;
    if (undecided !== undefined && !this.#hasAnswer) throw undecidedError(undecided);
    return noFurtherAnswer;
  }

  /** Goes on after the goal at hand. */
  #advance(): void {
    if (this.#woken.length > 0) this.#follow(this.#wake(this.#after()));
    else if (++this.#index >= this.#goals!.length) this.#follow(this.#next);
  }

  #follow(to: Continuation | undefined): void {
    if (to === undefined) {
      this.#goals = undefined;
      return;
    }
    this.#goals = to.goals;
    this.#index = to.index;
    this.#frame = to.frame;
    this.#next = to.next;
  }

  /** These goals, then what comes next. */
  #begin(goals: readonly MachineGoal[], frame: Frame, next: Continuation | undefined): void {
    if (goals.length === 0) {
      this.#follow(next);
      return;
    }
    this.#goals = goals;
    this.#index = 0;
    this.#frame = frame;
    this.#next = next;
  }

  /** What is to be proved after the goal at hand. */
  #after(): Continuation | undefined {
    const index = this.#index + 1;
    return index < this.#goals!.length
      ? { goals: this.#goals!, index, frame: this.#frame, next: this.#next }
      : this.#next;
  }

  /** Constraints whose variables have been bound are proved before anything else. */
  #wake(next: Continuation | undefined): Continuation | undefined {
    const woken = this.#woken.length === 1 ? this.#woken : [...new Set(this.#woken)];
    this.#woken = [];
    return woken.reduceRight<Continuation | undefined>(
      (rest, { goal, frame }) => ({ goals: [goal], index: 0, frame, next: rest }),
      next,
    );
  }

  #prove(goal: MachineGoal, frame: Frame): Outcome {
    switch (goal.kind) {
      case 'call':
        return this.#call(goal, frame);
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
        return negate(this, goal);
      case 'refute':
        return proveRefute(this, goal.negation);
      case 'assign':
        return proveAssign(this, goal, frame);
      case 'cut':
        this.#truncate(Math.max(frame.cutBase, this.#scope.cutBase));
        return Outcome.proved;
      case 'print':
        this.context.print(
          goal.args.map((arg) => show(this.value(arg, frame), this.context.program.types)).join(', '),
        );
        return Outcome.proved;
      case 'debug':
        return this.#pausesAt === 'debug' ? Outcome.paused : Outcome.proved;
      default:
        return assertNever(goal);
    }
  }

  // ── rules ──

  #call(goal: CallGoal, frame: Frame): Outcome {
    const { predicate } = goal;
    const rules = predicate.byArity.get(goal.args.length);
    if (rules === undefined && !predicate.isDefined) throw this.#undefinedRule(goal, frame);
    if (goal.hasKeywords)
      throw this.fault('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: predicate.name }, goal.span, frame);
    if (rules === undefined) return Outcome.failed;
    if (frame.depth >= this.budget.limits.maxDepth) {
      throw this.fault('POLAR_RUN_DEPTH_LIMIT', { limit: this.budget.limits.maxDepth }, goal.span, frame);
    }
    // A copy is of the right size at once.
    const args: unknown[] = goal.args.slice();
    for (let i = 0; i < goal.args.length; i++) {
      const term = goal.args[i]!;
      const arg = this.value(term, frame);
      if (this.waitsForTerm(term, arg, frame, 'an argument')) return Outcome.waits;
      if (arg instanceof EngineValue) this.#touch(arg);
      args[i] = arg;
    }
    const table = this.#tableFor(rules, args, goal, frame);
    const candidates =
      table.isMoreSpecific === undefined ? table.candidates : this.#sorted(table, args, goal.span, frame);
    if (candidates === undefined) return Outcome.waits;
    if (candidates.length === 0) return Outcome.failed;
    const next = this.#after();
    const trailMark = this.trail.mark();
    // The only rule leaves nothing to go back to.
    if (candidates.length === 1)
      return this.#tryRule(candidates[0]!, args, frame, goal.span, next, trailMark, this.#path);
    return this.#tryRules({
      kind: 'rules',
      trailMark,
      constraints: this.#constraints,
      scope: this.#scope,
      path: this.#path,
      next,
      candidates,
      index: 0,
      args,
      caller: frame,
      span: goal.span,
    });
  }

  /** Notes that a rule was handed what is not known yet. */
  #touch(arg: EngineValue): void {
    if (arg instanceof Variable) this.trail.touch(arg);
    else if (isOpen(arg)) for (const variable of variablesIn(arg, this.budget)) this.trail.touch(variable);
  }

  #undefinedRule({ predicate: { name }, span }: CallGoal, frame: Frame): PolarError {
    const known = [...this.context.program.predicates.values()].filter((p) => p.isDefined).map((p) => p.name);
    return this.fault('POLAR_RUN_UNDEFINED_RULE', { name, known: nearNames(name, known) }, span, frame);
  }

  #tableFor(rules: readonly Rule[], args: readonly unknown[], goal: CallGoal, frame: Frame): CandidateTable {
    try {
      return indexOfRules(this.context, rules).find(args, this, this.budget);
    } catch (error) {
      throw this.hostError(error, `the type of an argument of ${goal.predicate.name}`, goal.span, frame);
    }
  }

  #tryRules(point: RulePoint): Outcome {
    const { candidates, args, caller, span, next, trailMark, path } = point;
    const { length } = candidates;
    while (point.index < length) {
      const candidate = candidates[point.index++]!;
      const outcome = this.#tryRule(candidate, args, caller, span, next, trailMark, path);
      if (outcome === Outcome.failed) continue;
      if (point.index < length) this.#choices.push(point);
      return outcome;
    }
    return Outcome.failed;
  }

  /** Enters a rule, if its head fits the arguments. */
  #tryRule(
    candidate: Candidate,
    args: readonly unknown[],
    caller: Frame,
    callSpan: Span,
    next: Continuation | undefined,
    trailMark: number,
    previous: Frame | undefined,
  ): Outcome {
    const { rule, goals } = candidate;
    const { length } = rule.slotNames;
    if (length >= slotsPerStep) this.budget.spend(Math.floor(length / slotsPerStep));
    const frame: Frame = {
      slots: emptySlots(rule),
      cutBase: this.#choices.length,
      depth: caller.depth + 1,
      rule,
      caller,
      callSpan,
      previous,
    };
    const outcome = this.#unifyHead(candidate, args, frame);
    if (outcome !== Outcome.proved) {
      this.trail.undoTo(trailMark);
      this.#forgetWoken();
    }
    if (outcome === Outcome.failed) {
      this.budget.step();
      return Outcome.failed;
    }
    this.#path = frame;
    this.#begin(goals, frame, next);
    if (outcome === Outcome.waits) {
      // The arguments are unified once more, as goals, when the promise has been settled.
      const rest = goals.length === 0 ? next : { goals, index: 0, frame, next };
      const again = candidate.unify.map((i): MachineGoal => {
        const right = valueOf(rule.parameters[i]!.term, frame.slots, this.budget, rule.slotNames);
        return { kind: 'unify-values', span: callSpan, left: args[i], right };
      });
      this.#begin(again, frame, rest);
    } else if (this.#woken.length > 0) {
      this.#follow(this.#wake(goals.length === 0 ? next : { goals, index: 0, frame, next }));
    }
    return Outcome.jumped;
  }

  #forgetWoken(): void {
    if (this.#woken.length > 0) this.#woken = [];
  }

  #unifyHead(candidate: Candidate, args: readonly unknown[], frame: Frame): Outcome {
    const { unify, rule } = candidate;
    const { parameters, slotNames } = rule;
    for (const i of unify) {
      const parameter = parameters[i]!;
      if (parameter.takesArgument && parameter.term.kind === 'slot') {
        frame.slots[parameter.term.slot] = args[i];
        continue;
      }
      const outcome = this.unify(
        args[i],
        valueOf(parameter.term, frame.slots, this.budget, slotNames),
        parameter.span,
      );
      if (outcome !== Outcome.proved) return outcome;
    }
    return Outcome.proved;
  }

  /**
   * For the rare heads among which "more specific" is no order: finds out which rules apply, then sorts those.
   * undefined when a head waits for a promise.
   */
  #sorted(
    table: CandidateTable,
    args: readonly unknown[],
    span: Span,
    caller: Frame,
  ): readonly Candidate[] | undefined {
    const applicable: number[] = [];
    const { candidates, isMoreSpecific } = table;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i]!;
      const outcome = this.#trial(candidate, args, span, caller);
      if (outcome === Outcome.waits) return undefined;
      if (outcome === Outcome.proved) applicable.push(i);
    }
    return insertionSort(applicable, isMoreSpecific!).map((i) => candidates[i]!);
  }

  /** Proves the head of a rule and takes everything back. */
  #trial(candidate: Candidate, args: readonly unknown[], span: Span, caller: Frame): Outcome {
    const mark = this.mark();
    const saved = {
      current: { goals: this.#goals!, index: this.#index, frame: this.#frame, next: this.#next },
      woken: this.#woken,
      scope: this.#scope,
      base: this.#choices.length,
    };
    const slots = emptySlots(candidate.rule);
    const frame: Frame = {
      slots,
      cutBase: saved.base,
      depth: caller.depth + 1,
      rule: candidate.rule,
      caller,
      callSpan: span,
      previous: undefined,
    };
    const trial: Scope = { isNegation: saved.scope.isNegation, cutBase: saved.base, undecided: undefined };
    this.#scope = trial;
    this.#woken = [];
    let outcome = this.#unifyHead(candidate, args, frame);
    if (outcome === Outcome.proved && candidate.headLength > 0) {
      this.#begin(candidate.goals.slice(0, candidate.headLength), frame, undefined);
      outcome = this.#runTrial(saved.base);
    }
    this.#truncate(saved.base);
    this.undo(mark);
    this.#follow(saved.current);
    this.#woken = saved.woken;
    this.#scope = saved.scope;
    if (outcome === Outcome.failed && trial.undecided !== undefined) this.#noteUndecided(trial.undecided);
    return outcome;
  }

  #runTrial(base: number): Outcome {
    while (this.#goals !== undefined) {
      this.budget.step();
      const outcome = this.#prove(this.#goals[this.#index]!, this.#frame);
      if (outcome === Outcome.waits) return outcome;
      if (outcome === Outcome.proved) this.#advance();
      else if (outcome === Outcome.failed && !this.#backtrack(base)) return Outcome.failed;
    }
    return Outcome.proved;
  }

  // ── choice points ──

  mark(): Mark {
    return {
      trailMark: this.trail.mark(),
      constraints: this.#constraints,
      scope: this.#scope,
      path: this.#path,
    };
  }

  undo(point: Mark): void {
    this.trail.undoTo(point.trailMark);
    this.#constraints = point.constraints;
    this.#scope = point.scope;
    this.#path = point.path;
    this.#forgetWoken();
  }

  /** Goes back to the newest choice point above `base` that has something left to try. */
  #backtrack(base = 0): boolean {
    for (;;) {
      const point = this.#choices.length > base ? this.#choices.pop() : undefined;
      if (point === undefined) {
        this.#goals = undefined;
        return false;
      }
      this.trail.undoTo(point.trailMark);
      this.#constraints = point.constraints;
      this.#scope = point.scope;
      this.#path = point.path;
      this.#forgetWoken();
      switch (point.kind) {
        case 'rules':
          if (this.#tryRules(point) !== Outcome.failed) return true;
          break;
        case 'or': {
          const goals = point.alternatives[point.index++]!;
          if (point.index < point.alternatives.length) this.#choices.push(point);
          this.#begin(goals, point.frame, point.next);
          return true;
        }
        case 'retry':
          this.#goals = point.goals;
          this.#index = point.index;
          this.#frame = point.frame;
          this.#next = point.next;
          return true;
        case 'negation':
          if (this.#endNegation(point)) return true;
          break;
      }
    }
  }

  #truncate(height: number): void {
    while (this.#choices.length > height) {
      const point = this.#choices.pop()!;
      if (point.kind === 'retry') closeQuietly(point.source);
    }
  }

  tryAlternatives(alternatives: readonly (readonly MachineGoal[])[]): Outcome {
    const frame = this.#frame;
    const next = this.#after();
    if (alternatives.length > 1) {
      this.#choices.push({
        kind: 'or',
        trailMark: this.trail.mark(),
        constraints: this.#constraints,
        scope: this.#scope,
        path: this.#path,
        next,
        alternatives,
        index: 1,
        frame,
      });
    }
    this.#begin(alternatives[0]!, frame, next);
    return Outcome.jumped;
  }

  retryPoint(source: ItemSource): RetryPoint {
    return {
      kind: 'retry',
      trailMark: this.trail.mark(),
      constraints: this.#constraints,
      scope: this.#scope,
      path: this.#path,
      next: this.#next,
      goals: this.#goals!,
      index: this.#index,
      frame: this.#frame,
      source,
    };
  }

  /** The same goal is to be tried again, with the next element of its source. */
  pushRetry(point: RetryPoint): void {
    this.#choices.push(point);
  }

  isNext(goal: Goal): boolean {
    return this.#goals![this.#index + 1] === goal && !this.isSteppedThrough;
  }

  skip(count: number): void {
    this.#index += count;
  }

  follow(count: number): Outcome {
    this.#follow(this.#next);
    this.#index += count;
    if (this.#goals !== undefined && this.#index >= this.#goals.length) this.#follow(this.#next);
    return Outcome.jumped;
  }

  /** Goes on with these goals in place of the one at hand. */
  jumpTo(goals: readonly MachineGoal[]): Outcome {
    this.#begin(goals, this.#frame, this.#after());
    return Outcome.jumped;
  }

  // ── negation ──

  beginNegation(operand: readonly Goal[], span: Span): Outcome {
    const frame = this.#frame;
    const inner: Scope = { isNegation: true, cutBase: this.#choices.length + 1, undecided: undefined };
    const point: NegationPoint = {
      kind: 'negation',
      trailMark: this.trail.mark(),
      constraints: this.#constraints,
      scope: this.#scope,
      path: this.#path,
      next: this.#after(),
      span,
      frame,
      firstLocalId: variableCount(),
      inner,
      solutions: [],
    };
    this.#choices.push(point);
    this.#scope = inner;
    const end: Continuation = {
      goals: [{ kind: 'refute', span, negation: point }],
      index: 0,
      frame,
      next: undefined,
    };
    this.#begin(operand, frame, end);
    return Outcome.jumped;
  }

  /** The operand holds whatever else holds: the negation fails. */
  failNegation(point: NegationPoint): Outcome {
    this.#truncate(this.#choices.lastIndexOf(point));
    this.undo(point);
    return Outcome.failed;
  }

  /** All ways to prove the operand have been tried. */
  #endNegation(point: NegationPoint): boolean {
    const { undecided } = point.inner;
    if (undecided !== undefined) {
      this.#noteUndecided(undecided);
      return false;
    }
    const goals: Goal[] = [];
    for (const solution of point.solutions) {
      if ('goals' in solution) goals.push(...solution.goals);
      else this.suspend(solution.waiting, point.frame, solution.variables);
    }
    this.#begin(goals, point.frame, point.next);
    return true;
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
    // No variable of a rule is ever bound to a promise: what it was to be bound to has been awaited.
    if (term.kind === 'slot' && frame.rule !== undefined) return false;
    return this.waitsFor(value, what);
  }

  /** Whether the value is a promise; then the machine is about to stop for it. */
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

  #unifyTerms(goal: UnifyGoal, frame: Frame): Outcome {
    const { left, right, span } = goal;
    if (left.kind === 'slot' && frame.slots[left.slot] === emptySlot) {
      const value = this.value(right, frame);
      if (!(value instanceof EngineValue) && !this.waitsForTerm(right, value, frame, 'a value'))
        return this.give(left, value, span, frame);
    }
    return this.unify(this.value(left, frame), this.value(right, frame), span);
  }

  give(term: Term, value: unknown, span: Span, frame: Frame): Outcome {
    if (term.kind === 'slot' && frame.slots[term.slot] === emptySlot) {
      this.trail.fill(frame.slots, term.slot, value);
      return Outcome.proved;
    }
    return this.unify(this.value(term, frame), value, span);
  }

  unify(left: unknown, right: unknown, span: Span): Outcome {
    const a = this.settled(deref(left));
    const b = this.settled(deref(right));
    if (a === b && typeof a !== 'number') return Outcome.proved;
    if (a instanceof Variable || b instanceof Variable) return this.#bindEither(a, b);
    if (!isObject(a) && !isObject(b)) return a === b ? Outcome.proved : Outcome.failed;
    return this.#unifyObjects(a, b, span);
  }

  areDistinct(left: unknown, right: unknown, span: Span): boolean {
    try {
      return areDistinct(left, right, this);
    } catch (error) {
      throw this.hostError(error, 'comparing two values', span, undefined);
    }
  }

  #unifyObjects(left: unknown, right: unknown, span: Span): Outcome {
    // What is bound for one pair may leave more to compare in another: a stack of our own, so that no depth overflows.
    const stack: (readonly [unknown, unknown])[] = [[left, right]];
    for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
      const a = this.settled(deref(pair[0]));
      const b = this.settled(deref(pair[1]));
      if (a instanceof Variable || b instanceof Variable) {
        if (a === b) continue;
        const outcome = this.#bindEither(a, b);
        if (outcome !== Outcome.proved) return outcome;
        continue;
      }
      const compared = this.#compare(a, b, span);
      switch (compared.kind) {
        case 'equal':
          break;
        case 'unequal':
          return Outcome.failed;
        case 'waits':
          this.#awaiting = { promise: compared.on, what: 'a value' };
          return Outcome.waits;
        case 'open':
          for (let i = compared.pairs.length - 1; i >= 0; i--) stack.push(compared.pairs[i]!);
      }
    }
    return Outcome.proved;
  }

  #compare(left: unknown, right: unknown, span: Span): Compared {
    try {
      return compareValues(left, right, this);
    } catch (error) {
      throw this.hostError(error, 'comparing two values', span, undefined);
    }
  }

  #bindEither(a: unknown, b: unknown): Outcome {
    if (a instanceof Variable && b instanceof Variable) {
      this.trail.touch(a);
      this.trail.touch(b);
      // The younger to the older: variables of the question stay the last ones.
      return a.id > b.id ? this.bind(a, b) : this.bind(b, a);
    }
    return a instanceof Variable ? this.bind(a, b) : this.bind(b as Variable, a);
  }

  bind(variable: Variable, value: unknown): Outcome {
    if (this.waitsFor(value, 'a value')) return Outcome.waits;
    if (
      (value instanceof PartialList || value instanceof PartialDictionary) &&
      variablesIn(value, this.budget).has(variable)
    )
      return Outcome.failed;
    const { watchers } = variable;
    if (watchers !== undefined && !isPartial(value)) {
      const { goal, frame } = watchers.watcher as Constraint;
      // Nearly always it is the type of a parameter that waits. When that comes next anyway, it is looked at here.
      const isAlone = watchers.next === undefined && this.#woken.length === 0;
      if (goal.kind === 'isa' && isAlone && !this.isSteppedThrough) {
        this.trail.bind(variable, value);
        return proveIsa(this, goal, frame);
      }
    }
    const woken: Constraint[] = [];
    for (let list = watchers; list !== undefined; list = list.next) {
      const constraint = list.watcher as Constraint;
      this.budget.step();
      if (isAlive(constraint)) woken.push(constraint);
    }
    // Newest first in the list; the oldest is proved first, and all before those that wait already.
    if (woken.length > 0) this.#woken = [...woken.reverse(), ...this.#woken];
    this.trail.bind(variable, value);
    return Outcome.proved;
  }

  seenOf(iterator: object): IteratorResult<unknown>[] {
    this.#seen ??= new Map<object, IteratorResult<unknown>[]>();
    let seen = this.#seen.get(iterator);
    if (seen === undefined) this.#seen.set(iterator, (seen = []));
    return seen;
  }

  /** Leaves a goal to be proved when one of the variables has a value. */
  suspend(goal: Goal, frame: Frame, variables: Variable | Iterable<Variable>): Outcome {
    const watched = variables instanceof Variable ? [variables] : [...new Set(variables)];
    const constraint: Constraint = { goal, frame, watched };
    this.#constraints = { constraint, next: this.#constraints };
    for (const variable of watched)
      this.trail.watch(variable, { watcher: constraint satisfies Watcher, next: variable.watchers });
    // What only a waiting negation mentions is its own: nothing is known about it outside.
    // A type test mentions nothing but what it waits for.
    if (goal.kind !== 'not' && goal.kind !== 'isa') {
      for (const term of termsOf(goal)) {
        for (const variable of variablesIn(valueOf(term, frame.slots, this.budget), this.budget))
          this.trail.touch(variable);
      }
    }
    return Outcome.proved;
  }

  /** The goals that have come to wait since and still do, oldest first. */
  constraintsSince(mark: ConstraintList | undefined): Constraint[] {
    const open: Constraint[] = [];
    for (let list = this.#constraints; list !== undefined && list !== mark; list = list.next) {
      this.budget.step();
      if (isAlive(list.constraint)) open.push(list.constraint);
    }
    return open.reverse();
  }

  // ── what goes wrong ──

  fault<C extends Code>(
    code: C,
    data: DataOf<C>,
    span: Span,
    frame: Frame,
    options?: ErrorOptions,
  ): PolarError<C> {
    return new PolarError(code, data, span, { ...options, notes: traceOf(frame) });
  }

  /** The alternative at hand ends undecided; others may still grant. */
  undecidedAt<C extends Code>(code: C, data: DataOf<C>, span: Span, frame: Frame): Outcome {
    this.#noteUndecided({ code, data, span, frame } as Undecided);
    return Outcome.failed;
  }

  /** A pattern that asks for what is not there does not match; only a negation around it is undecided then. */
  mismatchAt(name: string, on: unknown, span: Span, frame: Frame): Outcome {
    if (this.#scope.isNegation) {
      this.#noteUndecided({
        code: 'POLAR_UNDECIDED_PATTERN',
        data: { name, on: kindOf(on) },
        span,
        frame,
      } as Undecided);
    }
    return Outcome.failed;
  }

  #noteUndecided(undecided: Undecided): void {
    this.#scope.undecided ??= undecided;
  }

  /** Reports a missing value as what it is. */
  noValue(found: NoValue, span: Span, frame: Frame): Outcome {
    if (found.isPlainFailure) return Outcome.failed;
    if (found.isFault) throw this.fault(found.code, found.data, span, frame);
    return this.undecidedAt(found.code, found.data, span, frame);
  }

  /** Runs code of the application. What it throws ends the question, with the place in the policy. */
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
      traceOf(frame ?? (this.#goals === undefined ? this.root : this.#frame)),
    );
  }

  // ── application values ──

  /** A value that host code may see; `unknown` while a variable in it has no value, `waiting` when it is a promise. */
  forHost(term: Term, frame: Frame): unknown {
    const value = this.value(term, frame);
    if (this.waitsFor(value, 'an argument')) return waiting;
    if (!isPartial(value)) return value;
    const known = snapshot(value, this.budget);
    return isPartial(known) ? unknown : known;
  }

  /** Goes on with what the application gave for a look-up or call. */
  received(found: unknown, result: Term, types: readonly FieldType[], span: Span, frame: Frame): Outcome {
    if (typeof found !== 'object' || found === null) return this.give(result, found, span, frame);
    if (found instanceof NoValue) return this.noValue(found, span, frame);
    const value = this.settled(found);
    if (isThenable(value)) return this.jumpTo([{ kind: 'receive', span, promise: value, result, types }]);
    for (const type of types) this.tags.tag(value, type);
    return this.give(result, value, span, frame);
  }
}

/** Variables of a rule, beyond which it takes more than a step to enter it: each takes memory. */
const slotsPerStep = 32;

const anAnswer: Stop = { kind: 'answer' };
const noFurtherAnswer: Stop = { kind: 'exhausted' };

/** Number of choice points whose collections are searched for promises. Few policies that wait have more. */
const maxHandled = 1_000;

/** Slots of new frames are copies of these, by their number: 9 ns for six, where filling them one by one takes 20. */
const blanks: (unknown[] | undefined)[] = [];

function emptySlots({ slotNames: { length } }: Rule): unknown[] {
  const blank = (blanks[length] ??= Array.from({ length }, () => emptySlot));
  return blank.slice();
}

/**
 * An error with its place in the policy: where a budget was spent, and what the application threw while one of its values was looked at.
 * A proxy may throw at any look.
 */
function located(error: unknown, goal: MachineGoal | undefined, frame: Frame): unknown {
  if (!isPolarError(error))
    return hostError(error, 'a value', goal?.span, goal === undefined ? [] : traceOf(frame));
  if (error.span !== undefined || goal === undefined) return error;
  const options = error.cause === undefined ? {} : { cause: error.cause };
  return new PolarError(error.code, error.data, goal.span, { ...options, notes: traceOf(frame) });
}

const isObject = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Whatever it is: an application may throw anything. */
function closeQuietly(source: ItemSource): void {
  try {
    source.close?.();
  } catch {
    // The answer does not depend on it, and the question may be ending in an error of its own.
  }
}
