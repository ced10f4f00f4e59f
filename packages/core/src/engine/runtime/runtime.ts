import { isThenable } from '../../internal/promise.js';
import type { Dialect } from '../../dialect/dialect.js';
import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Span } from '../../diagnostics/span.js';
import { declaredField, refer } from '../../host/declared-value.js';
import { shownInError } from '../../host/shown-in-error.js';
import type { MemberContext } from '../../host/member.js';
import { MissingValue } from '../../host/missing-value.js';
import { handleRejections } from '../../host/handle-rejections.js';
import type { Meter } from '../../host/meter.js';
import type { TypeSet, PlainTypeSets } from '../../host/plain-type-sets.js';
import { describe, kindOf } from '../../internal/descriptions.js';
import { isPlainObject } from '../../host/value.js';
import { isObjectOrFunction } from '../../internal/is-object.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { DeclaredType, Field } from '../../types/declared-type.js';
import { forApplication, fieldOf, raw, Reference, rowOfReference } from '../../host/reference.js';
import type { PlainTypeTable } from '../../types/plain-type-table.js';
import type { UnionName } from '../../types/type-table.js';
import type { Equality, EqualityContext, EqualityRules, ForeignOperators } from '../equality.js';
import { HostLog } from '../host-log.js';
import { CompiledBudget, defaultLimits, type Limits, stepsPerLook } from '../limits.js';
import type { Proof } from '../proof.js';
import { untabledCalls } from '../tabling/thresholds.js';
import type { Operations } from './operations.js';
import type { Reason, Reasons } from './reasons.js';
import type { RuntimeQuestions } from './runtime-questions.js';
import type { MethodSite, ReadSite } from './sites.js';
import type { Ending } from './way.js';

/** Returned instead of a value: the current alternative is undecided or, in a pattern, does not match. */
export const noValue: unique symbol = Symbol('no value');

/** Represents any condition, where no reasons are recorded. */
const someCondition = {};

/** The deepest nesting of calls. The stack of code that is not optimized yet holds a few thousand. */
export const maxCallDepth = 500;

/** The types and constants of the application that compiled code depends on. */
export interface RuntimeContext {
  readonly types: PlainTypeTable;
  readonly unions: Readonly<Record<UnionName, readonly DeclaredType[]>>;
  readonly typeSets: PlainTypeSets;
  readonly members: MemberContext;
  readonly equality: Equality;
  readonly operators?: ForeignOperators | undefined;
}

/**
 * The state of one query in compiled code, and all operations that are not inline. Subclasses define how a query ends when the code cannot
 * continue: at a promise, an error or a limit. The parameter `at` is the position in the policy, if the code passes it.
 */
export abstract class Runtime implements EqualityContext, Meter {
  /** The limits of the query, and how much of them is used. */
  readonly limited = new CompiledBudget(defaultLimits, undefined);
  /** The remaining steps of those that the budget has granted. */
  steps = 0;
  /** The number of undecided conditions. */
  undecided = 0;
  /** The number of patterns that read a missing attribute: undecided under a negation only. */
  mismatched = 0;
  /** The depth of calls that may be recursive. */
  depth = 0;
  /** The number of recursive calls before questions are remembered. */
  #untabledCalls = untabledCalls.compiled;
  #questions: RuntimeQuestions | undefined = undefined;
  /** Whether a query is running. */
  isBusy = false;
  /** Whether code of the application has run: a method, a getter or an iterator. */
  meetsHost = false;
  /** Whether the clock is read when a query begins and ends. That costs as much as a short query. */
  #isTimed = true;
  /** The number of queries without code of the application after which the clock is not read any more. */
  #untimedAfter = 1_000;
  /** Whether the query has met a promise. */
  metPromise = false;
  log = new HostLog(this);
  /** The proof of the function that has succeeded last, if functions record their proofs. */
  proof: Proof | undefined = undefined;
  /** The reasons of the undecided conditions, if they are recorded. Otherwise they are only counted. */
  abstract readonly reasons: Reasons | undefined;

  /**
   * @param registered the prototypes of the registered classes, whose instances never get a type from a field
   * @param mayWait whether the code awaits promises of the application; otherwise the query ends at a promise
   */
  constructor(
    readonly context: RuntimeContext,
    readonly registered: ReadonlySet<object>,
    readonly mayWait = false,
  ) {
    this.typeSets = context.typeSets;
    this.operators = context.operators;
    this.dialect = context.types.dialect;
  }

  readonly typeSets: PlainTypeSets;
  /** Compiled code contains no variables. */
  readonly terms = undefined;

  readonly dialect: Dialect;
  readonly operators: ForeignOperators | undefined;

  get equality(): Equality {
    return this.context.equality;
  }

  abstract readonly rules: EqualityRules;

  /** The operations that only some policies need. */
  protected abstract readonly operations: Operations;

  // ── ends of a query ──

  /** Ends a query whose calls are nested too deeply. */
  abstract tooDeep(): never;
  /** Ends a query at a value or an operation of another dialect. */
  abstract foreign(): never;
  /** Ends a query at an instance of an unexpected class. */
  abstract inexact(value: unknown): never;
  /** Handles a full log of calls. */
  abstract full(): void;
  /** Ends a query at a promise. */
  abstract met(promise: PromiseLike<unknown>): never;
  /** Ends a query with an error. */
  protected abstract fault(code: Code, data: DataOf<Code>, at: Span | undefined): never;
  /** Ends a query after a method of the application threw. */
  protected abstract threw(error: unknown, receiver: unknown, name: string, at: Span | undefined): never;
  // ── undecided conditions ──

  /** Records that the current alternative is undecided. */
  undecide<C extends Code>(code: C, data: () => DataOf<C>, at: Span | undefined): void {
    this.reasons?.undecide(this.undecided, code, data(), at);
    this.undecided++;
  }

  /** Records that a pattern read a missing attribute, so that a negation around it is undecided. */
  mismatch(name: string, base: unknown, at: Span | undefined): void {
    this.reasons?.mismatch(this.mismatched, { name, on: kindOf(base) }, at);
    this.mismatched++;
  }

  /**
   * Records that the operand of a negation is undecided.
   *
   * @param undecided the number of undecided conditions before the negation
   * @param mismatched the number of mismatched patterns before it
   */
  undecidedSince(undecided: number, mismatched: number): void {
    const { reasons } = this;
    if (reasons !== undefined) {
      const found = this.undecided > undecided ? reasons.undecided(undecided) : undefined;
      const missed = this.mismatched > mismatched ? reasons.mismatched(mismatched) : undefined;
      const isMissedFirst = missed !== undefined && !(found && found.order < missed.order);
      reasons.undecideAgain(undecided, isMissedFirst ? missed : found!);
    }
    this.undecided = undecided + 1;
    this.mismatched = mismatched;
  }

  // ── questions ──

  /** Returns whether a recursive call is one of the first, which need no table. */
  isEarly(): boolean {
    return --this.#untabledCalls >= 0;
  }

  get questions(): RuntimeQuestions {
    return (this.#questions ??= this.operations.createQuestions(this));
  }

  /** Returns whether two values are the same argument of a question. */
  isSame(left: unknown, right: unknown): boolean {
    return left === right || this.operations.isSameArgument(left, right, this);
  }

  /** Returns the first undecided condition after a number of them, and takes all of them back. */
  takeUndecided(since: number): object | undefined {
    if (this.undecided === since) return undefined;
    this.undecided = since;
    return this.reasons?.undecided(since) ?? someCondition;
  }

  /** The same for conditions that are undecided under a negation only. */
  takeMismatch(since: number): object | undefined {
    if (this.mismatched === since) return undefined;
    this.mismatched = since;
    return this.reasons?.mismatched(since) ?? someCondition;
  }

  /** Records an undecided condition that was taken back. */
  undecideAgain(condition: object): void {
    this.reasons?.undecideAgain(this.undecided, condition as Reason);
    this.undecided++;
  }

  mismatchAgain(condition: object): void {
    this.reasons?.mismatchAgain(this.mismatched, condition as Reason);
    this.mismatched++;
  }

  // ── a query ──

  begin(limits: Limits, signal?: AbortSignal): void {
    this.isBusy = true;
    const { limited } = this;
    limited.begin(limits, signal, undefined, stepsPerLook);
    this.steps = limited.handedOut;
    if (this.#isTimed && !limited.expectsFastCalls) limited.start();
    this.undecided = 0;
    this.mismatched = 0;
    this.reasons?.clear();
    this.#untabledCalls = untabledCalls.compiled;
    this.log.clear();
  }

  /** Releases the values of the application. The results of methods are kept for the machine if it must continue. */
  release(isDecided: boolean): void {
    this.#questions = undefined;
    if (isDecided) this.log.clear();
  }

  /** Ends the query at its next step, because its caller no longer waits. */
  stop(): void {
    this.steps = Number.NEGATIVE_INFINITY;
  }

  // ── limits ──

  get budget(): Meter {
    return this;
  }

  /** Requests more steps from the budget. Throws if there are none. */
  over(): void {
    this.steps += this.limited.moreSteps(-this.steps);
  }

  get startedAt(): number | undefined {
    return this.limited.startedAt;
  }

  step(): void {
    if (--this.steps < 0) this.over();
  }

  spend(steps: number): void {
    if ((this.steps -= steps) < 0) this.over();
  }

  grow(size: number): void {
    this.limited.grow(size);
  }

  called(result?: unknown): void {
    this.meetsHost = this.#isTimed = true;
    this.limited.called(result);
  }

  /** True if the query took too long. */
  get isLate(): boolean {
    if (this.#untimedAfter > 0 && --this.#untimedAfter === 0) this.#isTimed = this.meetsHost;
    const { limited } = this;
    // After many fast calls, the time is checked only now and then.
    if (limited.startedAt === undefined) return false;
    // Calls are counted, so without a further call the time need not be checked.
    if (this.#untimedAfter === 0 && this.#isTimed && !limited.hasUntimedCalls) return false;
    return limited.isOver;
  }

  /** Enters a call that may be recursive. */
  deeper(): true {
    if (++this.depth > maxCallDepth) this.tooDeep();
    return true;
  }

  /** Leaves a call that may be recursive. */
  back<End extends Ending>(ending: End): End {
    this.depth--;
    return ending;
  }

  /** Rejects each success: for calls of `runAll` whose undecided conditions count, but not their results. */
  readonly never = (): boolean => false;

  /** Returns the value that a promise was fulfilled with, or the value itself. */
  settled(value: unknown): unknown {
    return value;
  }

  // ── types ──

  typeOf(value: unknown): TypeSet {
    const { typeSets } = this;
    const types = typeSets.of(value);
    if (typeSets.hasPredicates) this.called();
    return types;
  }

  /** Returns a value with the field from which it was read, for operations that depend on its type. */
  ref(value: unknown, field: Field): unknown {
    const { typeSets } = this;
    const type = field.type.kind === 'named' ? typeSets.types.find(field.type.name)! : undefined;
    const isTested = type?.class === undefined && !typeSets.hasPredicates && !typeSets.discriminators;
    if (type === undefined || type.builtIn || !isTested || typeof value !== 'object' || value === null)
      return refer(value, field, typeSets);
    // The type of a row was found when it was read, or when a function was called for it. A tag that it got since does not change it.
    return value instanceof Reference ? value : new Reference(value, field, typeSets.ofGiven(value, type));
  }

  /** Returns the row of a reference to a row, for a function that knows its type. */
  row(value: unknown): unknown {
    return rowOfReference(value);
  }

  /** Returns a value as methods of the application receive it. */
  argument(value: unknown): unknown {
    return forApplication(value);
  }

  /**
   * Returns the value of a declared field as a value of its type. Returns `noValue` if it contradicts the declaration.
   *
   * @param isRow whether the code takes the value for a plain object
   */
  accept(value: unknown, field: Field, isRow: boolean, at?: Span): unknown {
    const accepted = this.#accepted(value, field, at);
    const found = raw(accepted);
    if (isRow && typeof found === 'object' && found !== null && !isPlainObject(found)) this.inexact(accepted);
    return found;
  }

  /** The same for an attribute that the type of its object may declare. The value keeps its field. */
  acceptOf(base: unknown, { name }: ReadSite, value: unknown, at?: Span): unknown {
    this.await(value);
    const field = declaredField(this.typeOf(base), name);
    return field === undefined ? value : this.#accepted(value, field, at);
  }

  #accepted(value: unknown, field: Field, at: Span | undefined): unknown {
    this.await(value);
    const found = this.operations.acceptDeclared(value, field, this.typeSets);
    if (this.typeSets.hasPredicates) this.called();
    if (!(found instanceof MissingValue)) return found;
    this.noValue(found, at);
    return noValue;
  }

  /** Returns the declaration of the elements of a list, if the value is a reference to one. */
  elementOf(list: unknown): Field | undefined {
    return fieldOf(list)?.element;
  }

  /** Returns an element with its field. Returns `noValue` if it contradicts its declaration. */
  acceptElement(value: unknown, field: Field, at?: Span): unknown {
    return this.#accepted(value, field, at);
  }

  isa(value: unknown, type: DeclaredType): boolean {
    this.await(value);
    return this.typeOf(value).types.has(type);
  }

  isaUnion(value: unknown, union: UnionName): boolean {
    this.await(value);
    const { types } = this.typeOf(value);
    return this.context.unions[union].some((type) => types.has(type));
  }

  // ── values ──

  /** Ends the query if the value is a promise. */
  await(value: unknown): void {
    if (!isThenable(value)) return;
    this.metPromise = true;
    this.met(value);
  }

  /** Handles the promises of a collection of which one is about to be awaited. */
  handleRejections(collection: unknown): void {
    handleRejections(collection);
  }

  /** Returns whether a value must be awaited. Then other promises that the application has returned are handled meanwhile. */
  isPending(value: unknown): boolean {
    if (typeof value !== 'object' || !isThenable(value)) return false;
    this.log.handleRejections();
    return true;
  }

  /**
   * Reads an attribute that cannot be read inline. Returns `noValue` if it is undecided.
   *
   * @param seen the value that an inline read returned, so that a getter does not run twice
   */
  abstract read(base: unknown, site: ReadSite, seen?: unknown, at?: Span): unknown;

  /** Calls a method that cannot be called inline. Returns `noValue` if it is undecided. */
  method(base: unknown, site: MethodSite, args: readonly unknown[], at?: Span): unknown {
    return this.operations.runMethod(this, base, site, args, at);
  }

  /** Makes a call of a method and adds the result to the log. */
  call(base: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    return this.log.call(base, name, args, run);
  }

  /** Handles an error of a method. The log keeps it, so that the method is not called again. */
  failed(base: unknown, { name }: MethodSite, args: readonly unknown[], error: unknown, at?: Span): never {
    this.log.failed(base, name, args, error);
    this.threw(error, base, name, at);
  }

  /** Returns the elements of a collection as an array. */
  list(value: unknown, at?: Span): readonly unknown[] {
    const collection = raw(value);
    return Array.isArray(collection) ? (collection as unknown[]) : this.elements(value, at);
  }

  /** Returns the elements of a value that is not a list. An iterator can be read once. */
  protected abstract elements(value: unknown, at: Span | undefined): readonly unknown[];

  notIterable(value: unknown, at: Span | undefined): readonly unknown[] {
    this.undecide(
      'POLAR_UNDECIDED_NOT_ITERABLE',
      () => ({ value: shownInError(value, this.context.types) }),
      at,
    );
    return [];
  }

  /** Compares two values. @param isNegated the result of an undecided comparison, so that its negation is false, too */
  equal(left: unknown, right: unknown, isNegated = false, at?: Span): boolean {
    if (left === right) {
      // A promise is compared with itself once it is awaited: it may be rejected.
      this.await(left);
      return !Number.isNaN(left);
    }
    return (
      (isObjectOrFunction(left) || isObjectOrFunction(right)) && this.equalObjects(left, right, isNegated, at)
    );
  }

  /** Compares two different values of which at least one is an object. */
  protected abstract equalObjects(
    left: unknown,
    right: unknown,
    isNegated: boolean,
    at: Span | undefined,
  ): boolean;

  /** Returns the result of a comparison, which is undecided if an element of a list contradicts its declaration. */
  protected decided(compare: () => boolean, isNegated: boolean, at: Span | undefined): boolean {
    try {
      return compare();
    } catch (error) {
      if (!(error instanceof MissingValue)) throw error;
      this.noValue(error, at);
      return isNegated;
    }
  }

  /** Checks whether an object equals one of the literals, as a boxed literal does. */
  oneOf(value: unknown, literals: readonly unknown[]): boolean {
    return literals.some((literal) => this.equal(value, literal));
  }

  /** Returns the literal that an object equals, as a boxed literal does, or the object itself. */
  literalOf(value: unknown, literals: readonly unknown[]): unknown {
    return literals.find((literal) => this.equal(value, literal)) ?? value;
  }

  /** Handles a condition that is not `true` or `false`. */
  notTrue(value: unknown, at?: Span): false {
    this.await(value);
    const data = () => ({
      value: shownInError(value, this.context.types),
      advice: describe().conditionAdvice(value),
    });
    this.undecide('POLAR_UNDECIDED_CONDITION', data, at);
    return false;
  }

  order(operator: ComparisonOperator, left: unknown, right: unknown, at?: Span): boolean {
    return this.operations.orderValues(this, operator, left, right, at);
  }

  arithmetic(operator: ArithmeticOperator, left: unknown, right: unknown, at?: Span): unknown {
    return this.operations.compute(this, operator, left, right, at);
  }

  /** Ends the query with a fault, or records that the current alternative is undecided. */
  noValue(found: MissingValue, at: Span | undefined): void {
    if (found.isFault) this.fault(found.code, found.data, at);
    if (!found.isPlainFailure) this.undecide(found.code, () => found.data, at);
  }
}
