import { isThenable } from '../../internal/promise.js';
import type { Dialect } from '../../dialect/dialect.js';
import type { Code, DataOf } from '../../diagnostics/codes.js';
import { PolarError } from '../../diagnostics/polar-error.js';
import type { Span } from '../../diagnostics/span.js';
import { AwaitedFacts } from '../../host/awaited-facts.js';
import { acceptDeclared } from '../../host/declared-value.js';
import { failedMember, isFailedMember } from '../../host/failed-member.js';
import { MissingValue, type MemberContext } from '../../host/member.js';
import type { PendingTest } from '../../host/pending-test.js';
import { kindOf } from '../../host/show.js';
import type { TypeSet, TypeSets } from '../../host/type-set.js';
import { isObject, isObjectOrFunction } from '../../internal/is-object.js';
import { termsOf } from '../../ir/goal-terms.js';
import type { Goal, UnifyGoal } from '../../ir/goal.js';
import type { Term } from '../../ir/term.js';
import type { Field } from '../../types/declared-type.js';
import { areDistinct, type Equality, type ForeignOperators } from '../equality.js';
import { hostError } from '../host-error.js';
import { equalityRules } from '../equality-rules.js';
import { logicTerms } from '../logic-terms.js';
import type { HostReplay, Replay } from '../host-replay.js';
import type { Budget } from '../limits.js';
import type { ProgramContext } from '../program-context.js';
import { EngineValue } from '../../terms/engine-value.js';
import { isPartial } from '../../terms/partial.js';
import { forApplication, Reference } from '../../host/reference.js';
import { PassedVariables } from './passed-variables.js';
import { deref, Variable, type Watcher } from '../../terms/variable.js';
import { isAlive, type Constraint, type ConstraintList } from './state/constraint.js';
import type { Frame } from './state/frame.js';
import { GoalResult } from './state/goal-result.js';
import type { MachineGoal } from './state/goal-stack.js';
import { ProofState } from './state/proof-state.js';
import { pendingArgument, unboundArgument, type Prover } from './state/prover.js';
import { emptySlot, snapshot, valueOf, variablesIn } from './state/term-value.js';
import { traceOf, type Undecided } from './state/undecided.js';
import type { TrialCalls } from './state/trial-calls.js';
import { rankOf } from './goals/awakened.js';
import { bindEither, bindVariable, unifyObjects } from './unifier.js';

/**
 * The services that the proofs of goals need: reads values of terms, binds variables, delays goals, and reports undecided conditions and
 * faults with their place in the policy.
 */
export abstract class Evaluator extends ProofState implements Prover {
  readonly equality: Equality;
  readonly rules = equalityRules;
  readonly terms = logicTerms;
  readonly dialect: Dialect;
  readonly operators: ForeignOperators | undefined;
  // Most queries need none of these three.
  #awaited: AwaitedFacts | undefined = undefined;
  /** The variables that the application received, in the dialect oso. */
  #passed: PassedVariables | undefined = undefined;
  /** The values of the promises that were awaited. */
  #settled: Map<unknown, unknown> | undefined = undefined;
  /** The last predicate whose result was awaited. */
  #test: PendingTest | undefined = undefined;
  #seen: Map<object, IteratorResult<unknown>[]> | undefined = undefined;
  /** The promise that a goal waits for. */
  protected awaiting: { readonly promise: PromiseLike<unknown>; readonly origin: string } | undefined =
    undefined;

  replay: Replay | undefined;
  trial: TrialCalls | undefined = undefined;

  constructor(
    readonly context: ProgramContext,
    root: Frame,
    budget: Budget,
    protected readonly madeBefore: HostReplay | undefined,
    isSteppedThrough: boolean,
    keepsProofs: boolean,
  ) {
    super(root, budget, isSteppedThrough, keepsProofs);
    this.replay = madeBefore;
    this.equality = context.equality;
    this.dialect = context.program.types.dialect;
    this.operators = context.operators;
  }

  abstract prove(goal: MachineGoal, frame: Frame): GoalResult;
  abstract backtrack(base?: number): boolean;

  get typeSets(): TypeSets {
    return this.context.typeSets;
  }

  get members(): MemberContext {
    return this.context.members;
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

  /** Sets the value of a promise for which the machine stopped. */
  settle(promise: PromiseLike<unknown>, value: unknown): void {
    if (this.#test?.promise === promise) {
      (this.#awaited ??= new AwaitedFacts()).noteTest(this.#test, value === true);
      return;
    }
    (this.#settled ??= new Map<unknown, unknown>()).set(promise, value);
    // The promise of a look-up or a call is awaited at once. Any other one is a value of its own.
    const isOwnValue = this.dialect.hasOpaquePromises && this.goals?.[this.index]?.kind !== 'receive';
    if (isOwnValue) (this.#awaited ??= new AwaitedFacts()).notePromised(value);
  }

  waitsForTerm(term: Term, value: unknown, frame: Frame, origin: string): boolean {
    // A variable of a rule is never bound to a promise: a promise is awaited before.
    if (term.kind === 'slot' && frame.rule !== undefined) return false;
    return this.waitsFor(value, origin);
  }

  waitForTest(test: PendingTest): GoalResult {
    this.#test = test;
    this.awaiting = { promise: test.promise, origin: 'the type of a value' };
    return GoalResult.waits;
  }

  waitsFor(value: unknown, origin: string): boolean {
    if (!isThenable(value)) return false;
    this.awaiting = { promise: value, origin };
    return true;
  }

  wasPromised(value: object): boolean {
    return this.#awaited?.wasPromised(value) === true;
  }

  typeOf(value: unknown): TypeSet {
    const { typeSets } = this.context;
    const types = typeSets.of(deref(value), this.#awaited);
    if (typeSets.hasPredicates) this.budget.called();
    return types;
  }

  hostArgument(term: Term, frame: Frame, isReceiver = false): unknown {
    const value = this.value(term, frame);
    if (this.waitsFor(value, 'an argument')) return pendingArgument;
    if (!isPartial(value)) return isReceiver ? value : forApplication(value);
    const known = snapshot(value, this.budget, 0, undefined, forApplication);
    if (!isPartial(known)) return known;
    if (!this.dialect.passesVariables || (isReceiver && known instanceof Variable)) return unboundArgument;
    return this.#passing.convert(known);
  }

  get #passing(): PassedVariables {
    return (this.#passed ??= new PassedVariables(this.context.foreignTerms, this.queryVariables()));
  }

  /** Returns the variables of the query that have no value, by name. */
  protected abstract queryVariables(): ReadonlyMap<string, Variable>;

  /** Replaces calls of rules among the values that the query is given by terms, in the dialect oso. */
  protected restoreCalls(slots: unknown[]): void {
    const { foreignTerms } = this.context;
    if (foreignTerms === undefined) return;
    const hasCall = (value: unknown): boolean =>
      Array.isArray(value)
        ? value.some(hasCall)
        : isObject(value) && foreignTerms.callOf(value) !== undefined;
    for (const [i, value] of slots.entries()) if (hasCall(value)) slots[i] = this.#passing.restore(value);
  }

  /** Returns a value that the application returned, as a term if it is one. */
  #restored(found: object): unknown {
    const { foreignTerms } = this.context;
    const isTerm =
      foreignTerms !== undefined &&
      (foreignTerms.nameOf(found) !== undefined || foreignTerms.callOf(found) !== undefined);
    return isTerm || this.#passed !== undefined ? this.#passing.restore(found) : found;
  }

  /** The variables that functions of the application made, by name. */
  get madeVariables(): ReadonlyMap<string, Variable> | undefined {
    return this.#passed?.made;
  }

  seenOf(iterator: object): IteratorResult<unknown>[] {
    this.#seen ??= new Map<object, IteratorResult<unknown>[]>();
    let seen = this.#seen.get(iterator);
    if (seen === undefined) this.#seen.set(iterator, (seen = []));
    return seen;
  }

  // ── unification ──

  unifyTerms(goal: UnifyGoal, frame: Frame): GoalResult {
    const { left, right, span } = goal;
    if (left.kind === 'slot' && frame.slots[left.slot] === emptySlot) {
      const value = this.value(right, frame);
      if (
        (!(value instanceof EngineValue) || value instanceof Reference) &&
        !this.waitsForTerm(right, value, frame, 'a value')
      )
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
    try {
      return unifyObjects(this, a, b, span);
    } catch (error) {
      // A key or an element contradicts its declaration: this alternative is undecided, and others are tried.
      if (!(error instanceof MissingValue)) throw error;
      return this.reportMissing(error, span, this.goals === undefined ? this.root : this.frame);
    }
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

  acceptResult(found: unknown, result: Term, field: Field | undefined, span: Span, frame: Frame): GoalResult {
    if (typeof found !== 'object' || found === null)
      return field === undefined
        ? this.assignResult(result, found, span, frame)
        : this.#assignDeclared(found, result, field, span, frame);
    const returned = this.#restored(found);
    if (isPartial(returned)) {
      for (const variable of variablesIn(returned, this.budget)) this.trail.markAliased(variable);
      return this.unify(this.value(result, frame), returned, span);
    }
    if (found instanceof MissingValue) {
      const isLost = this.isNegating && this.dialect.losesHostErrorsInNegation && !found.isFault;
      if (!isLost) return this.reportMissing(found, span, frame);
      this.noteLost(found, span, frame);
      return this.assignResult(result, undefined, span, frame);
    }
    const value = this.settled(found);
    if (isThenable(value))
      return this.replaceGoal([{ kind: 'receive', span, promise: value, result, field }]);
    return field === undefined
      ? this.assignResult(result, value, span, frame)
      : this.#assignDeclared(value, result, field, span, frame);
  }

  /** Assigns a value of a declared field. A value that contradicts the declaration is undecided. */
  #assignDeclared(found: unknown, result: Term, field: Field, span: Span, frame: Frame): GoalResult {
    const value = this.guarded(span, frame, `\`${field.name}\``, () =>
      acceptDeclared(found, field, this.typeSets),
    );
    return value instanceof MissingValue
      ? this.reportMissing(value, span, frame)
      : this.assignResult(result, value, span, frame);
  }

  // ── constraints ──

  protected override inAwakenedOrder(awakened: Constraint[]): Constraint[] {
    return this.dialect.awakensAsOso ? awakened.sort((a, b) => rankOf(a.goal) - rankOf(b.goal)) : awakened;
  }

  protected override awakenedGoal({ goal, frame }: Constraint): MachineGoal {
    if (!this.dialect.awakensAsOso) return goal;
    const hadResult = goal.kind === 'lookup' && !(this.value(goal.result, frame) instanceof Variable);
    return { kind: 'awakened', span: goal.span, goal, hadResult };
  }

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
        const value = valueOf(term, frame.slots, this.budget, frame.rule?.slotNames);
        for (const variable of variablesIn(value, this.budget)) this.trail.markAliased(variable);
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
    options?: ErrorOptions & { readonly receiver?: unknown },
  ): PolarError<C> {
    return new PolarError(code, data, span, { ...options, ...traceOf(frame) });
  }

  undecidedAt<C extends Code>(
    code: C,
    data: DataOf<C>,
    span: Span,
    frame: Frame,
    receiver?: unknown,
  ): GoalResult {
    if (this.dialect.undecidedEndsQuery) throw this.fault(code, data, span, frame, { receiver });
    this.noteUndecided({ code, data, span, frame } as Undecided);
    return GoalResult.failed;
  }

  mismatchAt(name: string, on: unknown, span: Span, frame: Frame): GoalResult {
    return this.isNegating && !this.dialect.patternsReadAnything
      ? this.undecidedAt('POLAR_UNDECIDED_PATTERN', { name, on: kindOf(on) }, span, frame)
      : GoalResult.failed;
  }

  reportMissing(found: MissingValue, span: Span, frame: Frame): GoalResult {
    if (found.isPlainFailure) return GoalResult.failed;
    const { code, data, receiver, cause } = found;
    if (found.isFault) throw this.fault(code, data, span, frame, { receiver });
    if (isFailedMember(found)) throw this.fault(code, data, span, frame, { receiver, cause });
    return this.undecidedAt(code, data, span, frame, receiver);
  }

  guarded<T>(span: Span, frame: Frame | undefined, origin: string, run: () => T): T {
    try {
      const result = run();
      this.budget.called(result);
      return result;
    } catch (error) {
      throw this.hostError(error, origin, span, frame);
    }
  }

  hostError(error: unknown, origin: string, span: Span, frame: Frame | undefined): unknown {
    return hostError(
      error,
      origin,
      span,
      traceOf(frame ?? (this.goals === undefined ? this.root : this.frame)),
    );
  }

  memberError(error: unknown, name: string, receiver: unknown, span: Span, frame: Frame): MissingValue {
    const origin = `\`${name}\` of ${kindOf(receiver)}`;
    if (this.losesError(error)) return failedMember(error, origin, receiver);
    throw hostError(error, origin, span, { ...traceOf(frame), receiver });
  }

  losesError(error: unknown): boolean {
    return this.dialect.losesHostErrorsInNegation === true && error instanceof TypeError;
  }

  noteLost(found: MissingValue, span: Span, frame: Frame): void {
    const { code, data, receiver, cause } = found;
    this.context.onLostError?.(this.fault(code, data, span, frame, { receiver, cause }));
  }
}
