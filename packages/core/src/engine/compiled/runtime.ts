import { callMethod, hasMember, NoValue, readAttribute } from '../../host/member.js';
import { Tags, type TypeSet } from '../../host/type-set.js';
import { isThenable } from '../../host/value.js';
import type { ArithmeticOperator, ComparisonOperator } from '../../ir/goal.js';
import type { DeclaredType, FieldType } from '../../types/declared-type.js';
import type { UnionName } from '../../types/type-table.js';
import { arithmetic } from '../arithmetic.js';
import { compareValues, type EqualityContext } from '../equality.js';
import { HostLog } from '../host-log.js';
import type { MachineContext } from '../machine/machine.js';
import { orderOf, primitive } from '../order.js';
import { QueryVariable } from '../query-variable.js';

/** Thrown when the machine has to go on: a promise, a fault, or what is not compiled. No error, since errors cost microseconds. */
export const handover: unique symbol = Symbol('handover');

/** In place of a value: the alternative at hand ends undecided, or, in a pattern, does not match. */
export const noValue: unique symbol = Symbol('no value');

/** Calls within calls; a cold stack holds some thousands. */
const maxDepth = 500;

/** A place in compiled code that reads an attribute. */
export interface ReadSite {
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
}

export const readSite = (
  name: string,
  inPattern: boolean,
  field: FieldType | undefined,
  notesRows = false,
): ReadSite => ({
  prototype: undefined,
  seen: new WeakSet(),
  learn: undefined,
  name,
  inPattern,
  field,
  notesRows,
});

/** A place in compiled code that calls a method, and of what it may be called without a check: a constant, or instances of a class. */
export interface MethodSite {
  prototype: object | undefined;
  receiver: unknown;
  readonly name: string;
}

export const methodSite = (name: string): MethodSite => ({ prototype: undefined, receiver: undefined, name });

/** What compiled code shares with the engine: the state of the question at hand, and everything that is not done inline. */
export class Runtime implements EqualityContext {
  /** What is left of the steps. */
  steps = 0;
  /** How often something was undecided. */
  undecided = 0;
  /** How often a pattern asked for what is not there: undecided under a negation only. */
  mismatched = 0;
  /** Calls within calls that may go on for ever. */
  depth = 0;
  /** Whether a question is being answered. */
  isBusy = false;
  /** Whether a promise has been met. */
  metPromise = false;
  readonly log = new HostLog();
  #tags: Tags | undefined = undefined;

  /**
   * @param registered the prototypes of the registered classes: instances have types of their own, whatever a field says
   * @param mayWait whether promises of the application are awaited here, or are the machine's
   */
  constructor(
    readonly context: MachineContext,
    readonly registered: ReadonlySet<object>,
    readonly mayWait = false,
  ) {}

  get equality(): EqualityContext['equality'] {
    return this.context.equality;
  }

  // ── one question ──

  begin(steps: number): void {
    this.isBusy = true;
    this.steps = steps;
    this.undecided = 0;
    this.mismatched = 0;
    this.log.clear();
    if (this.#tags !== undefined) this.#tags = undefined;
  }

  /** For `compareValues`, which counts the pairs that it compares. */
  get budget(): EqualityContext['budget'] {
    return this as unknown as EqualityContext['budget'];
  }

  step(): void {
    if (--this.steps < 0) this.over();
  }

  /** The steps are spent: the machine says so. */
  over(): never {
    throw handover;
  }

  /** Counts calls that may go on without end. Beyond what JavaScript's stack holds they are the machine's. */
  deeper(): true {
    if (++this.depth > maxDepth) {
      this.depth = 0;
      throw handover;
    }
    return true;
  }

  back(holds: boolean): boolean {
    this.depth--;
    return holds;
  }

  /** An instance of no class that was expected. */
  inexact(_value: unknown): never {
    throw handover;
  }

  settled(value: unknown): unknown {
    return value;
  }

  // ── types ──

  typeOf(value: unknown): TypeSet {
    return this.context.typeSets.of(value, this.#tags);
  }

  /** Notes what a declared field says of a plain row. */
  tag(value: unknown, type: FieldType): void {
    (this.#tags ??= new Tags(this.context.program.types)).tag(value, type);
  }

  isa(value: unknown, type: DeclaredType): boolean {
    this.await(value);
    return this.typeOf(value).types.has(type);
  }

  isaUnion(value: unknown, union: UnionName): boolean {
    this.await(value);
    const { types } = this.typeOf(value);
    return this.context.program.unions[union].some((type) => types.has(type));
  }

  // ── values ──

  /** Promises are awaited by the machine, and it alone knows variables. */
  await(value: unknown): void {
    if (value instanceof QueryVariable) throw handover;
    if (!isThenable(value)) return;
    this.metPromise = true;
    throw handover;
  }

  isPending(value: unknown): boolean {
    return typeof value === 'object' && isThenable(value);
  }

  /**
   * What an attribute holds, when it is not plain to see. Undecided gives `noValue`.
   *
   * @param seen what reading it has given already, if anything: a getter is not to run twice
   */
  read(base: unknown, site: ReadSite, seen?: unknown): unknown {
    const { name } = site;
    if (typeof base === 'object' && base !== null && site.seen.has(parentOf(base)!)) {
      const value = seen === undefined ? (base as Keyed)[name] : seen;
      if (value !== undefined && (everything as Keyed)[name] === undefined) return value;
    }
    this.await(base);
    const types = this.typeOf(base);
    const found =
      seen !== undefined && isOrdinary(base, name) && hasMember(base, name)
        ? seen
        : readAttribute(base, name, types);
    if (found instanceof NoValue) {
      if (found.isFault) throw handover;
      if (found.isPlainFailure) return noValue;
      if (site.inPattern) this.mismatched++;
      else this.undecided++;
      return noValue;
    }
    if (isThenable(found)) {
      // A getter that loads something is not to load it twice.
      this.log.note(base, `.${name}`, found);
      if (this.mayWait && site.field === undefined) return found;
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
      site.prototype = prototype;
      site.seen.add(prototype);
      site.learn?.(prototype);
    }
    return found;
  }

  /** Notes what the types of a value declare of its field, for a row that was read from it. */
  noteRow(base: unknown, { name }: ReadSite, row: unknown): void {
    for (const type of this.typeOf(base).declared) {
      const field = type.fields?.get(name);
      if (field !== undefined) this.tag(row, field.type);
    }
  }

  /** What a method gives, when it is not plain to see that it may be called. Undecided gives `noValue`. */
  method(base: unknown, site: MethodSite, args: readonly unknown[]): unknown {
    this.await(base);
    for (const arg of args) this.await(arg);
    const { name } = site;
    const types = this.typeOf(base);
    const found = this.log.call(base, name, args, () =>
      callMethod(base, name, args, types, this.context.members),
    );
    if (found instanceof NoValue) {
      if (found.isFault) throw handover;
      if (!found.isPlainFailure) this.undecided++;
      return noValue;
    }
    if (typeof base === 'object' && base !== null && !Array.isArray(base)) {
      if (this.context.members.isConstant(base)) site.receiver = base;
      else if (types.chain.length > 0 && canReadInline(base, name) && !Object.hasOwn(base, name))
        site.prototype = Object.getPrototypeOf(base) as object;
    } else if (typeof base === 'function') site.receiver = base;
    return found;
  }

  /** A method threw: that is the machine's to tell, without calling it again. */
  failed(base: unknown, { name }: MethodSite, args: readonly unknown[], error: unknown): never {
    this.log.failed(base, name, args, error);
    throw handover;
  }

  /** What is iterated over, as an array. */
  list(value: unknown): readonly unknown[] {
    if (Array.isArray(value)) return value as unknown[];
    if (value instanceof Set && value.constructor === Set) return [...(value as Set<unknown>)];
    // Iterators can be read once, texts and dictionaries are rare: the machine's.
    if ((typeof value === 'object' && value !== null) || typeof value === 'string') throw handover;
    this.undecided++;
    return nothing;
  }

  equal(left: unknown, right: unknown): boolean {
    if (left === right) return !Number.isNaN(left);
    if (!isObject(left) && !isObject(right)) return false;
    if (left instanceof QueryVariable || right instanceof QueryVariable) throw handover;
    const compared = compareValues(left, right, this);
    if (compared.kind === 'equal') return true;
    if (compared.kind === 'unequal') return false;
    throw handover;
  }

  /** Whether an object equals one of the literals after all: a boxed one does. */
  oneOf(value: unknown, literals: readonly unknown[]): boolean {
    return literals.some((literal) => this.equal(value, literal));
  }

  /** A condition that is neither true nor false. */
  notTrue(value: unknown): false {
    this.await(value);
    this.undecided++;
    return false;
  }

  order(operator: Exclude<ComparisonOperator, '==' | '!='>, left: unknown, right: unknown): boolean {
    this.await(left);
    this.await(right);
    const order = orderOf(primitive(left), primitive(right));
    if (order === undefined) {
      this.undecided++;
      return false;
    }
    switch (operator) {
      case '<':
        return order < 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '>=':
        return order >= 0;
    }
  }

  arithmetic(operator: ArithmeticOperator, left: unknown, right: unknown): unknown {
    this.await(left);
    this.await(right);
    const result = arithmetic(operator, left, right);
    if (typeof result === 'number') return result;
    this.undecided++;
    return noValue;
  }

  /** Whether nothing follows for a plain row from being read where this type is declared. */
  #isInert(type: FieldType): boolean {
    if (type.kind === 'named') return this.context.program.types.find(type.name)?.builtIn === true;
    return type.kind === 'any' || this.#isInert(type.of);
  }
}

const nothing: readonly unknown[] = [];

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

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
  for (let p = parentOf(base); p !== null; p = parentOf(p)) {
    if (p === Object.prototype) return true;
    const { constructor } = p as { constructor?: unknown };
    if (!Object.hasOwn(p, 'constructor') || typeof constructor !== 'function' || constructor.prototype !== p)
      return false;
  }
  return false;
}

// Looked at for what pollution has put there.
const everything: object = Object.prototype;

const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;
