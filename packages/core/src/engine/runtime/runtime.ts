import type { Dialect } from '../../dialect/dialect.js';
import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Span } from '../../diagnostics/span.js';
import type { MemberContext, MissingValue } from '../../host/member.js';
import { handleRejections } from '../../host/handle-rejections.js';
import type { Meter } from '../../host/meter.js';
import { declaresField, type Tags } from '../../host/tags.js';
import type { TypeSet, PlainTypeSets } from '../../host/plain-type-sets.js';
import { describe, show } from '../../internal/descriptions.js';
import { isThenable } from '../../host/value.js';
import { isObjectOrFunction } from '../../internal/is-object.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { PlainTypeTable } from '../../types/plain-type-table.js';
import type { UnionName } from '../../types/type-table.js';
import type { Equality, EqualityContext, EqualityRules, ForeignOperators } from '../equality.js';
import { HostLog } from '../host-log.js';
import { CompiledBudget, defaultLimits, type Limits, stepsPerLook } from '../limits.js';
import type { Proof } from '../proof.js';
import type { Operations } from './operations.js';
import type { MethodSite, ReadSite } from './sites.js';
import type { Ending } from './way.js';

/** Returned instead of a value: the current alternative is undecided or, in a pattern, does not match. */
export const noValue: unique symbol = Symbol('no value');

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
  /** Returns whether rules treat a row with another type the same with and without this one. */
  readonly isUntold?: (type: DeclaredType) => boolean;
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
  /** The number of notes about types that fields have given to values. */
  notes = 0;
  #tags: Tags | undefined = undefined;

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

  /** Ends a query that needs a note about a type which was left out. Undefined if a query cannot end there. */
  protected readonly restartWithNotes: (() => never) | undefined = undefined;

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
  /** Records that the current alternative is undecided. */
  abstract undecide<C extends Code>(code: C, data: () => DataOf<C>, at: Span | undefined): void;
  /** Records that a pattern read a missing attribute, so that a negation around it is undecided. */
  abstract mismatch(name: string, base: unknown, at: Span | undefined): void;

  /**
   * Records that the operand of a negation is undecided.
   *
   * @param undecided the number of undecided conditions before the negation
   * @param mismatched the number of mismatched patterns before it
   */
  undecidedSince(undecided: number, mismatched: number): void {
    this.undecided = undecided + 1;
    this.mismatched = mismatched;
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
    this.log.clear();
    if (this.#tags !== undefined && !this.#tags.isEmpty) this.#tags.clear();
  }

  /** Releases the values of the application. The results of methods are kept for the machine if it must continue. */
  release(isDecided: boolean): void {
    if (isDecided) this.log.clear();
    if (this.#tags !== undefined && !this.#tags.isEmpty) this.#tags.clear();
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
    const types = typeSets.of(value, this.#tags);
    if (typeSets.hasPredicates) this.called();
    return types;
  }

  /** Tags a plain row with the declared type of a field. Without tags, no field has a type of the application. */
  tag(value: unknown, type: FieldType): void {
    const tags = this.#findTags();
    if (tags === undefined) return;
    tags.tag(value, type);
    this.notes = tags.notes;
  }

  /** Tags the elements of a list with their declared type. */
  tagList(list: object, of: FieldType): void {
    const tags = this.#findTags();
    if (tags === undefined) return;
    tags.tagList(list, of);
    this.notes = tags.notes;
  }

  /** Gives a row the type of the application that a field has. Returns -1. */
  note(row: object, type: DeclaredType): -1 {
    const tags = this.#findTags();
    if (tags !== undefined) {
      tags.tagRow(row, type);
      this.notes = tags.notes;
    }
    return -1;
  }

  /**
   * Gives a row the type of the application that a field has. Returns the number of notes, or -1 if fields have also given it another type, and for
   * a promise. It has no other type until the number changes.
   *
   * @param isValue whether the row is known not to be a promise
   */
  noteTested(row: object, type: DeclaredType, isValue: boolean): number {
    const tags = this.#findTags();
    if (tags === undefined) return -1;
    const isOnly = tags.note(row, type);
    this.notes = tags.notes;
    return isOnly && (isValue || !isThenable(row)) ? this.notes : -1;
  }

  /**
   * Gives a row the type of the application that its object declares for the field, unless the object has a tag of a type without the field. That is
   * found only when it matters. Returns -1.
   */
  noteFrom(base: object, { name }: ReadSite, row: object, type: DeclaredType): -1 {
    const tags = this.#findTags();
    if (tags !== undefined) {
      tags.tagUnlessTagged(base, name, row, type);
      this.notes = tags.notes;
    }
    return -1;
  }

  /** Checks that a plain object to which a declared field gave a type with this field has no tag of a type without it. */
  declares(base: object, name: string): boolean {
    return declaresField(base, name, this.context.types);
  }

  #findTags(): Tags | undefined {
    return (this.#tags ??= this.operations.createTags?.(
      this.context.types,
      this.context.isUntold,
      (base) => this.typeOf(base).declared,
      this.restartWithNotes,
    ));
  }

  /**
   * Checks that declared fields have given no other type to a row without a tag and a discriminator, which was tagged with this type, and that it
   * is not a promise.
   */
  isNoted(row: object, type: DeclaredType): boolean {
    return this.#tags?.isOnly(row, type) === true && !isThenable(row);
  }

  /** Checks that declared fields have given a row this type and no other, and that it is not a promise. */
  hasOnly(row: object, type: DeclaredType): boolean {
    const found = this.#tags?.typesOf(row);
    return found?.length === 1 && found[0] === type && !isThenable(row);
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

  /** Checks that a value that is not `nil` can belong to the relation that the object may declare. Otherwise the alternative is undecided. */
  isRelated(base: unknown, site: ReadSite, value: unknown, at?: Span): boolean {
    return this.operations.isRelated(this, base, site, value, at);
  }

  /** Tags a row with the types that its object declares for the field, when the type of a row is needed. */
  noteRow(base: object, { name }: ReadSite, row: object): void {
    const tags = this.#findTags();
    if (tags === undefined) return;
    tags.tagFrom(base, name, row);
    this.notes = tags.notes;
  }

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
    if (Array.isArray(value)) return value as unknown[];
    return this.withTypes(this.elements(value, at), value);
  }

  /** Gives the elements of a value that is not a list, such as a set, the type that a field declares for them. */
  protected withTypes(elements: readonly unknown[], value: unknown): readonly unknown[] {
    const of = typeof value === 'object' && value !== null ? this.elementType(value) : undefined;
    if (of !== undefined) this.tagList(elements, of);
    return elements;
  }

  /** Returns the type that a field declares for the elements of a list. */
  protected elementType(list: object): FieldType | undefined {
    return this.#tags?.elementType(list);
  }

  /** Returns the elements of a value that is not a list. An iterator can be read once. */
  protected abstract elements(value: unknown, at: Span | undefined): readonly unknown[];

  notIterable(value: unknown, at: Span | undefined): readonly unknown[] {
    this.undecide('POLAR_UNDECIDED_NOT_ITERABLE', () => ({ value: show(value) }), at);
    return [];
  }

  equal(left: unknown, right: unknown, _at?: Span): boolean {
    if (left === right) {
      // A promise is compared with itself once it is awaited: it may be rejected.
      this.await(left);
      return !Number.isNaN(left);
    }
    return (isObjectOrFunction(left) || isObjectOrFunction(right)) && this.equalObjects(left, right);
  }

  /** Compares two different values of which at least one is an object. */
  protected abstract equalObjects(left: unknown, right: unknown): boolean;

  /** Checks whether an object equals one of the literals, as a boxed literal does. */
  oneOf(value: unknown, literals: readonly unknown[]): boolean {
    return literals.some((literal) => this.equal(value, literal));
  }

  /** Returns the literal that an object equals, as a boxed literal does, or the object itself. */
  literalOf(value: unknown, literals: readonly unknown[]): unknown {
    return literals.find((literal) => this.equal(value, literal)) ?? value;
  }

  /** Returns the position of the first literal that an object equals, as a boxed literal does; the number of literals if it equals none. */
  positionIn(literals: readonly unknown[], value: unknown): number {
    const found = literals.findIndex((literal) => this.equal(value, literal));
    return found === -1 ? literals.length : found;
  }

  /** Handles a condition that is not `true` or `false`. */
  notTrue(value: unknown, at?: Span): false {
    this.await(value);
    const data = () => ({ value: show(value), advice: describe().conditionAdvice(value) });
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
