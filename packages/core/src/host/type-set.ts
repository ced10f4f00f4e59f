import { PolarError } from '../diagnostics/polar-error.js';
import type { DeclaredType, FieldType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import type { TypeTable } from '../types/type-table.js';
import { findTag, tagVersion } from '../types/typed.js';
import { isPlainObject } from './value.js';
import { isPartial, PartialDictionary } from '../terms/partial.js';
import { Variable } from '../terms/variable.js';

/** All types of a value. Interned, so that its id can be part of the key of a candidate table. */
export interface TypeSet {
  readonly id: number;
  /** `unbound` for a variable that has no value. */
  readonly label: '' | 'unbound';
  readonly types: ReadonlySet<DeclaredType>;
  /** The registered classes of an instance, nearest first. They decide which of two rules is more specific. */
  readonly chain: readonly DeclaredType[];
  /** Whether the value is an instance or row of the application, not a string, list, dictionary … */
  readonly isInstance: boolean;
  /** The types that declare fields, a key or equality; empty for most. */
  readonly declared: readonly DeclaredType[];
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
  readonly #predicates: readonly DeclaredType[];
  /** Whether types exist that only the value itself determines. */
  readonly hasPredicates: boolean;
  /** Whether types consist of classes only, without fields, keys, equality or predicates. */
  readonly areBare: boolean;
  readonly #list: TypeSet;
  readonly #dictionary: TypeSet;
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
    this.hasPredicates = this.#predicates.length > 0;
    this.areBare = !this.hasPredicates && ![...types.types].some(isDeclared);
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
    this.#integer = builtIn('Integer', 'Float');
    this.#float = builtIn('Float');
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
      case 'object':
        return value === null ? this.#withPredicates(value, this.#none) : this.#ofObject(value, tags);
      default:
        return this.#withPredicates(value, this.#none);
    }
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
    if (this.hasPredicates || tagVersion() > 0 || Array.isArray(value)) return undefined;
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
    return !isPlainObject(value) && this.#ofClass(value).chain.length > 0;
  }

  #ofObject(value: object, tags: Tags | undefined): TypeSet {
    if (Array.isArray(value)) return this.#list;
    // The most frequent case: the class determines the types.
    if (!this.hasPredicates && tagVersion() === 0) {
      const known = this.#knownOf(Object.getPrototypeOf(value) as object);
      if (known !== undefined && (known.types.size > 0 || tags === undefined || tags.isEmpty)) return known;
    }
    if (isPartial(value)) {
      return value instanceof Variable
        ? this.unbound
        : value instanceof PartialDictionary
          ? this.#dictionary
          : this.#list;
    }
    const plain = isPlainObject(value);
    const tag = findTag(value);
    const tagged = tag === undefined ? undefined : this.#taggedAs(tag);
    const own = plain ? undefined : this.#ofClass(value);
    // The next most frequent case: the class, or its absence, determines the types.
    if (tagged === undefined && !this.hasPredicates) {
      if (own !== undefined && own.types.size > 0) return own;
      if (tags?.typesOf(value) === undefined) return own ?? this.#dictionary;
    }
    const types = new Set<DeclaredType>(own?.types);
    if (tagged !== undefined) types.add(tagged);
    for (const type of this.#predicates) if (holds(type, value)) types.add(type);
    if (types.size === 0) for (const type of tags?.typesOf(value) ?? []) types.add(type);
    if (types.size === 0) return own ?? this.#dictionary;
    if (own !== undefined) return this.#intern([...types], own.chain, true);
    const dictionary = this.types.find('Dictionary')!;
    // A row is still a dictionary, but less specifically.
    return this.#intern([...types, dictionary], [...types, dictionary], true);
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
      const chain = this.#chainOf(prototype);
      known = this.#intern(chain, chain, true);
      this.#byPrototype.set(prototype, known);
    }
    return known;
  }

  /** Returns the registered classes on the prototype chain, nearest first, as `instanceof` finds them. */
  #chainOf(start: object): readonly DeclaredType[] {
    const chain: DeclaredType[] = [];
    for (let p: object | null = start; p !== null; p = Object.getPrototypeOf(p) as object | null) {
      const type = this.#classOfPrototype.get(p);
      if (type !== undefined) chain.push(type);
    }
    return chain;
  }

  #withPredicates(value: unknown, base: TypeSet): TypeSet {
    if (!this.hasPredicates) return base;
    const more = this.#predicates.filter((type) => holds(type, value));
    return more.length === 0 ? base : this.#intern([...base.types, ...more], base.chain, base.isInstance);
  }

  #intern(
    types: readonly DeclaredType[],
    chain: readonly DeclaredType[],
    isInstance: boolean,
    label: TypeSet['label'] = '',
  ): TypeSet {
    const ids = types.map((t) => t.id).sort((a, b) => a - b);
    const key = `${label}${isInstance ? 'i' : ''}${ids.join(',')}/${chain.map((t) => t.id).join(',')}`;
    let set = this.#interned.get(key);
    if (set === undefined) {
      const declared = types.filter(isDeclared);
      const isRegistered = types.some((type) => !type.builtIn);
      set = {
        id: this.#interned.size,
        label,
        types: new Set(types),
        chain,
        isInstance,
        declared,
        isRegistered,
        methods: new Map<string, Method>(),
      };
      this.#interned.set(key, set);
    }
    return set;
  }
}

const isDeclared = ({ fields, key, equals }: DeclaredType): boolean =>
  fields !== undefined || key !== undefined || equals !== undefined;

function holds(type: DeclaredType, value: unknown): boolean {
  if (type.is !== undefined) return type.is(value) === true;
  if (type.discriminator === undefined || typeof value !== 'object' || value === null) return false;
  const { field, value: wanted } = type.discriminator;
  return Object.hasOwn(value, field) && (value as Record<string, unknown>)[field] === wanted;
}

/**
 * The types that declared fields give to plain values during a query: when `Repository.organization` is declared `Organization`, the row
 * that is read from it is one. They last for one query, so that no answer depends on an earlier one.
 */
export class Tags {
  // Created when needed: most queries read no declared field.
  #types: Map<object, Set<DeclaredType>> | undefined = undefined;
  #elements: Map<object, FieldType> | undefined = undefined;

  constructor(readonly types: TypeTable) {}

  /** True when no value was given a type. */
  get isEmpty(): boolean {
    return this.#types === undefined;
  }

  typesOf(value: object): Iterable<DeclaredType> | undefined {
    return this.#types?.get(value);
  }

  elementType(list: object): FieldType | undefined {
    return this.#elements?.get(list);
  }

  /** Gives a value the type of the field from which it was read. */
  tag(value: unknown, type: FieldType): void {
    if (typeof value !== 'object' || value === null || type.kind === 'any') return;
    if (type.kind === 'list') {
      if (this.#elements?.get(value) === type.of) return;
      (this.#elements ??= new Map<object, FieldType>()).set(value, type.of);
      // The elements are tagged at once, because patterns and methods of the list also reach them.
      if (Array.isArray(value)) for (const element of value) this.tag(element, type.of);
      return;
    }
    if (Array.isArray(value)) return;
    const declared = this.types.find(type.name);
    if (declared === undefined || declared.builtIn) return;
    this.#types ??= new Map<object, Set<DeclaredType>>();
    const known = this.#types.get(value);
    if (known === undefined) this.#types.set(value, new Set([declared]));
    else known.add(declared);
  }
}
