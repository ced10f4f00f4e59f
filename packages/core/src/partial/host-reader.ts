import { isThenable } from '../internal/promise.js';
import { acceptDeclared, declaredField } from '../host/declared-value.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';
import type { TypeSet, TypeSets } from '../host/type-set.js';
import { callMethod } from '../host/call-method.js';
import { MissingValue, readAttribute, readMissing, type MemberContext } from '../host/member.js';
import { handleNewRejections } from '../host/handle-rejections.js';
import type { Meter } from '../host/meter.js';
import { kindOf } from '../host/show.js';
import { fieldOf, forApplication, raw } from '../host/reference.js';
import type { DeclaredType, Field } from '../types/declared-type.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnostic } from '../diagnostics/report.js';
import type { Span } from '../diagnostics/span.js';
import { declaredPair } from '../engine/declared-pair.js';
import { dictionaryValue, isDictionary, keysOf } from '../engine/dictionary.js';
import { hostError } from '../engine/host-error.js';
import { callOfTypedList, isTypedList, openList } from '../engine/list-methods.js';
import type { Budget } from '../engine/limits.js';
import { awaitWithin } from '../engine/await-within.js';
import { isSameArgument, type TypeFinder } from '../engine/tabling/argument-identity.js';
import { isUnknown } from './unknown.js';

/** Thrown when the evaluation needs the value of a promise. It starts again when the promise is settled. */
export class Pending {
  constructor(readonly promise: PromiseLike<unknown>) {}
}

/** Receives the values that an evaluation reads and computes. */
export interface ValueObserver {
  noteAttribute(names: readonly string[], object: unknown, key: string, value: unknown): void;
  noteElement(name: string, collection: unknown, item: unknown): void;
  noteResult(operands: readonly unknown[], result: unknown): void;
}

/**
 * Reads attributes and calls methods of the application, each only once, even if several rules need it. So an evaluation can start
 * again after each promise.
 */
export class HostReader {
  readonly #settled = new Map<PromiseLike<unknown>, unknown>();
  readonly #attributes = new Map<unknown, Map<string, unknown>>();
  /** The attributes with their declared types, by the reference from which they were read. */
  readonly #accepted = new Map<unknown, Map<string, unknown>>();
  readonly #elements = new Map<unknown, readonly unknown[]>();
  #missing: { readonly value: MissingValue; readonly span: Span } | undefined = undefined;
  readonly #typeFinder: TypeFinder;
  /** The objects in which promises were searched. */
  readonly #searched = new Set<unknown>();
  readonly #calls = new Map<
    unknown,
    { readonly name: string; readonly args: readonly unknown[]; result: unknown }[]
  >();

  constructor(
    readonly typeSets: TypeSets,
    readonly members: MemberContext,
    readonly budget: Budget,
    readonly observer?: ValueObserver,
  ) {
    this.#typeFinder = { typeSets, typeOf: (value) => typeSets.of(value) };
  }

  /** Awaits a promise that the evaluation needs. @throws {PolarError} the reason of a rejection, as an error of the application; the limits */
  async settle({ promise }: Pending): Promise<void> {
    const settled = await awaitWithin(promise, this.budget);
    if ('reason' in settled) throw hostError(settled.reason, 'a promise', undefined);
    this.handleRejections(settled.value);
    this.#settled.set(promise, settled.value);
  }

  /** Returns a warning about the first attribute that was read and is missing. */
  get missingAttribute(): Diagnostic | undefined {
    const found = this.#missing;
    return found && diagnostic('warning', found.value.code, found.value.data, found.span);
  }

  /** Handles the rejections of promises in a value: promises are awaited one after the other. */
  handleRejections(value: unknown): void {
    handleNewRejections(value, this.#searched);
  }

  /** Returns the value of a settled promise, or the value itself. @throws {Pending} */
  settled(value: unknown): unknown {
    if (!isThenable(value)) return value;
    if (!this.#settled.has(value)) throw new Pending(value);
    return this.#settled.get(value);
  }

  typeOf(value: unknown, span: Span): TypeSet {
    try {
      return this.typeSets.of(value);
    } catch (error) {
      throw hostError(error, 'the type of a value', span);
    }
  }

  /** Returns whether two known values are the same argument of a rule. Each read of a declared field makes a reference of its own. */
  isSame(left: unknown, right: unknown): boolean {
    if (Object.is(left, right)) return true;
    if (isUnknown(left) || isUnknown(right)) return false;
    return isSameArgument(left, right, this.#typeFinder);
  }

  /** Returns the attribute of a known value or reference, or the reason why it has none. @throws {Pending} */
  attribute(reference: unknown, name: string, span: Span): unknown {
    const accepted = entryOf(this.#accepted, reference);
    if (!accepted.has(name)) accepted.set(name, this.#attribute(reference, name, span));
    const value = accepted.get(name);
    if (!(value instanceof MissingValue)) this.observer?.noteAttribute([], reference, name, value);
    else if (value.code === 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' && !value.isPlainFailure)
      this.#missing ??= { value, span };
    return value;
  }

  #attribute(reference: unknown, name: string, span: Span): unknown {
    const types = this.typeOf(reference, span);
    const receiver = raw(reference);
    const known = entryOf(this.#attributes, receiver);
    if (!known.has(name)) {
      known.set(
        name,
        this.#guarded(span, `\`${name}\` of ${kindOf(receiver)}`, () =>
          readAttribute(receiver, name, types, this.members, this.budget),
        ),
      );
    }
    const found = known.get(name);
    const value = this.settled(found);
    const result = value === undefined && found !== value ? readMissing(receiver, name, types, true) : value;
    if (result instanceof MissingValue) return result;
    const field = declaredField(types, name);
    return field === undefined ? result : this.#accept(result, field, span);
  }

  #accept(value: unknown, field: Field, span: Span): unknown {
    try {
      const accepted = acceptDeclared(value, field, this.typeSets);
      this.budget.called(accepted);
      return accepted;
    } catch (error) {
      throw hostError(error, `\`${field.name}\``, span);
    }
  }

  /** Returns the result of a method of a known value or reference, or the reason why it has none. @throws {Pending} */
  call(reference: unknown, name: string, given: readonly unknown[], span: Span): unknown {
    const types = this.typeOf(reference, span);
    const receiver = raw(reference);
    const args = given.map(forApplication);
    const isTyped = isTypedList(reference, name, given, openList);
    const call = (on: unknown, passed: readonly unknown[]): unknown =>
      callMethod(on, name, passed, isTyped ? this.typeOf(on, span) : types, this.members, this.budget);
    const result = this.#once(receiver, `${name}()`, args, () =>
      this.#guarded(span, `\`${name}()\` of ${kindOf(receiver)}`, () =>
        isTyped ? callOfTypedList(reference, name, given, openList, this.budget, call) : call(receiver, args),
      ),
    );
    const value = this.settled(result);
    this.observer?.noteResult([reference, ...given], value);
    return value;
  }

  /** Returns a new instance, the same for the same arguments. @throws {Pending} */
  construct(type: DeclaredType, given: readonly unknown[], span: Span): unknown {
    const args = given.map(forApplication);
    const construct = type.class as unknown as new (...args: readonly unknown[]) => unknown;
    if (type.builtIn && type.name === 'List') return [...args];
    const instance = this.#once(type, 'new', args, () =>
      this.#guarded(span, `new ${type.name}`, () => Reflect.construct(construct, [...args]) as unknown),
    );
    this.observer?.noteResult(given, instance);
    return instance;
  }

  /**
   * Returns the elements of a collection, or `undefined` when it cannot be iterated over. An element that contradicts its declaration is the
   * reason. @throws {Pending}
   */
  elements(reference: unknown, span: Span): readonly unknown[] | undefined {
    const elements = this.#elements.get(reference) ?? this.#elementsOf(reference, span);
    if (elements === undefined) return undefined;
    this.#elements.set(reference, elements);
    if (this.observer !== undefined)
      for (const element of elements) this.observer.noteElement('', reference, element);
    return elements;
  }

  #elementsOf(reference: unknown, span: Span): readonly unknown[] | undefined {
    const collection = raw(reference);
    const isRow = isDictionary(collection, this.typeSets.types.dialect);
    const types = isRow ? this.typeOf(reference, span) : undefined;
    const elements = this.#once(collection, 'elements', [types], () =>
      this.#guarded(span, 'the iterator', () => elementsOf(collection, this.budget, this.typeSets, types)),
    );
    const found = this.settled(elements) as readonly unknown[] | undefined;
    const field = fieldOf(reference)?.element;
    return found?.map((element) => {
      const value = this.settled(element);
      return field === undefined ? value : this.#accept(value, field, span);
    });
  }

  #once(receiver: unknown, name: string, args: readonly unknown[], run: () => unknown): unknown {
    let calls = this.#calls.get(receiver);
    if (calls === undefined) this.#calls.set(receiver, (calls = []));
    let call = calls.find(
      (each) =>
        each.name === name &&
        each.args.length === args.length &&
        each.args.every((arg, i) => Object.is(arg, args[i])),
    );
    if (call === undefined) calls.push((call = { name, args, result: run() }));
    return call.result;
  }

  #guarded(span: Span, label: string, read: () => unknown): unknown {
    try {
      const value = read();
      this.handleRejections(value);
      this.budget.called(value);
      return value;
    } catch (error) {
      throw hostError(error, label, span);
    }
  }
}

function entryOf(known: Map<unknown, Map<string, unknown>>, key: unknown): Map<string, unknown> {
  let entry = known.get(key);
  if (entry === undefined) known.set(key, (entry = new Map<string, unknown>()));
  return entry;
}

function elementsOf(
  collection: unknown,
  budget: Meter,
  typeSets: PlainTypeSets,
  types: TypeSet | undefined,
): readonly unknown[] | Promise<unknown[]> | undefined {
  if (Array.isArray(collection)) return collection as unknown[];
  if (typeof collection === 'string') return [...collection];
  if (typeof collection !== 'object' || collection === null) return undefined;
  const own = collection as Partial<AsyncIterable<unknown> & Iterable<unknown> & Iterator<unknown>>;
  if (typeof own[Symbol.asyncIterator] === 'function')
    return collectedAsync(own as AsyncIterable<unknown>, budget);
  if (typeof own[Symbol.iterator] === 'function') return collected(own as Iterable<unknown>, budget);
  const { dialect } = typeSets.types;
  if (isDictionary(collection, dialect))
    return keysOf(collection, dialect).map((key) => {
      const value = dictionaryValue(collection, key);
      const field = types && declaredField(types, key);
      return field === undefined ? [key, value] : declaredPair(value, field, typeSets);
    });
  return typeof own.next === 'function'
    ? collected({ [Symbol.iterator]: () => own as Iterator<unknown> }, budget)
    : undefined;
}

/** Reads all elements. An iterator without an end is stopped by the limit of steps. */
function collected(iterable: Iterable<unknown>, budget: Meter): unknown[] {
  const elements: unknown[] = [];
  for (const element of iterable) {
    budget.step();
    elements.push(element);
  }
  return elements;
}

async function collectedAsync(iterable: AsyncIterable<unknown>, budget: Meter): Promise<unknown[]> {
  const elements: unknown[] = [];
  for await (const element of iterable) {
    budget.step();
    elements.push(element);
  }
  return elements;
}
