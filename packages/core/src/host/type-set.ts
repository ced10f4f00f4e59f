import { PolarError } from '../diagnostics/polar-error.js';
import type { DeclaredType, FieldType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import type { TypeTable } from '../types/type-table.js';
import { findTag, tagVersion } from '../types/typed.js';
import { isPlainObject } from './value.js';
import { isPartial, PartialDictionary } from '../engine/terms/partial.js';
import { Variable } from '../engine/terms/variable.js';

/** All types of a value. Interned, so that its id can stand in the key of a candidate table. */
export interface TypeSet {
  readonly id: number;
  /** `unbound` for a variable that has no value, of which nothing is known. */
  readonly label: '' | 'unbound';
  readonly types: ReadonlySet<DeclaredType>;
  /** The registered classes of an instance, nearest first; decides which of two rules is the more specific one. */
  readonly chain: readonly DeclaredType[];
  /** Whether the value is an instance or row of the application, not a string, list, dictionary … */
  readonly isInstance: boolean;
  /** The types that declare fields, a key or equality; empty for most. */
  readonly declared: readonly DeclaredType[];
  /** Whether the application registered one of the types. */
  readonly isRegistered: boolean;
  /** By name, a method of a class that was found to be one that a policy may call, if the application registered the receiver. */
  readonly methods: Map<string, Method>;
}

export type Method = (...args: unknown[]) => unknown;

/** Which types values have. One for each program: it remembers what it found out about classes. */
export class TypeSets {
  readonly #interned = new Map<string, TypeSet>();
  readonly #byPrototype = new WeakMap<object, TypeSet>();
  readonly #classOfPrototype = new Map<unknown, DeclaredType>();
  readonly #predicates: readonly DeclaredType[];
  /** Whether there are types that only a look at the value itself tells. */
  readonly hasPredicates: boolean;
  /** Whether types say nothing but what a value is an instance of: no fields, keys or equality, and no predicate to ask. */
  readonly areBare: boolean;
  readonly #list: TypeSet;
  readonly #dictionary: TypeSet;
  readonly #string: TypeSet;
  readonly #boolean: TypeSet;
  readonly #integer: TypeSet;
  readonly #float: TypeSet;
  readonly unbound: TypeSet;
  readonly #none: TypeSet;
  // The class that was asked for last: lists are mostly of one class, and a look into the weak map costs 9 ns.
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

  /** @param tags the types that declared fields gave to plain rows in this question */
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

  /** What its class says of an instance of exactly this class. */
  ofClass(type: Class): TypeSet {
    return this.#ofPrototype(type.prototype as object);
  }

  /** The set of these types. @param chain those of its classes, nearest first */
  ofTypes(types: readonly DeclaredType[], chain: readonly DeclaredType[], isInstance: boolean): TypeSet {
    return this.#intern(types, chain, isInstance);
  }

  /** The prototype of an object, unless there is more than that to be asked of what it is. */
  prototypeOf(value: object): object | undefined {
    if (this.hasPredicates || tagVersion() > 0 || Array.isArray(value)) return undefined;
    return (Object.getPrototypeOf(value) as object | null) ?? undefined;
  }

  /** Returns whether a prototype, as returned by `prototypeOf`, alone determines these types. */
  determines(prototype: object | undefined, types: TypeSet): boolean {
    if (prototype === undefined) return false;
    if (types === this.unbound) return true;
    // Only of classes that are registered: of others there may be any number.
    return this.#classOfPrototype.has(prototype) && this.#byPrototype.get(prototype) === types;
  }

  /** Whether the types of an object stay what they are: no predicate is asked of it, and it is no row that may be given one. */
  areSettled(value: unknown): boolean {
    if (this.hasPredicates) return false;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
    return !isPlainObject(value) && this.#ofClass(value).chain.length > 0;
  }

  #ofObject(value: object, tags: Tags | undefined): TypeSet {
    if (Array.isArray(value)) return this.#list;
    // Most values: an instance of a class that says all.
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
    // Most values: nothing but their class, or no class, says what they are.
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
    // A row is still a dictionary, only less specifically so.
    return this.#intern([...types, dictionary], [...types, dictionary], true);
  }

  /** @throws {PolarError} `POLAR_RUN_UNKNOWN_TAG`: a misspelled tag would be refused without a word */
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

  /** What its class alone says of an instance. */
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

  /** The registered classes on the prototype chain, nearest first: what `instanceof` would say. */
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
 * The types that declared fields give to plain values while a question is asked: when `Repository.organization` is declared
 * `Organization`, the row read from it is one. It lasts for the question only, so that no answer depends on an earlier one.
 */
export class Tags {
  // Made when first needed: most questions read no declared field.
  #types: Map<object, Set<DeclaredType>> | undefined = undefined;
  #elements: Map<object, FieldType> | undefined = undefined;

  constructor(readonly types: TypeTable) {}

  /** Whether no value has been given a type. */
  get isEmpty(): boolean {
    return this.#types === undefined;
  }

  typesOf(value: object): Iterable<DeclaredType> | undefined {
    return this.#types?.get(value);
  }

  elementType(list: object): FieldType | undefined {
    return this.#elements?.get(list);
  }

  /** Notes that a value was read where this type is declared. */
  tag(value: unknown, type: FieldType): void {
    if (typeof value !== 'object' || value === null || type.kind === 'any') return;
    if (type.kind === 'list') {
      if (this.#elements?.get(value) === type.of) return;
      (this.#elements ??= new Map<object, FieldType>()).set(value, type.of);
      // At once, as elements are also reached by patterns and methods of the list.
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
