import type { Code, DataOf } from '../../diagnostics/codes.js';
import { isPolarError, PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import { NoValue, type MemberContext } from '../../host/member.js';
import { kindOf, show } from '../../host/show.js';
import { Tags, type TypeSet, type TypeSets } from '../../host/type-set.js';
import {
  deref,
  isOpen,
  isPartial,
  isThenable,
  PartialDictionary,
  PartialList,
  Variable,
  type Watcher,
} from '../../host/value.js';
import { assertNever } from '../../internal/assert-never.js';
import { nearNames } from '../../internal/near-names.js';
import type { CallGoal, Goal, Rule } from '../../ir/goal.js';
import type { LinkedQuery, Program } from '../../ir/program.js';
import type { Term } from '../../ir/term.js';
import type { FieldType } from '../../types/declared-type.js';
import {
  indexOf,
  insertionSort,
  type Candidate,
  type CandidateTable,
  type RuleIndexes,
} from '../candidates.js';
import type { HostReplay } from '../host-log.js';
import { compareValues, type Compared, type Equality } from '../equality.js';
import { Budget } from '../limits.js';
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
  ProofStep,
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

/** What questions of one program share. */
export interface MachineContext {
  readonly program: Program;
  readonly typeSets: TypeSets;
  readonly members: MemberContext;
  readonly equality: Equality;
  readonly indexes: RuleIndexes;
  print(text: string): void;
}

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
  readonly tags: Tags;
  readonly budget: Budget;
  readonly equality: Equality;
  readonly root: Frame;
  readonly #choices: ChoicePoint[] = [];
  readonly #settled = new Map<unknown, unknown>();
  readonly #seen = new Map<object, IteratorResult<unknown>[]>();
  #current: Continuation | undefined;
  #constraints: ConstraintList | undefined = undefined;
  #woken: Constraint[] = [];
  #awaiting: { readonly promise: PromiseLike<unknown>; readonly what: string } | undefined;
  readonly #question: Scope = { isNegation: false, cutBase: 0, undecided: undefined };
  #scope: Scope = this.#question;
  #hasAnswer = false;
  #isStarted = false;
  readonly #pausesAt: MachineOptions['pausesAt'];
  readonly replay: HostReplay | undefined;
  /** Where the machine paused last, so that it goes on from there. */
  #pausedAt: Continuation | undefined;
  /** The rules that the proof at hand has used, latest first. */
  #path: ProofStep | undefined;

  /** @param slots the variables of the question, where they have a value already */
  constructor(
    readonly context: MachineContext,
    query: LinkedQuery,
    slots: readonly unknown[],
    options: MachineOptions,
  ) {
    this.#pausesAt = options.pausesAt;
    this.replay = options.replay;
    this.tags = new Tags(context.program.types);
    this.equality = context.equality;
    this.budget = options.budget;
    const all = query.slotNames.map((name, i) =>
      i in slots && slots[i] !== emptySlot ? slots[i] : new Variable(name),
    );
    this.root = { slots: all, cutBase: 0, depth: 0, rule: undefined, caller: undefined, callSpan: undefined };
    const end: Continuation = {
      goals: [{ kind: 'answer', span: query.span }],
      index: 0,
      frame: this.root,
      next: undefined,
    };
    this.#current = prove(query.goals, this.root, end);
  }

  get program(): Program {
    return this.context.program;
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
      this.budget.checkTime();
      if (this.#isStarted && this.#current === undefined && !this.#backtrack()) return this.#exhausted();
      this.#isStarted = true;
      for (;;) {
        const at = this.#current;
        if (at === undefined) return this.#exhausted();
        const goal = at.goals[at.index]!;
        if (this.#pausesAt === 'goal' && at !== this.#pausedAt && goal.kind !== 'answer') {
          this.#pausedAt = at;
          return { kind: 'pause', span: goal.span, frame: at.frame };
        }
        this.budget.step();
        switch (this.#prove(goal, at)) {
          case Outcome.proved:
            this.#advance(at);
            break;
          case Outcome.failed:
            if (!this.#backtrack()) return this.#exhausted();
            break;
          case Outcome.jumped:
            break;
          case Outcome.waits: {
            const { promise, what } = this.#awaiting!;
            return { kind: 'await', promise, what };
          }
          case Outcome.answered:
            this.#hasAnswer = true;
            this.#current = undefined;
            return { kind: 'answer' };
          case Outcome.paused:
            this.#advance(at);
            return { kind: 'pause', span: goal.span, frame: at.frame };
        }
      }
    } catch (error) {
      const at = this.#current;
      this.dispose();
      throw located(error, at);
    }
  }

  /** Tells what a promise, for which the machine stopped, was resolved to. */
  settle(promise: PromiseLike<unknown>, value: unknown): void {
    this.#settled.set(promise, value);
  }

  /** The application's promise was rejected. */
  rejected(what: string, reason: unknown): PolarError {
    const at = this.#current;
    this.dispose();
    const message = messageOfThrown(reason);
    return new PolarError('POLAR_RUN_HOST_ERROR', { what, message }, at?.goals[at.index]?.span, {
      cause: reason,
      notes: at === undefined ? [] : traceOf(at.frame),
    });
  }

  /** Ends the question: closes the iterators it has open. */
  dispose(): void {
    this.#truncate(0);
    this.#current = undefined;
    this.#isStarted = true;
  }

  /** What was undecided, when nothing granted. */
  get undecided(): Undecided | undefined {
    return this.#question.undecided;
  }

  /** The rules that the latest answer was proved by, in the order in which they were entered. */
  get proof(): Frame[] {
    const frames: Frame[] = [];
    for (let step = this.#path; step !== undefined; step = step.previous) frames.push(step.frame);
    return frames.reverse();
  }

  /** The goals that still wait for a value, oldest first. */
  get openConstraints(): Constraint[] {
    return this.constraintsSince(undefined);
  }

  #exhausted(): Stop {
    const { undecided } = this.#question;
    if (undecided !== undefined && !this.#hasAnswer) throw undecidedError(undecided);
    return { kind: 'exhausted' };
  }

  #advance(at: Continuation): void {
    const next = after(at);
    this.#current = this.#woken.length === 0 ? next : this.#wake(next);
  }

  /** Constraints whose variables have been bound are proved before anything else. */
  #wake(next: Continuation | undefined): Continuation | undefined {
    const woken = [...new Set(this.#woken)];
    this.#woken = [];
    return woken.reduceRight<Continuation | undefined>(
      (rest, { goal, frame }) => ({ goals: [goal], index: 0, frame, next: rest }),
      next,
    );
  }

  #prove(goal: MachineGoal, at: Continuation): Outcome {
    const { frame } = at;
    switch (goal.kind) {
      case 'call':
        return this.#call(goal, at);
      case 'unify':
        return this.unify(this.value(goal.left, frame), this.value(goal.right, frame), goal.span);
      case 'unify-values':
        return this.unify(goal.left, goal.right, goal.span);
      case 'lookup':
        return proveLookup(this, goal, at);
      case 'receive':
        return proveReceive(this, goal, at);
      case 'condition':
        return proveCondition(this, goal, frame);
      case 'compare':
        return proveCompare(this, goal, frame);
      case 'isa':
        return proveIsa(this, goal, at);
      case 'in':
        return proveIn(this, goal, at);
      case 'next-item':
        return proveNextItem(this, goal, at);
      case 'method':
        return proveMethod(this, goal, at);
      case 'new':
        return proveNew(this, goal, at);
      case 'arithmetic':
        return proveArithmetic(this, goal, frame);
      case 'or':
        return this.tryAlternatives(goal.alternatives, at);
      case 'not':
        return negate(this, goal, at);
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
      case 'answer':
        return Outcome.answered;
      default:
        return assertNever(goal);
    }
  }

  // ── rules ──

  #call(goal: CallGoal, at: Continuation): Outcome {
    const { frame } = at;
    const { predicate } = goal;
    if (!predicate.isDefined) {
      const known = [...this.context.program.predicates.values()]
        .filter((p) => p.isDefined)
        .map((p) => p.name);
      throw this.fault(
        'POLAR_RUN_UNDEFINED_RULE',
        { name: predicate.name, known: nearNames(predicate.name, known) },
        goal.span,
        frame,
      );
    }
    if (goal.hasKeywords)
      throw this.fault('POLAR_CHECK_KEYWORD_ARGUMENTS', { name: predicate.name }, goal.span, frame);
    const rules = predicate.byArity.get(goal.args.length);
    if (rules === undefined) return Outcome.failed;
    if (frame.depth >= this.budget.limits.maxDepth) {
      throw this.fault('POLAR_RUN_DEPTH_LIMIT', { limit: this.budget.limits.maxDepth }, goal.span, frame);
    }
    const args: unknown[] = [];
    for (const term of goal.args) {
      const arg = this.value(term, frame);
      if (this.waitsFor(arg, 'an argument')) return Outcome.waits;
      if (isOpen(arg)) for (const variable of variablesIn(arg)) this.trail.touch(variable);
      args.push(arg);
    }
    const index = indexOf(this.context, predicate, goal.args.length);
    const table = this.guarded(goal.span, frame, `the type of an argument of ${predicate.name}`, () =>
      index.find(args, (value) => this.typeOf(value), this.budget),
    );
    const candidates =
      table.isMoreSpecific === undefined ? table.candidates : this.#sorted(table, args, goal.span, frame);
    if (candidates === undefined) return Outcome.waits;
    const next = after(at);
    return this.#tryRules({
      kind: 'rules',
      candidates,
      index: 0,
      args,
      caller: frame,
      span: goal.span,
      next,
      trailMark: this.trail.mark(),
      constraints: this.#constraints,
      scope: this.#scope,
      path: this.#path,
    });
  }

  #tryRules(point: Extract<ChoicePoint, { kind: 'rules' }>): Outcome {
    const { candidates, args, caller, span, next } = point;
    const cutBase = this.#choices.length;
    while (point.index < candidates.length) {
      const candidate = candidates[point.index++]!;
      const frame: Frame = {
        slots: emptySlots(candidate.rule),
        cutBase,
        depth: caller.depth + 1,
        rule: candidate.rule,
        caller,
        callSpan: span,
      };
      const outcome = this.#unifyHead(candidate, args, frame);
      if (outcome === Outcome.failed) {
        this.trail.undoTo(point.trailMark);
        this.#woken = [];
        this.budget.step();
        continue;
      }
      if (point.index < candidates.length) this.#choices.push(point);
      this.#path = { frame, previous: point.path };
      let rest = prove(candidate.goals, frame, next);
      if (outcome === Outcome.waits) {
        // The arguments are unified once more, as goals, when the promise has been settled.
        this.trail.undoTo(point.trailMark);
        this.#woken = [];
        const { parameters } = candidate.rule;
        const goals = candidate.unify.map((i): MachineGoal => {
          const right = valueOf(parameters[i]!.term, frame.slots, candidate.rule.slotNames);
          return { kind: 'unify-values', span, left: args[i], right };
        });
        rest = prove(goals, frame, rest);
      }
      this.#current = this.#woken.length === 0 ? rest : this.#wake(rest);
      return Outcome.jumped;
    }
    return Outcome.failed;
  }

  #unifyHead(candidate: Candidate, args: readonly unknown[], frame: Frame): Outcome {
    const { parameters, slotNames } = candidate.rule;
    for (const i of candidate.unify) {
      const parameter = parameters[i]!;
      if (parameter.takesArgument && parameter.term.kind === 'slot') {
        frame.slots[parameter.term.slot] = args[i];
        continue;
      }
      const outcome = this.unify(args[i], valueOf(parameter.term, frame.slots, slotNames), parameter.span);
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
      current: this.#current,
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
    };
    const trial: Scope = { isNegation: saved.scope.isNegation, cutBase: saved.base, undecided: undefined };
    this.#scope = trial;
    this.#woken = [];
    let outcome = this.#unifyHead(candidate, args, frame);
    if (outcome === Outcome.proved && candidate.headLength > 0) {
      const end: Continuation = { goals: [{ kind: 'answer', span }], index: 0, frame, next: undefined };
      this.#current = { goals: candidate.goals.slice(0, candidate.headLength), index: 0, frame, next: end };
      outcome = this.#runTrial(saved.base);
    }
    this.#truncate(saved.base);
    this.undo(mark);
    this.#current = saved.current;
    this.#woken = saved.woken;
    this.#scope = saved.scope;
    if (outcome === Outcome.failed && trial.undecided !== undefined) this.#noteUndecided(trial.undecided);
    return outcome;
  }

  #runTrial(base: number): Outcome {
    for (;;) {
      const at = this.#current!;
      this.budget.step();
      const outcome = this.#prove(at.goals[at.index]!, at);
      if (outcome === Outcome.answered) return Outcome.proved;
      if (outcome === Outcome.waits) return outcome;
      if (outcome === Outcome.proved) this.#advance(at);
      else if (outcome === Outcome.failed && !this.#backtrack(base)) return Outcome.failed;
    }
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
    this.#woken = [];
  }

  /** Goes back to the newest choice point above `base` that has something left to try. */
  #backtrack(base = 0): boolean {
    for (;;) {
      const point = this.#choices.length > base ? this.#choices.pop() : undefined;
      if (point === undefined) {
        this.#current = undefined;
        return false;
      }
      this.undo(point);
      switch (point.kind) {
        case 'rules':
          if (this.#tryRules(point) !== Outcome.failed) return true;
          break;
        case 'or': {
          const goals = point.alternatives[point.index++]!;
          if (point.index < point.alternatives.length) this.#choices.push(point);
          this.#current = prove(goals, point.frame, point.next);
          return true;
        }
        case 'retry':
          this.#current = point.continuation;
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

  tryAlternatives(alternatives: readonly (readonly MachineGoal[])[], at: Continuation): Outcome {
    const { frame } = at;
    const next = after(at);
    if (alternatives.length > 1)
      this.#choices.push({ kind: 'or', alternatives, index: 1, frame, next, ...this.mark() });
    const goals = alternatives[0]!;
    this.#current = prove(goals, frame, next);
    return Outcome.jumped;
  }

  /** The same goal is to be tried again, with the next element of its source. */
  pushRetry(continuation: Continuation, source: ItemSource, mark: Mark): void {
    this.#choices.push({
      kind: 'retry',
      continuation,
      source,
      trailMark: mark.trailMark,
      constraints: mark.constraints,
      scope: mark.scope,
      path: mark.path,
    });
  }

  /** Goes on with these goals in place of the one at hand. */
  jumpTo(goals: readonly MachineGoal[], at: Continuation): Outcome {
    const { frame } = at;
    const next = after(at);
    this.#current = prove(goals, frame, next);
    return Outcome.jumped;
  }

  // ── negation ──

  beginNegation(operand: readonly Goal[], span: Span, at: Continuation): Outcome {
    const { frame } = at;
    const next = after(at);
    const inner: Scope = { isNegation: true, cutBase: this.#choices.length + 1, undecided: undefined };
    const firstLocalId = new Variable('_').id;
    const point: NegationPoint = {
      kind: 'negation',
      span,
      next,
      frame,
      firstLocalId,
      inner,
      solutions: [],
      ...this.mark(),
    };
    this.#choices.push(point);
    this.#scope = inner;
    const end: Continuation = {
      goals: [{ kind: 'refute', span, negation: point }],
      index: 0,
      frame,
      next: undefined,
    };
    this.#current = prove(operand, frame, end);
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
    this.#current = prove(goals, point.frame, point.next);
    return true;
  }

  // ── values ──

  value(term: Term, frame: Frame): unknown {
    return this.settled(valueOf(term, frame.slots, frame.rule?.slotNames));
  }

  settled(value: unknown): unknown {
    if (this.#settled.size > 0 && typeof value === 'object' && this.#settled.has(value))
      return deref(this.#settled.get(value));
    return value;
  }

  /** Whether the value is a promise; then the machine is about to stop for it. */
  waitsFor(value: unknown, what: string): boolean {
    if (!isThenable(value)) return false;
    this.#awaiting = { promise: value, what };
    return true;
  }

  typeOf(value: unknown): TypeSet {
    return this.context.typeSets.of(deref(value), this.tags);
  }

  unify(left: unknown, right: unknown, span: Span): Outcome {
    const a = this.settled(deref(left));
    const b = this.settled(deref(right));
    if (a === b && typeof a !== 'number') return Outcome.proved;
    if (a instanceof Variable || b instanceof Variable) return this.#bindEither(a, b);
    if (!isObject(a) && !isObject(b)) return a === b ? Outcome.proved : Outcome.failed;
    return this.#unifyObjects(a, b, span);
  }

  #unifyObjects(left: unknown, right: unknown, span: Span): Outcome {
    let compared: Compared;
    try {
      compared = compareValues(left, right, this);
    } catch (error) {
      throw this.hostError(error, 'comparing two values', span, undefined);
    }
    switch (compared.kind) {
      case 'equal':
        return Outcome.proved;
      case 'unequal':
        return Outcome.failed;
      case 'waits':
        this.#awaiting = { promise: compared.on, what: 'a value' };
        return Outcome.waits;
      case 'open':
        for (const [a, b] of compared.pairs) {
          const outcome = this.unify(a, b, span);
          if (outcome !== Outcome.proved) return outcome;
        }
        return Outcome.proved;
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
      variablesIn(value).has(variable)
    )
      return Outcome.failed;
    for (let list = variable.watchers; list !== undefined; list = list.next) {
      const constraint = list.watcher as Constraint;
      if (isAlive(constraint)) this.#woken.unshift(constraint);
    }
    this.trail.bind(variable, value);
    return Outcome.proved;
  }

  seenOf(iterator: object): IteratorResult<unknown>[] {
    let seen = this.#seen.get(iterator);
    if (seen === undefined) this.#seen.set(iterator, (seen = []));
    return seen;
  }

  /** Leaves a goal to be proved when one of the variables has a value. */
  suspend(goal: Goal, frame: Frame, variables: Iterable<Variable>): Outcome {
    const watched = [...new Set(variables)];
    const constraint: Constraint = { goal, frame, watched };
    this.#constraints = { constraint, next: this.#constraints };
    for (const variable of watched)
      this.trail.watch(variable, { watcher: constraint satisfies Watcher, next: variable.watchers });
    // What only a waiting negation mentions is its own: nothing is known about it outside.
    if (goal.kind !== 'not') {
      for (const term of termsOf(goal)) {
        for (const variable of variablesIn(valueOf(term, frame.slots))) this.trail.touch(variable);
      }
    }
    return Outcome.proved;
  }

  /** The goals that have come to wait since and still do, oldest first. */
  constraintsSince(mark: ConstraintList | undefined): Constraint[] {
    const open: Constraint[] = [];
    for (let list = this.#constraints; list !== undefined && list !== mark; list = list.next) {
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
      return run();
    } catch (error) {
      throw this.hostError(error, what, span, frame);
    }
  }

  hostError(error: unknown, what: string, span: Span, frame: Frame | undefined): unknown {
    if (isPolarError(error)) return error;
    if (error instanceof Error && error.message.startsWith('bug in Nanook')) return error;
    const message = messageOfThrown(error);
    return new PolarError('POLAR_RUN_HOST_ERROR', { what, message }, span, {
      cause: error,
      notes: traceOf(frame ?? this.#current?.frame ?? this.root),
    });
  }

  // ── application values ──

  /** A value that host code may see; `unknown` while a variable in it has no value, `waiting` when it is a promise. */
  forHost(term: Term, frame: Frame): unknown {
    const value = this.value(term, frame);
    if (this.waitsFor(value, 'an argument')) return waiting;
    if (!isPartial(value)) return value;
    const known = snapshot(value);
    return isPartial(known) ? unknown : known;
  }

  /** Goes on with what the application gave for a look-up or call. */
  received(found: unknown, result: Term, types: readonly FieldType[], span: Span, at: Continuation): Outcome {
    if (found instanceof NoValue) return this.noValue(found, span, at.frame);
    const value = this.settled(found);
    if (isThenable(value)) return this.jumpTo([{ kind: 'receive', span, promise: value, result, types }], at);
    for (const type of types) this.tags.tag(value, type);
    return this.unify(this.value(result, at.frame), value, span);
  }
}

/** These goals, then what comes next. */
const prove = (
  goals: readonly MachineGoal[],
  frame: Frame,
  next: Continuation | undefined,
): Continuation | undefined => (goals.length === 0 ? next : { goals, index: 0, frame, next });

/** What is to be proved after the goal at hand. */
const after = ({ goals, index, frame, next }: Continuation): Continuation | undefined =>
  index + 1 < goals.length ? { goals, index: index + 1, frame, next } : next;

const emptySlots = ({ slotNames }: Rule): unknown[] => slotNames.map(() => emptySlot);

/** A spent budget says where in the policy it was spent. */
function located(error: unknown, at: Continuation | undefined): unknown {
  if (!isPolarError(error) || error.span !== undefined || at === undefined) return error;
  const options = error.cause === undefined ? {} : { cause: error.cause };
  return new PolarError(error.code, error.data, at.goals[at.index]?.span, {
    ...options,
    notes: traceOf(at.frame),
  });
}

const isObject = (value: unknown): boolean =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Whatever it is: an application may throw anything. */
function messageOfThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return 'something that cannot be shown';
  }
}

function closeQuietly(source: ItemSource): void {
  try {
    source.close?.();
  } catch {
    // The answer does not depend on it, and the question may be ending in an error of its own.
  }
}
