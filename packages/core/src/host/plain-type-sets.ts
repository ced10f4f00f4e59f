import { commonKind, type KeyKind } from './key-kind.js';
import { PolarError } from '../diagnostics/polar-error.js';
import type { DeclaredType } from '../types/declared-type.js';
import { DecimalValue } from '../types/decimal-value.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import type { Class } from '../types/type-declaration.js';
import { findTag, tagVersion, typeWithRelated } from '../types/typed.js';
import type { Discriminators } from './discriminators.js';
import { Reference } from './reference.js';
import { isForeignRoot, isPlainObject } from './value.js';
import type { Method, TypeSet } from './value-types.js';

export type { Method, TypeSet };

/**
 * The types of values, where only classes, tags and fields give types to values of the application. There is one object for each program:
 * it keeps the facts about classes.
 */
export class PlainTypeSets {
  readonly #interned = new Map<string, TypeSet>();
  protected readonly byPrototype = new WeakMap<object, TypeSet>();
  /** The keys of instances by their prototypes, where `keyOfInstances` has found whether there is one. */
  readonly instanceKeys = new WeakMap<object, string | false>();
  /** The types of rows with one type. */
  readonly #rowsOfType = new Map<DeclaredType, TypeSet>();
  /** Whether a type may declare how its values are compared. */
  readonly haveEquality: boolean;
  /** Whether a type is compared by one attribute. */
  readonly haveKeys: boolean;
  /** The key of all types that declare how their values are compared, if it is the same field of the same kind in all of them. */
  readonly commonKey: string | undefined;
  /** The kind of that key. */
  readonly commonKind: KeyKind | undefined;
  /** The names of all declared fields and relations whose values are tested. */
  readonly placeNames: ReadonlySet<string>;
  protected readonly list: TypeSet;
  protected readonly dictionary: TypeSet;
  protected readonly string: TypeSet;
  protected readonly boolean: TypeSet;
  protected readonly integer: TypeSet;
  protected readonly float: TypeSet;
  protected readonly none: TypeSet;
  readonly unbound: TypeSet;
  // The class of the last value: lists usually contain one class, and this saves a read of a weak map.
  #lastPrototype: object | undefined = undefined;
  #lastTypes: TypeSet | undefined = undefined;

  /**
   * @param hasPredicates whether the application has a predicate for a type, which is called for every value
   * @param discriminators the fields whose values give objects a type
   */
  constructor(
    readonly types: PlainTypeTable,
    readonly hasPredicates = false,
    readonly discriminators?: Discriminators,
  ) {
    const all = [...types.types];
    const compared = all.filter(hasEquality);
    this.haveKeys = compared.some((type) => type.key?.length === 1);
    this.haveEquality = hasPredicates || compared.length > 0;
    const key = compared[0]?.key?.[0];
    const isCommon = compared.every((type) => type.equals === undefined && type.key?.join() === key);
    this.commonKind = isCommon && key !== undefined ? commonKind(compared, key) : undefined;
    this.commonKey = this.commonKind && key;
    this.placeNames = new Set(all.flatMap(({ places }) => [...places.keys()]));
    const builtIn = (...names: string[]) =>
      this.intern(
        names.map((n) => types.find(n)!),
        [],
        false,
      );
    this.unbound = this.intern([], [], false, 'unbound');
    this.none = builtIn();
    this.list = builtIn('List');
    this.dictionary = builtIn('Dictionary');
    this.string = builtIn('String');
    this.boolean = builtIn('Boolean');
    this.integer = builtIn('Integer', 'Float');
    this.float = types.dialect.integersAreFloats ? this.integer : builtIn('Float');
  }

  /** The types of values that are not instances of the application. */
  get builtIn(): readonly TypeSet[] {
    const { none, string, boolean, integer, float, list, dictionary } = this;
    return [none, string, boolean, integer, float, list, dictionary];
  }

  /** Returns the types of a value: its own, or else the one of the field from which it was read. */
  of(value: unknown): TypeSet {
    switch (typeof value) {
      case 'string':
        return this.string;
      case 'number':
        return Number.isInteger(value) ? this.integer : this.float;
      case 'boolean':
        return this.boolean;
      case 'object':
        return value === null ? this.none : this.#ofObject(value);
      default:
        return this.none;
    }
  }

  /** In the dialect oso: returns whether an object has an attribute `constructor` of its own, which may give it another class. */
  hasOwnClass(_value: object): boolean {
    return false;
  }

  /** Returns the types of an instance of exactly this class. */
  ofClass(type: Class): TypeSet {
    return this.ofPrototype(type.prototype as object);
  }

  /** Returns the set of these types. @param chain those of its classes, nearest first */
  ofTypes(types: readonly DeclaredType[], chain: readonly DeclaredType[], isInstance: boolean): TypeSet {
    return this.intern(types, chain, isInstance);
  }

  /** Returns whether the types of a value are final: no predicate is called for it, and it is not a row that may be tagged. */
  areSettled(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
    return !isPlainObject(value) && this.ofClassOf(value).chain.length > 0;
  }

  #ofObject(value: object): TypeSet {
    if (Array.isArray(value)) return this.list;
    const prototype = Object.getPrototypeOf(value) as object | null;
    // The most frequent cases: a row, and an instance whose class determines the types.
    if (prototype === Object.prototype) return this.#ofRow(value);
    if (prototype === Reference.prototype) return this.ofReference(value as Reference);
    if (prototype === DecimalValue.prototype)
      return (value as DecimalValue).isWhole() ? this.integer : this.float;
    if (prototype !== null && tagVersion() === 0) {
      const known = this.knownOf(prototype);
      if (known !== undefined) return known;
    }
    return isPlainObject(value) ? this.#ofRow(value) : this.#ofInstance(value);
  }

  /** Returns the types that an object had when it was read. */
  protected ofReference(reference: Reference): TypeSet {
    return Reference.typesOf(reference) ?? this.of(Reference.objectOf(reference));
  }

  /** Returns the types of an object without types of its own to which a field gives a type. */
  ofGiven(object: object, type: DeclaredType): TypeSet {
    return isPlainObject(object)
      ? this.ofRowWithType(type)
      : this.intern(this.withBases([type]), this.ofClassOf(object).chain, true);
  }

  /** Returns the types of an object without a class. */
  #ofRow(row: object): TypeSet {
    const tag = findTag(row);
    return tag === undefined ? this.dictionary : this.ofRowWithType(this.taggedAs(tag));
  }

  /** Returns the types of an instance from its class and its tag. */
  #ofInstance(value: object): TypeSet {
    const own = this.ofClassOf(value);
    const tag = tagVersion() > 0 ? findTag(value) : undefined;
    if (tag === undefined) return own;
    return this.intern(this.withBases([...own.types, this.taggedAs(tag)]), own.chain, true);
  }

  /** Returns the types of a row that has one type of the application. */
  ofRowWithType(type: DeclaredType): TypeSet {
    let types = this.#rowsOfType.get(type);
    if (types === undefined) this.#rowsOfType.set(type, (types = this.ofRow([type])));
    return types;
  }

  /** Returns the types of a row that has these types. It is still a dictionary, but less specifically. */
  ofRow(types: readonly DeclaredType[]): TypeSet {
    const own = types.flatMap((type) => this.types.ancestorsOf(type));
    const all = [...new Set(own), this.types.find('Dictionary')!];
    return this.intern(all, all, true);
  }

  /** Returns types with the types that they extend, each once. In the dialect oso, only a class extends another one. */
  protected withBases(types: Iterable<DeclaredType>): readonly DeclaredType[] {
    const all = [...types];
    if (this.types.dialect.predicatesReplaceClasses === true) return [...new Set(all)];
    return [...new Set(all.flatMap((type) => this.types.ancestorsOf(type)))];
  }

  /**
   * Returns the type of a tag.
   *
   * @throws {PolarError} `POLAR_RUN_UNKNOWN_TAG` because a misspelled tag would be denied silently; `POLAR_RUN_RELATED_ROWS`
   */
  protected taggedAs(tag: string): DeclaredType {
    const type = this.types.find(tag);
    if (type === undefined) {
      const listed = typeWithRelated(tag);
      if (listed !== undefined) throw new PolarError('POLAR_RUN_RELATED_ROWS', { type: listed });
      const known = this.types.typeNames.filter((name) => this.types.find(name)?.builtIn === false);
      throw new PolarError('POLAR_RUN_UNKNOWN_TAG', { tag, known });
    }
    return type;
  }

  protected knownOf(prototype: object): TypeSet | undefined {
    if (prototype === this.#lastPrototype) return this.#lastTypes;
    const known = this.byPrototype.get(prototype);
    if (known === undefined) return undefined;
    this.#lastPrototype = prototype;
    return (this.#lastTypes = known);
  }

  /** Returns the types that the class of an object alone determines. */
  protected ofClassOf(value: object): TypeSet {
    return this.ofPrototype(Object.getPrototypeOf(value) as object);
  }

  /** Returns the types that a prototype gives to its objects. */
  ofPrototype(prototype: object): TypeSet {
    let known = this.byPrototype.get(prototype);
    if (known !== undefined) return known;
    known = this.ofChain(prototype);
    // It does not determine the types of plain objects of another realm, which can have tags.
    if (!isForeignRoot(prototype)) this.byPrototype.set(prototype, known);
    return known;
  }

  /** Returns the types that a prototype, which is not known yet, gives to its objects. */
  protected ofChain(prototype: object): TypeSet {
    const chain = this.types.typesInherited(prototype);
    return this.intern(chain, chain, true);
  }

  /**
   * Returns the one set of these types.
   *
   * @param more what else distinguishes the set from others
   * @param members the types as a set
   */
  protected intern(
    types: readonly DeclaredType[],
    chain: readonly DeclaredType[],
    isInstance: boolean,
    label: TypeSet['label'] = '',
    more = '',
    members?: ReadonlySet<DeclaredType>,
  ): TypeSet {
    const ids = types.map((t) => t.id).sort((a, b) => a - b);
    const key = `${label}${isInstance ? 'i' : ''}${ids.join(',')}/${chain.map((t) => t.id).join(',')}${more}`;
    let set = this.#interned.get(key);
    if (set === undefined) {
      const declared = types.filter(isDeclared);
      set = {
        id: this.#interned.size,
        label,
        types: members ?? new Set(types),
        chain,
        isInstance,
        declared,
        comparedBy: declared.find(hasEquality),
        isRegistered: types.some((type) => !type.builtIn),
        methods: new Map<string, Method>(),
      };
      this.#interned.set(key, set);
    }
    return set;
  }
}

/** Checks that a type declares fields, relations, or how its values are compared. */
export const isDeclared = (type: DeclaredType): boolean =>
  type.fields !== undefined || type.relations.size > 0 || hasEquality(type);

/** Checks that a type declares how its values are compared. */
export const hasEquality = ({ key, equals }: DeclaredType): boolean =>
  key !== undefined || equals !== undefined;
