import { TypeToken, type DeclaredType, type FieldType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import { builtInTypeNames, type TypeTable } from '../types/type-table.js';
import { untypedObject, type ConcreteCase } from './abstract-value.js';

/**
 * Decides whether a value may have a type, or may equal another value: `false` only if it certainly does not. It runs no code of
 * the application, so a type that is declared with `is` may match any value.
 */
export class Overlap {
  /** The types that declared fields give to plain rows. A row that is read through two fields has both types. */
  readonly #ofFields = new Set<string>();
  readonly #typesOf = new WeakMap<ConcreteCase, readonly DeclaredType[]>();

  constructor(
    readonly types: TypeTable,
    /** Whether the application defines equality with a function. */
    readonly hasOwnEquality: boolean,
  ) {
    for (const type of types.types) for (const field of type.fields?.values() ?? []) this.#note(field.type);
  }

  /** Returns all types that the value may have. */
  typesOf(concrete: ConcreteCase): readonly DeclaredType[] {
    let types = this.#typesOf.get(concrete);
    if (types === undefined) {
      types =
        concrete.kind === 'instance' && concrete.isExact && !concrete.type.builtIn
          ? this.#typesOfExactly(concrete.type)
          : [...this.types.types].filter((type) => this.mayBe(concrete, type));
      this.#typesOf.set(concrete, types);
    }
    return types;
  }

  mayBe(concrete: ConcreteCase, type: DeclaredType): boolean {
    if (concrete.kind === 'value' && concrete.value === untypedObject)
      return type.builtIn && type.name === 'Dictionary';
    if (concrete.kind === 'instance' && concrete.isExact) return this.#isExactly(concrete.type, type);
    if (holdsForAnything(type)) return true;
    if (concrete.kind === 'value') return mayBeOf(concrete.value, type);
    const { type: own, isShown } = concrete;
    if (own === type || holdsForAnything(own)) return true;
    // A row of a type that extends another one has both types.
    if (this.types.isSubtype(own, type) || this.types.isSubtype(type, own)) return true;
    if (own.builtIn && type.builtIn) return false;
    // Every row is a dictionary, and a dictionary may have the type of a row. No other value has both a built-in type and another
    // type.
    if (own.builtIn || type.builtIn) return own.name === 'Dictionary' || type.name === 'Dictionary';
    if (own.discriminator !== undefined && type.discriminator !== undefined) {
      const sameField = own.discriminator.field === type.discriminator.field;
      return !sameField || own.discriminator.value === type.discriminator.value;
    }
    if (own.discriminator !== undefined || type.discriminator !== undefined) return true;
    if (own.class !== undefined && type.class !== undefined) return areRelated(own.class, type.class);
    // `typed` can give an instance of a class another type too.
    if (own.class !== undefined || type.class !== undefined) return true;
    // A row has one tag.
    return !isShown && this.#ofFields.has(own.name) && this.#ofFields.has(type.name);
  }

  /** Returns the types for which `#isExactly` holds, without a test of every type. */
  #typesOfExactly(own: DeclaredType): readonly DeclaredType[] {
    const types = this.types.ancestorsOf(own);
    return own.class === undefined ? [...types, this.types.find('Dictionary')!] : types;
  }

  #isExactly(own: DeclaredType, type: DeclaredType): boolean {
    const isRow = own.class === undefined;
    return this.types.isSubtype(own, type) || (isRow && type.builtIn && type.name === 'Dictionary');
  }

  mayBeEqual(a: ConcreteCase, b: ConcreteCase): boolean {
    if (a.kind === 'value')
      return b.kind === 'value' ? this.#areEqual(a.value, b.value) : this.#mayEqualInstance(a, b.type);
    if (b.kind === 'value') return this.#mayEqualInstance(b, a.type);
    // Rows are equal by key or structure, regardless of their other types.
    return !a.type.builtIn || !b.type.builtIn || this.mayBe(a, b.type);
  }

  #mayEqualInstance(value: Extract<ConcreteCase, { kind: 'value' }>, type: DeclaredType): boolean {
    return (
      this.mayBe(value, type) || (this.hasOwnEquality && !(type.builtIn && isPrimitiveValue(value.value)))
    );
  }

  #areEqual(a: unknown, b: unknown): boolean {
    if (a === b) return !Number.isNaN(a);
    if (isPrimitiveValue(a) && isPrimitiveValue(b)) return false;
    if (this.hasOwnEquality) return true;
    return a instanceof TypeToken && b instanceof TypeToken && a.name === b.name;
  }

  #note(type: FieldType): void {
    if (type.kind === 'list') this.#note(type.of);
    else if (type.kind === 'named') this.#ofFields.add(type.name);
  }
}

const builtInNames = new Set<string>(builtInTypeNames);

/**
 * Returns whether a type may match any value. A type of the application with the name of a built-in type has the values of the
 * built-in type.
 */
const holdsForAnything = (type: DeclaredType): boolean =>
  type.is !== undefined || (!type.builtIn && builtInNames.has(type.name));

/** @param value a primitive, or the value of a type's name */
function mayBeOf(value: unknown, type: DeclaredType): boolean {
  switch (typeof value) {
    case 'string':
      return type.builtIn ? type.name === 'String' : isBoxed(type, String);
    case 'boolean':
      return type.builtIn ? type.name === 'Boolean' : isBoxed(type, Boolean);
    case 'number':
      if (!type.builtIn) return isBoxed(type, Number);
      return type.name === 'Float' || (type.name === 'Integer' && Number.isInteger(value));
    case 'object':
      return value !== null && isDiscriminated(value, type);
    default:
      return false;
  }
}

function isDiscriminated(value: object, { discriminator }: DeclaredType): boolean {
  if (discriminator === undefined || !Object.hasOwn(value, discriminator.field)) return false;
  return (value as Record<string, unknown>)[discriminator.field] === discriminator.value;
}

/** Returns whether instances of a type equal primitives, as those of `class Email extends String` do. */
const isBoxed = (type: DeclaredType, base: Class): boolean =>
  type.class !== undefined && areRelated(type.class, base);

/** Compares prototypes, as for instances, because a subclass may have another `constructor`. */
const areRelated = (a: Class, b: Class): boolean =>
  a === b || isPrototypeOf(a, b.prototype) || isPrototypeOf(b, a.prototype);

const isPrototypeOf = (base: Class, prototype: unknown): boolean =>
  Object.prototype.isPrototypeOf.call(base.prototype as object, prototype as object);

export const isPrimitiveValue = (value: unknown): boolean =>
  value === null || (typeof value !== 'object' && typeof value !== 'function');
