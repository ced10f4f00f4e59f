import { isThenable } from '../internal/promise.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { isWideInteger, WholeFloat } from '../dialect/whole-float.js';
import { DecimalValue } from '../types/decimal-value.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import { Reference } from './reference.js';
import { findTag, tagVersion } from '../types/typed.js';
import { describeValue } from '../internal/describe-value.js';
import { ConstructorTypes } from './constructor-types.js';
import { Discriminators, noTypes } from './discriminators.js';
import { PendingTest } from './pending-test.js';
import { isDeclared, PlainTypeSets, type TypeSet } from './plain-type-sets.js';
import type { AwaitedFacts } from './awaited-facts.js';
import { UndecidedTypes } from './undecided-types.js';
import { isPlainObject, isPolicyDictionary } from './value.js';
import { isPartial, PartialDictionary, PartialList } from '../terms/partial.js';

export { hasEquality, type Method, type TypeSet } from './plain-type-sets.js';

/** The types of values of any program: also with predicates and discriminators, variables, and other dialects. */
export class TypeSets extends PlainTypeSets {
  /** The types of other rows: by their tag, and by the types that discriminators give them. */
  readonly #rows = new Map<unknown, Map<unknown, TypeSet>>();
  /** The types of instances that also have types from discriminators. */
  readonly #discriminated = new Map<TypeSet, Map<unknown, TypeSet>>();
  /** Whether types consist of classes only, without fields, relations, keys, equality or predicates. */
  readonly areBare: boolean;
  readonly #predicates: readonly DeclaredType[];
  /** Whether the attribute `constructor` of an object is its class, as in the dialect oso. */
  readonly followConstructors: boolean;
  /** Whether an error of a predicate counts only for a value whose type is tested. Otherwise it ends the query. */
  readonly #defersErrors: boolean;
  /** In the dialect oso: the types by the attribute `constructor`. */
  readonly #constructors: ConstructorTypes | undefined;
  /** The types of a plain object of the application. */
  readonly #plain: TypeSet;

  constructor(types: PlainTypeTable) {
    const all = [...types.types];
    super(
      types,
      all.some((t) => t.is !== undefined),
      Discriminators.of(all),
    );
    this.areBare = !this.hasPredicates && !all.some(isDeclared);
    this.#predicates = all.filter((t) => t.is !== undefined || t.discriminator !== undefined);
    const { hasOwnOperators, plainObjectsAreInstances, predicatesReplaceClasses } = types.dialect;
    this.followConstructors = predicatesReplaceClasses === true;
    this.#defersErrors = types.declarations.defersPredicateErrors ?? this.followConstructors;
    this.#constructors = this.followConstructors ? new ConstructorTypes(types) : undefined;
    if (hasOwnOperators) this.byPrototype.set(WholeFloat.prototype, this.float);
    this.#plain = plainObjectsAreInstances ? this.intern([], [], true) : this.dictionary;
  }

  /** Returns the types of a value. @param awaited what the query has awaited, in the dialect oso */
  override of(value: unknown, awaited?: AwaitedFacts): TypeSet {
    switch (typeof value) {
      case 'string':
        return this.#withPredicates(value, this.string, awaited);
      case 'number':
        return this.#withPredicates(value, Number.isInteger(value) ? this.integer : this.float, awaited);
      case 'boolean':
        return this.#withPredicates(value, this.boolean, awaited);
      case 'function':
        return this.types.dialect.classesAreInstances
          ? this.#ofFunction(value as Class, awaited)
          : this.#withPredicates(value, this.none, awaited);
      case 'object':
        return value === null
          ? this.#withPredicates(value, this.none, awaited)
          : this.#ofObject(value, awaited);
      case 'bigint':
        return this.#withPredicates(
          value,
          this.types.dialect.hasOwnOperators && isWideInteger(value) ? this.integer : this.none,
          awaited,
        );
      default:
        return this.#withPredicates(value, this.none, awaited);
    }
  }

  override hasOwnClass(value: object): boolean {
    return this.followConstructors && Object.hasOwn(value, 'constructor');
  }

  /** Returns the prototype of an object if it may determine the types alone. */
  prototypeOf(value: object): object | undefined {
    if (!this.#isClassEnough || Array.isArray(value) || this.hasOwnClass(value)) return undefined;
    return (Object.getPrototypeOf(value) as object | null) ?? undefined;
  }

  /** Returns whether a prototype, as returned by `prototypeOf`, alone determines these types. */
  determines(prototype: object | undefined, types: TypeSet): boolean {
    if (prototype === undefined) return false;
    if (types === this.unbound) return true;
    // Only registered classes: the number of others is unbounded.
    return this.types.typeOfPrototype(prototype) !== undefined && this.byPrototype.get(prototype) === types;
  }

  override areSettled(value: unknown): boolean {
    if (this.hasPredicates) return false;
    if (this.discriminators === undefined) return super.areSettled(value);
    return typeof value !== 'object' || value === null || Array.isArray(value);
  }

  /** Whether a class, unless it is `Object`, determines the types of its instances. */
  get #isClassEnough(): boolean {
    return !this.hasPredicates && this.discriminators === undefined && tagVersion() === 0;
  }

  #ofObject(value: object, awaited: AwaitedFacts | undefined): TypeSet {
    if (Array.isArray(value))
      return this.types.dialect.predicatesReplaceClasses
        ? this.#withPredicates(value, this.list, awaited)
        : this.list;
    if (awaited?.wasPromised(value) === true) return this.#byTests(value, awaited);
    if (this.hasOwnClass(value) && !isPolicyDictionary(value)) return this.#withOwnClass(value, awaited);
    const prototype = Object.getPrototypeOf(value) as object | null;
    // The most frequent cases: a row, and an instance whose class determines the types.
    if (prototype === Object.prototype && !this.hasPredicates) return this.#ofRow(value);
    if (prototype !== null && this.#isClassEnough) {
      const known = this.knownOf(prototype);
      if (known !== undefined) return known;
    }
    if (isPartial(value)) {
      if (value instanceof Reference) return this.ofReference(value);
      return value instanceof PartialDictionary
        ? this.dictionary
        : value instanceof PartialList
          ? this.list
          : this.unbound;
    }
    if (value instanceof DecimalValue)
      return this.#withPredicates(value, value.isWhole() ? this.integer : this.float, awaited);
    if (this.hasPredicates) return this.#withAll(value, awaited);
    return isPlainObject(value) ? this.#ofRow(value) : this.#ofInstance(value, awaited);
  }

  /** Returns the types of a function. A registered class counts as an instance of itself. */
  #ofFunction(value: Class, awaited: AwaitedFacts | undefined): TypeSet {
    const constructors = this.#constructors!;
    const chain = constructors.chainOf(value.constructor);
    const types = constructors.ofRegistered(value) ?? constructors.ofRegistered(value.constructor);
    if (types !== undefined) return this.intern(types, chain, true);
    return this.#withPredicates(value, this.intern([], chain, true), awaited);
  }

  /** Returns the types of an object that has its own attribute `constructor`. */
  #withOwnClass(value: object, awaited: AwaitedFacts | undefined): TypeSet {
    const types = this.#constructors!.ofRegistered(value.constructor);
    if (types === undefined) return this.#byTests(value, awaited);
    return this.intern(types, this.#constructors!.chainOf(value.constructor), true);
  }

  /** Returns the types of an object by the test of each type, as oso makes them if the class of the object is not registered or not known. */
  #byTests(value: object, awaited: AwaitedFacts | undefined): TypeSet {
    const chain = this.#constructors!.chainOf(value.constructor);
    const inherited = this.types.typesInherited(Object.getPrototypeOf(value) as object | null);
    const own = chain.filter((type) => type.class === value.constructor);
    const types = [...new Set([...own, ...inherited])].filter((type) => type.is === undefined);
    return this.#withPredicates(value, this.intern(types, chain, true), awaited);
  }

  /** Returns the types of an object without a class. */
  #ofRow(row: object): TypeSet {
    const tag = findTag(row);
    const found = this.discriminators === undefined ? noTypes : this.discriminators.typesOf(row);
    if (tag === undefined && found === noTypes) {
      const plain =
        this.#plain === this.dictionary || isPolicyDictionary(row) ? this.dictionary : this.#plain;
      return plain;
    }
    const known = this.#rows.get(tag)?.get(found);
    if (known !== undefined) return known;
    return this.#remember(tag, found, tag === undefined ? found : [this.taggedAs(tag), ...found]);
  }

  #remember(by: unknown, found: readonly DeclaredType[], all: readonly DeclaredType[]): TypeSet {
    let rows = this.#rows.get(by);
    if (rows === undefined) this.#rows.set(by, (rows = new Map()));
    const types = this.ofRow(all);
    rows.set(found, types);
    return types;
  }

  /** Returns the types of a row that has these types. It is still a dictionary, but less specifically. */
  override ofRow(types: readonly DeclaredType[]): TypeSet {
    if (!this.types.dialect.plainObjectsAreInstances) return super.ofRow(types);
    const own = [...new Set(types)];
    return this.intern(own, own, true);
  }

  #ofInstance(value: object, awaited: AwaitedFacts | undefined): TypeSet {
    const own = this.ofClassOf(value);
    const found = this.discriminators === undefined ? noTypes : this.discriminators.typesOf(value);
    if (tagVersion() > 0 && findTag(value) !== undefined) return this.#withAll(value, awaited);
    if (found === noTypes) return own;
    let known = this.#discriminated.get(own);
    if (known === undefined) this.#discriminated.set(own, (known = new Map()));
    let types = known.get(found);
    if (types === undefined)
      known.set(found, (types = this.intern(this.withBases([...own.types, ...found]), own.chain, true)));
    return types;
  }

  /** Returns the types of an object from its class, its tag, predicates and discriminators, or else those that fields gave it. */
  #withAll(value: object, awaited: AwaitedFacts | undefined): TypeSet {
    const isPlain = isPlainObject(value);
    const own = isPlain ? undefined : this.ofClassOf(value);
    const tag = findTag(value);
    const { predicatesReplaceClasses } = this.types.dialect;
    const registered = this.#constructors?.ofRegistered(value.constructor);
    if (registered !== undefined && !isPlain) return own!;
    // `Object` is registered.
    if (registered !== undefined && !isPolicyDictionary(value))
      return this.intern(registered, registered, true);
    const types = new Set<DeclaredType>(own?.types);
    if (predicatesReplaceClasses) for (const type of this.#predicates) types.delete(type);
    if (tag !== undefined) types.add(this.taggedAs(tag));
    const undecided = this.#addRecognized(value, types, awaited);
    if (undecided !== undefined)
      return this.#internUndecided(this.withBases(types), own?.chain ?? [...types], true, undecided);
    if (own !== undefined) return this.intern(this.withBases(types), own.chain, true);
    if (types.size > 0) return this.ofRow([...types]);
    return isPolicyDictionary(value) ? this.dictionary : this.#plain;
  }

  /** Returns the types of an object whose class is the attribute `constructor` of its prototype. */
  protected override ofChain(prototype: object): TypeSet {
    if (this.#constructors === undefined) return super.ofChain(prototype);
    const { constructor } = prototype;
    const types = this.#constructors.ofRegistered(constructor) ?? this.types.typesInherited(prototype);
    return this.intern(types, this.#constructors.chainOf(constructor), true);
  }

  #withPredicates(value: unknown, base: TypeSet, awaited: AwaitedFacts | undefined): TypeSet {
    if (!this.hasPredicates) return base;
    const types = new Set(base.types);
    const undecided = this.#addRecognized(value, types, awaited);
    return undecided === undefined && types.size === base.types.size
      ? base
      : undecided === undefined
        ? this.intern(this.withBases(types), base.chain, base.isInstance)
        : this.#internUndecided(this.withBases(types), base.chain, base.isInstance, undecided);
  }

  /** Adds the types whose predicate recognizes a value. Returns the errors of predicates that threw, where they count later. */
  #addRecognized(
    value: unknown,
    types: Set<DeclaredType>,
    awaited: AwaitedFacts | undefined,
  ): Map<DeclaredType, unknown> | undefined {
    let undecided: Map<DeclaredType, unknown> | undefined;
    for (const type of this.#predicates) {
      try {
        if (awaited?.testOf(type, value) ?? holds(type, value, this.followConstructors)) types.add(type);
      } catch (error) {
        if (!this.#defersErrors) throw error;
        (undecided ??= new Map()).set(type, error);
      }
    }
    return undecided;
  }

  /** Returns a set in which some types are undecided. */
  #internUndecided(
    types: readonly DeclaredType[],
    chain: readonly DeclaredType[],
    isInstance: boolean,
    undecided: ReadonlyMap<DeclaredType, unknown>,
  ): TypeSet {
    const more = `?${[...undecided.keys()].map((t) => t.id).join(',')}`;
    const set = this.intern(types, chain, isInstance, '', more, new UndecidedTypes(types));
    (set.types as UndecidedTypes).note(undecided);
    return set;
  }
}

export const createTypeSets = (types: PlainTypeTable): PlainTypeSets => new TypeSets(types);

/**
 * Returns whether a type recognizes a value itself.
 *
 * @param awaits whether the result of a predicate may be a promise
 * @throws {PendingTest} for a promise
 * @throws {PolarError} for a result that is neither true nor false, if promises are not awaited
 */
function holds(type: DeclaredType, value: unknown, awaits: boolean): boolean {
  if (type.is !== undefined) {
    const result: unknown = type.is(value);
    if (result === true) return true;
    if (!awaits) return isFalse(type, result);
    if (!isThenable(result)) return false;
    // The test may not be made.
    result.then(undefined, () => {});
    throw new PendingTest(type, value, result);
  }
  if (type.discriminator === undefined || typeof value !== 'object' || value === null) return false;
  const { field, value: wanted } = type.discriminator;
  return Object.hasOwn(value, field) && (value as Record<string, unknown>)[field] === wanted;
}

/** Returns false for a result of a predicate that counts as false, such as undefined. A promise would count as true. */
function isFalse(type: DeclaredType, result: unknown): false {
  if (!result) return false;
  // The error about the promise is enough.
  if (isThenable(result)) result.then(undefined, () => {});
  const found = isThenable(result) ? 'a promise; make the function synchronous' : describeValue(result);
  throw new PolarError('POLAR_TYPE_INVALID_DECLARATION', {
    name: type.name,
    reason: `\`is\` must return true or false, found ${found}`,
  });
}
