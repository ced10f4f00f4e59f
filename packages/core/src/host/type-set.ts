import { isWideInteger, WholeFloat } from '../dialect/whole-float.js';
import { PolarError } from '../diagnostics/polar-error.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import type { TypeTable } from '../types/type-table.js';
import { findTag, tagVersion } from '../types/typed.js';
import { ConstructorTypes } from './constructor-types.js';
import { Discriminators, noTypes } from './discriminators.js';
import type { Tags } from './tags.js';
import { UndecidedTypes } from './undecided-types.js';
import { isPlainObject, isPolicyDictionary } from './value.js';
import { isPartial, PartialDictionary, PartialList } from '../terms/partial.js';

/** All types of a value. Interned, so that its id can be part of the key of a candidate table. */
export interface TypeSet {
  readonly id: number;
  /** `unbound` for a variable that has no value. */
  readonly label: '' | 'unbound';
  /** The types, and those that are undecided because their predicate threw. A test for one of those throws the error. */
  readonly types: ReadonlySet<DeclaredType>;
  /** The registered classes of an instance, nearest first. They decide which of two rules is more specific. */
  readonly chain: readonly DeclaredType[];
  /** Whether the value is an instance or row of the application, not a string, list, dictionary … */
  readonly isInstance: boolean;
  /** The types that declare fields, relations, a key or equality; empty for most. */
  readonly declared: readonly DeclaredType[];
  /** The first of them that declares how its values are compared. */
  readonly comparedBy: DeclaredType | undefined;
  /** Whether the application registered one of the types. */
  readonly isRegistered: boolean;
  /** Methods by name that policies may call if the application registered the receiver. */
  readonly methods: Map<string, Method>;
}

export type Method = (...args: unknown[]) => unknown;

/** The types of values. There is one for each program: it keeps the facts about classes. */
export class TypeSets {
  readonly #interned = new Map<string, TypeSet>();
  readonly #byPrototype = new WeakMap<object, TypeSet>();
  readonly #classOfPrototype = new Map<unknown, DeclaredType>();
  /** The types of rows with one type. */
  readonly #rowsOfType = new Map<DeclaredType, TypeSet>();
  /** The types of other rows: by their tag, and by the types that discriminators give them. */
  readonly #rows = new Map<unknown, Map<unknown, TypeSet>>();
  /** The types of instances that also have types from discriminators. */
  readonly #discriminated = new Map<TypeSet, Map<unknown, TypeSet>>();
  readonly #predicates: readonly DeclaredType[];
  /** Whether the application has a predicate for a type, which is called for every value. */
  readonly hasPredicates: boolean;
  readonly discriminators: Discriminators | undefined;
  /** Whether types consist of classes only, without fields, relations, keys, equality or predicates. */
  readonly areBare: boolean;
  /** Whether a type may declare how its values are compared. */
  readonly haveEquality: boolean;
  /** The key of all types that declare how their values are compared, if it is the same field in all of them. */
  readonly commonKey: string | undefined;
  /** The names of all declared relations whose values are checked. */
  readonly relationNames: ReadonlySet<string>;
  /** Whether the attribute `constructor` of an object is its class, as in the dialect oso. */
  readonly followConstructors: boolean;
  /** In the dialect oso: the types by the attribute `constructor`. */
  readonly #constructors: ConstructorTypes | undefined;
  readonly #list: TypeSet;
  readonly #dictionary: TypeSet;
  /** The types of a plain object of the application. */
  readonly #plain: TypeSet;
  readonly #string: TypeSet;
  readonly #boolean: TypeSet;
  readonly #integer: TypeSet;
  readonly #float: TypeSet;
  readonly unbound: TypeSet;
  readonly #none: TypeSet;
  // The class of the last value: lists usually contain one class, and this saves a read of a weak map.
  #lastPrototype: object | undefined = undefined;
  #lastTypes: TypeSet | undefined = undefined;

  constructor(readonly types: TypeTable) {
    this.#predicates = [...types.types].filter((t) => t.is !== undefined || t.discriminator !== undefined);
    this.hasPredicates = this.#predicates.some((t) => t.is !== undefined);
    this.discriminators = Discriminators.of(types.types);
    this.areBare = !this.hasPredicates && ![...types.types].some(isDeclared);
    const compared = [...types.types].filter(hasEquality);
    this.haveEquality = this.hasPredicates || compared.length > 0;
    const key = compared[0]?.key?.[0];
    const isCommon = compared.every((type) => type.equals === undefined && type.key?.join() === key);
    this.commonKey = isCommon ? key : undefined;
    const checked = types.dialect.relationsHoldAnything ? [] : [...types.types];
    this.relationNames = new Set(checked.flatMap(({ relations }) => [...relations.keys()]));
    this.followConstructors = types.dialect.predicatesReplaceClasses;
    this.#constructors = this.followConstructors ? new ConstructorTypes(types) : undefined;
    for (const type of types.types) {
      if (type.class !== undefined && !type.builtIn) this.#classOfPrototype.set(type.class.prototype, type);
    }
    const builtIn = (...names: string[]) =>
      this.#intern(
        names.map((n) => types.find(n)!),
        [],
        false,
      );
    this.unbound = this.#intern([], [], false, 'unbound');
    this.#none = this.#intern([], [], false);
    this.#list = builtIn('List');
    this.#dictionary = builtIn('Dictionary');
    this.#string = builtIn('String');
    this.#boolean = builtIn('Boolean');
    const { integersAreFloats, plainObjectsAreInstances } = types.dialect;
    this.#integer = builtIn('Integer', 'Float');
    this.#float = integersAreFloats ? this.#integer : builtIn('Float');
    if (types.dialect.hasOwnOperators) this.#byPrototype.set(WholeFloat.prototype, this.#float);
    this.#plain = plainObjectsAreInstances ? this.#intern([], [], true) : this.#dictionary;
  }

  /** Returns the types of a value. @param tags the types that declared fields gave to plain rows in this query */
  of(value: unknown, tags?: Tags): TypeSet {
    switch (typeof value) {
      case 'string':
        return this.#withPredicates(value, this.#string);
      case 'number':
        return this.#withPredicates(value, Number.isInteger(value) ? this.#integer : this.#float);
      case 'boolean':
        return this.#withPredicates(value, this.#boolean);
      case 'function':
        return this.types.dialect.classesAreInstances
          ? this.#ofFunction(value as Class)
          : this.#withPredicates(value, this.#none);
      case 'object':
        return value === null ? this.#withPredicates(value, this.#none) : this.#ofObject(value, tags);
      case 'bigint':
        return this.#withPredicates(
          value,
          this.types.dialect.hasOwnOperators && isWideInteger(value) ? this.#integer : this.#none,
        );
      default:
        return this.#withPredicates(value, this.#none);
    }
  }

  /** In the dialect oso: returns whether an object has an attribute `constructor` of its own, which may give it another class. */
  hasOwnClass(value: object): boolean {
    return this.followConstructors && Object.hasOwn(value, 'constructor');
  }

  /** Returns the types of an instance of exactly this class. */
  ofClass(type: Class): TypeSet {
    return this.#ofPrototype(type.prototype as object);
  }

  /** Returns the set of these types. @param chain those of its classes, nearest first */
  ofTypes(types: readonly DeclaredType[], chain: readonly DeclaredType[], isInstance: boolean): TypeSet {
    return this.#intern(types, chain, isInstance);
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
    return this.#classOfPrototype.has(prototype) && this.#byPrototype.get(prototype) === types;
  }

  /** Returns whether the types of a value are final: no predicate is called for it, and it is not a row that may be tagged. */
  areSettled(value: unknown): boolean {
    if (this.hasPredicates) return false;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
    return (
      this.discriminators === undefined && !isPlainObject(value) && this.#ofClass(value).chain.length > 0
    );
  }

  /** Whether a class, unless it is `Object`, determines the types of its instances. */
  get #isClassEnough(): boolean {
    return !this.hasPredicates && this.discriminators === undefined && tagVersion() === 0;
  }

  #ofObject(value: object, tags: Tags | undefined): TypeSet {
    if (Array.isArray(value))
      return this.types.dialect.predicatesReplaceClasses
        ? this.#withPredicates(value, this.#list)
        : this.#list;
    if (this.hasOwnClass(value) && !isPolicyDictionary(value)) return this.#withOwnClass(value);
    const prototype = Object.getPrototypeOf(value) as object | null;
    // The most frequent cases: a row, and an instance whose class determines the types.
    if (prototype === Object.prototype && !this.hasPredicates) return this.#ofRow(value, tags);
    if (prototype !== null && this.#isClassEnough) {
      const known = this.#knownOf(prototype);
      if (known !== undefined && (known.types.size > 0 || tags === undefined || tags.isEmpty)) return known;
    }
    if (isPartial(value)) {
      return value instanceof PartialDictionary
        ? this.#dictionary
        : value instanceof PartialList
          ? this.#list
          : this.unbound;
    }
    if (this.hasPredicates) return this.#withAll(value, tags);
    return isPlainObject(value) ? this.#ofRow(value, tags) : this.#ofInstance(value, tags);
  }

  /** Returns the types of a function. A registered class counts as an instance of itself. */
  #ofFunction(value: Class): TypeSet {
    const constructors = this.#constructors!;
    const chain = constructors.chainOf(value.constructor);
    const types = constructors.ofRegistered(value) ?? constructors.ofRegistered(value.constructor);
    if (types !== undefined) return this.#intern(types, chain, true);
    return this.#withPredicates(value, this.#intern([], chain, true));
  }

  /** Returns the types of an object whose class is its own attribute `constructor`. */
  #withOwnClass(value: object): TypeSet {
    const constructors = this.#constructors!;
    const { constructor } = value;
    const chain = constructors.chainOf(constructor);
    const types = constructors.ofRegistered(constructor);
    if (types !== undefined) return this.#intern(types, chain, true);
    const prototype = Object.getPrototypeOf(value) as object | null;
    const inherited = this.#inheritedTypes(prototype);
    return this.#withPredicates(value, this.#intern(inherited, chain, true));
  }

  /** Returns the types of an object without a class. */
  #ofRow(row: object, tags: Tags | undefined): TypeSet {
    const tag = findTag(row);
    const found = this.discriminators === undefined ? noTypes : this.discriminators.typesOf(row);
    if (tag === undefined && found === noTypes) {
      const plain =
        this.#plain === this.#dictionary || isPolicyDictionary(row) ? this.#dictionary : this.#plain;
      if (tags === undefined || tags.isEmpty) return plain;
      const given = tags.typesOf(row);
      if (given.length !== 1) return given.length === 0 ? plain : this.ofRow(given);
      return this.#rowsOfType.get(given[0]!) ?? this.ofRowWithType(given[0]!);
    }
    const known = this.#rows.get(tag)?.get(found);
    if (known !== undefined) return known;
    return this.#remember(tag, found, tag === undefined ? found : [this.#taggedAs(tag), ...found]);
  }

  /** Returns the types of a row that has one type of the application. */
  ofRowWithType(type: DeclaredType): TypeSet {
    let types = this.#rowsOfType.get(type);
    if (types === undefined) this.#rowsOfType.set(type, (types = this.ofRow([type])));
    return types;
  }

  #remember(by: unknown, found: readonly DeclaredType[], all: readonly DeclaredType[]): TypeSet {
    let rows = this.#rows.get(by);
    if (rows === undefined) this.#rows.set(by, (rows = new Map()));
    const types = this.ofRow(all);
    rows.set(found, types);
    return types;
  }

  /** Returns the types of a row that has these types. It is still a dictionary, but less specifically. */
  ofRow(types: readonly DeclaredType[]): TypeSet {
    const own = [...new Set(types)];
    const all = this.types.dialect.plainObjectsAreInstances ? own : [...own, this.types.find('Dictionary')!];
    return this.#intern(all, all, true);
  }

  #ofInstance(value: object, tags: Tags | undefined): TypeSet {
    const own = this.#ofClass(value);
    const found = this.discriminators === undefined ? noTypes : this.discriminators.typesOf(value);
    if (tagVersion() > 0 && findTag(value) !== undefined) return this.#withAll(value, tags);
    if (found === noTypes) {
      const given = own.types.size > 0 || tags === undefined ? noTypes : tags.typesOf(value);
      return given.length === 0 ? own : this.#intern(given, own.chain, true);
    }
    let known = this.#discriminated.get(own);
    if (known === undefined) this.#discriminated.set(own, (known = new Map()));
    let types = known.get(found);
    if (types === undefined)
      known.set(found, (types = this.#intern([...new Set([...own.types, ...found])], own.chain, true)));
    return types;
  }

  /** Returns the types of an object from its class, its tag, predicates and discriminators, or else those that fields gave it. */
  #withAll(value: object, tags: Tags | undefined): TypeSet {
    const own = isPlainObject(value) ? undefined : this.#ofClass(value);
    const tag = findTag(value);
    const { predicatesReplaceClasses } = this.types.dialect;
    if (own !== undefined && this.#constructors?.ofRegistered(value.constructor) !== undefined) return own;
    const types = new Set<DeclaredType>(own?.types);
    if (predicatesReplaceClasses) for (const type of this.#predicates) types.delete(type);
    if (tag !== undefined) types.add(this.#taggedAs(tag));
    const undecided = this.#addRecognized(value, types);
    if (types.size === 0) for (const type of tags?.typesOf(value) ?? []) types.add(type);
    if (undecided !== undefined)
      return this.#intern([...types], own?.chain ?? [...types], true, '', undecided);
    if (own !== undefined) return this.#intern([...types], own.chain, true);
    if (types.size > 0) return this.ofRow([...types]);
    return isPolicyDictionary(value) ? this.#dictionary : this.#plain;
  }

  /** Returns the type of a tag. @throws {PolarError} `POLAR_RUN_UNKNOWN_TAG` because a misspelled tag would be denied silently */
  #taggedAs(tag: string): DeclaredType {
    const type = this.types.find(tag);
    if (type === undefined) {
      const known = this.types.typeNames.filter((name) => this.types.find(name)?.builtIn === false);
      throw new PolarError('POLAR_RUN_UNKNOWN_TAG', { tag, known });
    }
    return type;
  }

  #knownOf(prototype: object): TypeSet | undefined {
    if (prototype === this.#lastPrototype) return this.#lastTypes;
    const known = this.#byPrototype.get(prototype);
    if (known === undefined) return undefined;
    this.#lastPrototype = prototype;
    return (this.#lastTypes = known);
  }

  /** Returns the types that the class alone determines. */
  #ofClass(value: object): TypeSet {
    return this.#ofPrototype(Object.getPrototypeOf(value) as object);
  }

  #ofPrototype(prototype: object): TypeSet {
    let known = this.#byPrototype.get(prototype);
    if (known === undefined) {
      known = this.#constructors === undefined ? this.#ofChain(prototype) : this.#ofConstructor(prototype);
      this.#byPrototype.set(prototype, known);
    }
    return known;
  }

  #ofChain(prototype: object): TypeSet {
    const chain = this.#inheritedTypes(prototype);
    return this.#intern(chain, chain, true);
  }

  /** Returns the types of an object whose class is the attribute `constructor` of its prototype. */
  #ofConstructor(prototype: object): TypeSet {
    const { constructor } = prototype;
    const types = this.#constructors!.ofRegistered(constructor) ?? this.#inheritedTypes(prototype);
    return this.#intern(types, this.#constructors!.chainOf(constructor), true);
  }

  /** Returns the types of the registered classes on the prototype chain, nearest first, as `instanceof` finds them. */
  #inheritedTypes(start: object | null): readonly DeclaredType[] {
    const chain: DeclaredType[] = [];
    for (let p = start; p !== null; p = Object.getPrototypeOf(p) as object | null) {
      const type = this.#classOfPrototype.get(p);
      if (type !== undefined) chain.push(type);
    }
    return chain;
  }

  #withPredicates(value: unknown, base: TypeSet): TypeSet {
    if (!this.hasPredicates) return base;
    const types = new Set(base.types);
    const undecided = this.#addRecognized(value, types);
    return undecided === undefined && types.size === base.types.size
      ? base
      : this.#intern([...types], base.chain, base.isInstance, '', undecided);
  }

  /** Adds the types whose predicate recognizes a value. Returns the errors of predicates that threw, where they count later. */
  #addRecognized(value: unknown, types: Set<DeclaredType>): Map<DeclaredType, unknown> | undefined {
    let undecided: Map<DeclaredType, unknown> | undefined;
    for (const type of this.#predicates) {
      try {
        if (holds(type, value)) types.add(type);
      } catch (error) {
        if (!this.types.defersPredicateErrors) throw error;
        (undecided ??= new Map()).set(type, error);
      }
    }
    return undecided;
  }

  #intern(
    types: readonly DeclaredType[],
    chain: readonly DeclaredType[],
    isInstance: boolean,
    label: TypeSet['label'] = '',
    undecided?: ReadonlyMap<DeclaredType, unknown>,
  ): TypeSet {
    const ids = types.map((t) => t.id).sort((a, b) => a - b);
    let key = `${label}${isInstance ? 'i' : ''}${ids.join(',')}/${chain.map((t) => t.id).join(',')}`;
    if (undecided !== undefined) key += `?${[...undecided.keys()].map((t) => t.id).join(',')}`;
    let set = this.#interned.get(key);
    if (set === undefined) {
      const declared = types.filter(isDeclared);
      const isRegistered = types.some((type) => !type.builtIn);
      set = {
        id: this.#interned.size,
        label,
        types: undecided === undefined ? new Set(types) : new UndecidedTypes(types),
        chain,
        isInstance,
        declared,
        comparedBy: declared.find(hasEquality),
        isRegistered,
        methods: new Map<string, Method>(),
      };
      this.#interned.set(key, set);
    }
    if (undecided !== undefined) (set.types as UndecidedTypes).note(undecided);
    return set;
  }
}

const isDeclared = (type: DeclaredType): boolean =>
  type.fields !== undefined || type.relations.size > 0 || hasEquality(type);

/** Checks that a type declares how its values are compared. */
export const hasEquality = ({ key, equals }: DeclaredType): boolean =>
  key !== undefined || equals !== undefined;

/** Returns whether a type recognizes a value itself. */
function holds(type: DeclaredType, value: unknown): boolean {
  if (type.is !== undefined) return type.is(value) === true;
  if (type.discriminator === undefined || typeof value !== 'object' || value === null) return false;
  const { field, value: wanted } = type.discriminator;
  return Object.hasOwn(value, field) && (value as Record<string, unknown>)[field] === wanted;
}
