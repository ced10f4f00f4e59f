import type { Code, DataOf } from '../../diagnostics/codes.js';
import type { Span } from '../../diagnostics/span.js';
import {
  callMethod,
  isReachable,
  inheritsFromClasses,
  type MemberContext,
  MissingValue,
  readAttribute,
  readMissing,
} from '../../host/member.js';
import { handleRejections } from '../../host/handle-rejections.js';
import type { Meter } from '../../host/meter.js';
import { show } from '../../host/show.js';
import { Tags, type TypeSet, type TypeSets } from '../../host/type-set.js';
import { isThenable } from '../../host/value.js';
import { isObjectOrFunction } from '../../internal/is-object.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { Class } from '../../types/type-declaration.js';
import type { TypeTable, UnionName } from '../../types/type-table.js';
import { arithmetic, type NoResult } from '../arithmetic.js';
import { compareValues, type Equality, type EqualityContext } from '../equality.js';
import { HostLog } from '../host-log.js';
import { Budget, defaultLimits, type Limits, stepsPerLook } from '../limits.js';
import { conditionAdvice, orderAdvice } from '../undecided-advice.js';
import { isOrdered, orderOf, primitive } from '../order.js';
import { gettersOf, runsGetter } from './getters.js';
import type { Ending } from './way.js';

/** In place of a value: the alternative at hand ends undecided, or, in a pattern, does not match. */
export const noValue: unique symbol = Symbol('no value');

/** Calls within calls; a cold stack holds some thousands. */
export const maxCallDepth = 500;

/** What compiled code needs to know of the application. */
export interface RuntimeContext {
  readonly types: TypeTable;
  readonly unions: Readonly<Record<UnionName, readonly DeclaredType[]>>;
  readonly typeSets: TypeSets;
  readonly members: MemberContext;
  readonly equality: Equality;
}

/** A place in compiled code that reads an attribute. */
export interface ReadSite {
  readonly kind: 'read-site';
  /** Of objects with this prototype the attribute may be read without a check; the latest one, for code that looks itself. */
  prototype: object | undefined;
  /** All of them. */
  readonly seen: WeakSet<object>;
  /** Tells the code of the latest one. */
  learn: ((prototype: object) => void) | undefined;
  readonly name: string;
  readonly inPattern: boolean;
  /** The declared type that the code which reads takes care of. */
  readonly field: FieldType | undefined;
  /** Whether that code has each row without a class noted, since it does not know how the field is declared. */
  readonly notesRows: boolean;
  /** Whether a getter has been met there. */
  runsCode: boolean;
}

export const readSite = (
  name: string,
  inPattern: boolean,
  field: FieldType | undefined,
  notesRows = false,
): ReadSite => ({
  kind: 'read-site',
  prototype: undefined,
  seen: new WeakSet(),
  learn: undefined,
  name,
  inPattern,
  field,
  notesRows,
  runsCode: false,
});

/** A place in compiled code that calls a method, and of what it may be called without a check: a constant, or instances of a class. */
export interface MethodSite {
  readonly kind: 'method-site';
  prototype: object | undefined;
  receiver: unknown;
  readonly name: string;
}

export const methodSite = (name: string): MethodSite => ({
  kind: 'method-site',
  prototype: undefined,
  receiver: undefined,
  name,
});

/**
 * What compiled code shares with its engine: the state of the question at hand, and everything that is not done inline. What it
 * comes to when that cannot go on (a promise, a fault, a limit) is up to who runs it. `at` is the place in the policy, where
 * the code was told it.
 */
export abstract class Runtime implements EqualityContext, Meter {
  /** The limits of the query, and what is left of them. */
  readonly limited = new Budget(defaultLimits, undefined);
  /** What is left of the steps that the budget has handed out. */
  steps = 0;
  /** How often something was undecided. */
  undecided = 0;
  /** How often a pattern asked for what is not there: undecided under a negation only. */
  mismatched = 0;
  /** Calls within calls that may go on for ever. */
  depth = 0;
  /** Whether a question is being answered. */
  isBusy = false;
  /** Whether code of the application has been run: a method, a getter, an iterator. */
  meetsHost = false;
  /** Whether the clock is looked at when a query begins and when it ends: it costs as much as many a query. */
  #isTimed = true;
  /** After so many queries that have run no code of the application, none is expected to. */
  #untimedAfter = 1_000;
  /** Whether a promise has been met. */
  metPromise = false;
  log = new HostLog(this);
  #tags: Tags | undefined = undefined;

  /**
   * @param registered the prototypes of the registered classes: instances have types of their own, whatever a field says
   * @param mayWait whether promises of the application are awaited here, or are the machine's
   */
  constructor(
    readonly context: RuntimeContext,
    readonly registered: ReadonlySet<object>,
    readonly mayWait = false,
  ) {}

  get equality(): Equality {
    return this.context.equality;
  }

  // ── where it cannot go on ──

  /** Calls within calls are deeper than the stack may hold. */
  abstract tooDeep(): never;
  /** An instance of none of the classes that were expected. */
  abstract inexact(value: unknown): never;
  /** The log of calls is full. */
  abstract full(): void;
  /** A promise, where a value is needed. */
  protected abstract met(promise: PromiseLike<unknown>): never;
  /** Something is wrong that ends the question. */
  protected abstract fault(code: Code, data: DataOf<Code>, at: Span | undefined): never;
  /** A method of the application threw. */
  protected abstract threw(error: unknown, receiver: unknown, name: string, at: Span | undefined): never;
  /** The alternative at hand ends undecided. */
  protected abstract undecide<C extends Code>(code: C, data: () => DataOf<C>, at: Span | undefined): void;
  /** A pattern asked for what is not there: a negation around it is undecided. */
  protected abstract mismatch(name: string, base: unknown, at: Span | undefined): void;

  /** A negation has found its operand undecided. @param undecided, @param mismatched how often anything was before it */
  undecidedSince(undecided: number, mismatched: number): void {
    this.undecided = undecided + 1;
    this.mismatched = mismatched;
  }

  // ── one question ──

  begin(limits: Limits, signal?: AbortSignal): void {
    this.isBusy = true;
    const { limited } = this;
    limited.begin(limits, signal, undefined, stepsPerLook);
    this.steps = limited.handedOut;
    if (this.#isTimed && !limited.expectsFastCalls) limited.start();
    this.undecided = 0;
    this.mismatched = 0;
    this.log.clear();
    if (this.#tags !== undefined) this.#tags = undefined;
  }

  /** Releases what a query held of the application. What methods returned stays for the machine, where it takes over. */
  release(isDecided: boolean): void {
    if (isDecided) this.log.clear();
    if (this.#tags !== undefined) this.#tags = undefined;
  }

  /** Nobody waits for the answer any more: the next step is one too many. */
  stop(): void {
    this.steps = Number.NEGATIVE_INFINITY;
  }

  // ── limits ──

  get budget(): Meter {
    return this;
  }

  /** The steps that were handed out are spent. Returns when there are more. */
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

  /** Whether the answer comes too late. */
  get isLate(): boolean {
    if (this.#untimedAfter > 0 && --this.#untimedAfter === 0) this.#isTimed = this.meetsHost;
    const { limited } = this;
    // Calls that have been fast for so long are looked at some at a time.
    if (limited.startedAt === undefined) return false;
    // Where calls are expected, each is counted: there is nothing to find out when none has come since the last look.
    if (this.#untimedAfter === 0 && this.#isTimed && !limited.hasUntimedCalls) return false;
    return limited.isOver;
  }

  /** Counts calls that may go on without end. */
  deeper(): true {
    if (++this.depth > maxCallDepth) this.tooDeep();
    return true;
  }

  back<End extends Ending>(ending: End): End {
    this.depth--;
    return ending;
  }

  /** For `runAll`, when all that is wanted is what may be undecided. */
  readonly never = (): boolean => false;

  /** What a promise was settled to, or the value itself. */
  settled(value: unknown): unknown {
    return value;
  }

  // ── types ──

  typeOf(value: unknown): TypeSet {
    const { typeSets } = this.context;
    const types = typeSets.of(value, this.#tags);
    if (typeSets.hasPredicates) this.called();
    return types;
  }

  /** Notes what a declared field says of a plain row. */
  tag(value: unknown, type: FieldType): void {
    (this.#tags ??= new Tags(this.context.types)).tag(value, type);
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

  /** Makes sure that a value is there. */
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
   * What an attribute holds, when it is not plain to see. Undecided gives `noValue`.
   *
   * @param seen what reading it has given already, if anything: a getter is not to run twice
   */
  read(base: unknown, site: ReadSite, seen?: unknown, at?: Span): unknown {
    const { name } = site;
    if (typeof base === 'object' && base !== null && site.seen.has(parentOf(base)!)) {
      const value = seen === undefined ? (base as Keyed)[name] : seen;
      if (site.runsCode) {
        this.called(value);
        this.#noteLoaded(base, name, value);
      }
      if (value !== undefined && (everything as Keyed)[name] === undefined) return value;
    }
    this.await(base);
    const types = this.typeOf(base);
    const found =
      seen !== undefined && isOrdinary(base, name) && isReachable(base, name)
        ? seen
        : readAttribute(base, name, types, this);
    if (site.runsCode || runsGetter(base, name)) {
      site.runsCode = true;
      this.called(found);
    }
    if (found instanceof MissingValue) {
      if (site.inPattern && !found.isFault && !found.isPlainFailure) this.mismatch(name, base, at);
      else this.#noValue(found, at);
      return noValue;
    }
    if (site.runsCode || isThenable(found)) this.#noteLoaded(base, name, found);
    if (isThenable(found)) {
      if (this.mayWait) return found;
      this.await(found);
    }
    let isExpected = site.field === undefined;
    for (const type of types.declared) {
      const field = type.fields?.get(name);
      if (field === undefined) continue;
      this.tag(found, field.type);
      isExpected = site.notesRows || field.type === site.field || this.#isInert(field.type);
    }
    if (isExpected && canReadInline(base, name)) {
      const prototype = parentOf(base as object)!;
      site.seen.add(prototype);
      // A getter is not read inline, as its time is counted; nor is one that is read where the prototype is known.
      if (site.runsCode || (!this.registered.has(prototype) && gettersOf(prototype).length > 0)) return found;
      site.prototype = prototype;
      site.learn?.(prototype);
    }
    return found;
  }

  /** Adds a promise, or a list of promises, to the log, so that the machine does not run the getter a second time. */
  #noteLoaded(base: unknown, name: string, found: unknown): void {
    if (Array.isArray(found) || isThenable(found)) this.log.note(base, `.${name}`, found);
  }

  /** A promised attribute turned out to be `undefined`: it is missing. Gives what it reads as; `noValue` where it is undecided. */
  absent(base: unknown, { name, inPattern }: ReadSite, at?: Span): unknown {
    const found = readMissing(base, name, this.typeOf(base), true);
    if (found === null) return null;
    if (inPattern) this.mismatch(name, base, at);
    else this.#noValue(found, at);
    return noValue;
  }

  /** Notes what the types of a value declare of its field, for a row that was read from it. */
  noteRow(base: unknown, { name }: ReadSite, row: unknown): void {
    for (const type of this.typeOf(base).declared) {
      const field = type.fields?.get(name);
      if (field !== undefined) this.tag(row, field.type);
    }
  }

  /** What a method gives, when it is not plain to see that it may be called. Undecided gives `noValue`. */
  method(base: unknown, site: MethodSite, args: readonly unknown[], at?: Span): unknown {
    this.await(base);
    for (const arg of args) this.await(arg);
    const { name } = site;
    const types = this.typeOf(base);
    const found = this.call(base, name, args, types);
    if (found instanceof MissingValue) {
      this.#noValue(found, at);
      return noValue;
    }
    if (typeof base === 'object' && base !== null && !Array.isArray(base)) {
      if (this.context.members.isConstant(base)) site.receiver = base;
      else if (types.chain.length > 0 && canReadInline(base, name) && !Object.hasOwn(base, name))
        site.prototype = Object.getPrototypeOf(base) as object;
      // What a built-in method makes is counted: it is not called inline.
    } else if (typeof base === 'function' && !isBuiltIn(this.context.types, base)) site.receiver = base;
    return found;
  }

  /** Calls a method, and notes what came of it. */
  protected call(base: unknown, name: string, args: readonly unknown[], types: TypeSet): unknown {
    return this.log.call(base, name, args, () =>
      callMethod(base, name, args, types, this.context.members, this),
    );
  }

  /** A method threw. It is not called again. */
  failed(base: unknown, { name }: MethodSite, args: readonly unknown[], error: unknown, at?: Span): never {
    this.log.failed(base, name, args, error);
    this.threw(error, base, name, at);
  }

  /** What is iterated over, as an array. */
  list(value: unknown, at?: Span): readonly unknown[] {
    if (Array.isArray(value)) return value as unknown[];
    if (isPlainSet(value)) return [...value];
    if ((typeof value === 'object' && value !== null) || typeof value === 'string')
      return this.elements(value, at);
    return this.notIterable(value, at);
  }

  /** The elements of what is neither array nor set: a text, a dictionary, an iterator, which can be read once. */
  protected abstract elements(value: string | object, at: Span | undefined): readonly unknown[];

  protected notIterable(value: unknown, at: Span | undefined): readonly unknown[] {
    this.undecide('POLAR_UNDECIDED_NOT_ITERABLE', () => ({ value: show(value) }), at);
    return nothing;
  }

  equal(left: unknown, right: unknown, _at?: Span): boolean {
    if (left === right) return !Number.isNaN(left);
    if (!isObjectOrFunction(left) && !isObjectOrFunction(right)) return false;
    const compared = compareValues(left, right, this);
    if (compared.kind === 'waits') this.await(compared.on);
    return compared.kind === 'equal';
  }

  /** Whether an object equals one of the literals after all: a boxed one does. */
  oneOf(value: unknown, literals: readonly unknown[]): boolean {
    return literals.some((literal) => this.equal(value, literal));
  }

  /** A condition that is neither true nor false. */
  notTrue(value: unknown, at?: Span): false {
    this.await(value);
    const data = () => ({ value: show(value), advice: conditionAdvice(value) });
    this.undecide('POLAR_UNDECIDED_CONDITION', data, at);
    return false;
  }

  order(
    operator: Exclude<ComparisonOperator, '==' | '!='>,
    left: unknown,
    right: unknown,
    at?: Span,
  ): boolean {
    this.await(left);
    this.await(right);
    const order = orderOf(primitive(left), primitive(right), this);
    if (typeof left === 'object' || typeof right === 'object') this.called();
    if (order === undefined) {
      const data = () => ({
        left: show(left),
        operator,
        right: show(right),
        advice: orderAdvice(left, right),
      });
      this.undecide('POLAR_UNDECIDED_ORDER', data, at);
      return false;
    }
    return isOrdered(operator, order);
  }

  arithmetic(operator: ArithmeticOperator, left: unknown, right: unknown, at?: Span): unknown {
    this.await(left);
    this.await(right);
    const result = arithmetic(operator, left, right);
    if (typeof result === 'number') return result;
    const data = () => ({ left: show(left), operator, right: show(right) });
    this.undecide(arithmeticCodes[result], data, at);
    return noValue;
  }

  #noValue(found: MissingValue, at: Span | undefined): void {
    if (found.isFault) this.fault(found.code, found.data, at);
    if (!found.isPlainFailure) this.undecide(found.code, () => found.data, at);
  }

  /** Whether nothing follows for a plain row from being read where this type is declared. */
  #isInert(type: FieldType): boolean {
    if (type.kind === 'named') return this.context.types.find(type.name)?.builtIn === true;
    return type.kind === 'any' || this.#isInert(type.of);
  }
}

const nothing: readonly unknown[] = [];

/** Checks that iterating a value runs no code but the language's own: a set that is no proxy and has no iterator of its own. */
function isPlainSet(value: unknown): value is ReadonlySet<unknown> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Set.prototype)
    return false;
  if (Object.hasOwn(value, Symbol.iterator)) return false;
  try {
    // A proxy of a set, or another object with its prototype, has no elements.
    Set.prototype.has.call(value, undefined);
    return true;
  } catch {
    return false;
  }
}

const arithmeticCodes = {
  'no number': 'POLAR_UNDECIDED_ARITHMETIC',
  'division by zero': 'POLAR_UNDECIDED_DIVISION_BY_ZERO',
  'unsafe integer': 'POLAR_UNDECIDED_UNSAFE_INTEGER',
} as const satisfies Record<NoResult, Code>;

type Keyed = Readonly<Record<string, unknown>>;

/** Whether an attribute is what a look-up finds, and nothing that the language makes of it. */
const isOrdinary = (base: unknown, name: string): base is object =>
  typeof base === 'object' &&
  base !== null &&
  !Array.isArray(base) &&
  !(name === 'size' && (base instanceof Map || base instanceof Set));

/**
 * Whether reading the attribute of any object with this one's prototype finds what a policy may see: its own, or its class's.
 * What is set on `Object.prototype` is looked at by whoever reads.
 */
function canReadInline(base: unknown, name: string): boolean {
  if (typeof base !== 'object' || base === null || Array.isArray(base)) return false;
  if ((base instanceof Map || base instanceof Set) && name === 'size') return false;
  const prototype = parentOf(base);
  return prototype !== null && inheritsFromClasses(prototype);
}

const isBuiltIn = (types: TypeTable, receiver: object): boolean =>
  types.findByClass(receiver as Class)?.builtIn === true;

// Looked at for what pollution has put there.
const everything: object = Object.prototype;

const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;
