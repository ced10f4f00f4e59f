import { isThenable } from '../internal/promise.js';
import { describe } from '../internal/descriptions.js';
import { Reference } from './reference.js';
import { hasDates, type DeclaredType, type Field, type FieldType } from '../types/declared-type.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import { readDecimal } from '../types/read-decimal.js';
import { later } from './later.js';
import { MissingValue } from './missing-value.js';
import type { PlainTypeSets, TypeSet } from './plain-type-sets.js';
import { isPlainObject, primitiveOf } from './value.js';

// A value that contradicts its declaration helps to grant nothing: `note.submitterId != user.id` would hold for '1' and 1, and
// `document.owner != user` for a relation that holds a key in place of a row. Therefore such a condition is undecided.

/** Returns the declaration of an attribute, of the nearest type that declares it. */
export function declaredField({ declared }: TypeSet, name: string): Field | undefined {
  for (const { places } of declared) {
    const field = places.get(name);
    if (field !== undefined) return field;
  }
  return undefined;
}

/**
 * Returns the value of a declared field as a value of the declared type, or the contradiction if its type differs. An object that can have
 * its type from the field becomes a reference.
 *
 * @param value is not a promise
 */
export function acceptDeclared(value: unknown, field: Field, typeSets: PlainTypeSets): unknown {
  if (value === null || value === undefined)
    return field.nullable || field.type.kind === 'any' ? null : contradiction(null, field, typeSets.types);
  const accepted = valueOf(value, field.type, typeSets);
  if (accepted === undefined) return contradiction(value, field, typeSets.types);
  return refer(accepted, field, typeSets);
}

/** Returns a value of a type, which may differ in its representation, or undefined if a value is not of the type. */
function valueOf(value: unknown, type: FieldType, typeSets: PlainTypeSets): unknown {
  switch (type.kind) {
    case 'any':
      return value;
    case 'list':
      return isCollection(value) ? value : undefined;
    case 'one-of':
      return typeof value === 'string' && type.values.includes(value) ? value : undefined;
    case 'date':
      return isValidDate(value) ? value : undefined;
    case 'decimal':
      return readDecimal(value);
    case 'instance':
      return value instanceof type.class ? value : undefined;
    case 'named':
      return valueOfNamed(value, typeSets.types.find(type.name)!, typeSets);
  }
}

function valueOfNamed(value: unknown, type: DeclaredType, typeSets: PlainTypeSets): unknown {
  if (!type.builtIn) return isOfType(value, type, typeSets) ? value : undefined;
  switch (type.name) {
    case 'Integer':
      return integerOf(value);
    case 'Float':
      return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
    case 'String':
      return typeof value === 'string' ? value : undefined;
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'List':
      return isCollection(value) ? value : undefined;
    default:
      return typeof value === 'object' && isPlainObject(value!) ? value : undefined;
  }
}

/** Returns a whole number. A bigint in the range of numbers is read as a number. */
function integerOf(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

function isValidDate(value: unknown): boolean {
  if (typeof value !== 'object' || Object.prototype.toString.call(value) !== '[object Date]') return false;
  try {
    // The date can be of another realm. An object that only looks like a date throws.
    return !Number.isNaN(Date.prototype.getTime.call(value));
  } catch {
    return false;
  }
}

/** Checks for a value whose elements can be read: a list, a set or another iterable object. */
function isCollection(value: unknown): boolean {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null || value instanceof Map) return false;
  const { next } = value as { next?: unknown };
  return Symbol.iterator in value || Symbol.asyncIterator in value || typeof next === 'function';
}

/** Checks that a value has a type of the application, or has no type of its own and can be a row. */
function isOfType(value: unknown, type: DeclaredType, typeSets: PlainTypeSets): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { types } = typeSets.of(value);
  if (types.has(type)) return !(value instanceof Date) || isValidDate(value);
  const others = [...types].filter(({ builtIn }) => !builtIn);
  if (others.length === 0) return isPlainObject(value) || !isData(value);
  // In a filter, a row of the related type can also have a type whose discriminator is one of its columns. A row that has another value than
  // the discriminator of the related type is certainly not of that type.
  return others.every(
    ({ discriminator }) =>
      discriminator !== undefined &&
      type.fields?.has(discriminator.field) === true &&
      type.discriminator?.field !== discriminator.field,
  );
}

/** Checks for an instance of a class whose instances are never rows: dates, collections, bytes, ObjectIds, and values with a primitive `valueOf`. */
const isData = (value: object): boolean =>
  value instanceof Map ||
  value instanceof Set ||
  value instanceof RegExp ||
  value instanceof ArrayBuffer ||
  ArrayBuffer.isView(value) ||
  typeof (value as { _bsontype?: unknown })._bsontype === 'string' ||
  primitiveOf(value) !== value;

/**
 * Returns an object with the field from which it was read: a list, or an object that can have its type from the field. A class gives its
 * instances their types, so that they need no reference.
 */
export function refer(value: unknown, field: Field, typeSets: PlainTypeSets): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Reference) return value;
  if (field.type.kind === 'list')
    return new Reference(value, field, undefined, acceptElements(value, field.element!, typeSets));
  const type = field.type.kind === 'named' ? typeSets.types.find(field.type.name)! : undefined;
  if (type === undefined || type.builtIn) return value;
  const own = typeSets.of(value);
  if (!own.isRegistered) return new Reference(value, field, typeSets.ofGiven(value, type));
  return isPlainObject(value) ? new Reference(value, field, own) : value;
}

/** Returns the function that tests the elements of a list or set; undefined for another collection. */
function acceptElements(
  list: object,
  field: Field,
  typeSets: PlainTypeSets,
): (() => readonly unknown[]) | undefined {
  if (!Array.isArray(list) && !(list instanceof Set)) return undefined;
  return () =>
    Array.from(list as Iterable<unknown>, (each) =>
      isThenable(each) ? promised(each, field, typeSets) : acceptDeclared(each, field, typeSets),
    );
}

/** The promises of tested elements, so that each element has one in all readings of its list. */
const promisedElements = new WeakMap<object, Map<Field, PromiseLike<unknown>>>();

/** Returns the promise of the value of a declared field, or of the contradiction. */
function promised(value: PromiseLike<unknown>, field: Field, typeSets: PlainTypeSets): PromiseLike<unknown> {
  let known = promisedElements.get(value);
  if (known === undefined) promisedElements.set(value, (known = new Map()));
  let promise = known.get(field);
  if (promise === undefined)
    known.set(field, (promise = later(value, (settled) => acceptDeclared(settled, field, typeSets))));
  return promise;
}

/** Returns the reason why a value is undecided. */
function contradiction(value: unknown, field: Field, types: PlainTypeTable): MissingValue {
  const { on, name, type, kind } = field;
  const found = describe().kindOf(value);
  const isElement = kind === 'element';
  const target = type.kind === 'list' ? type.of : type;
  const related = target.kind === 'named' ? types.find(target.name) : undefined;
  const isRelated = related?.builtIn === false && !hasDates(related);
  if (isRelated && value !== null) {
    const expected = (target as { readonly name: string }).name;
    const isMany = isElement || type.kind === 'list';
    return new MissingValue('POLAR_UNDECIDED_RELATION', { name, on, expected, found, isMany, isElement });
  }
  const expected = typeText(type);
  const advice = describe().fieldAdvice(value, field);
  const isSecret = value !== null && types.find(on)?.secrets.has(name) === true;
  const data = { name, on, expected, found: isSecret ? found : describe().show(value), isElement, advice };
  return new MissingValue('POLAR_UNDECIDED_FIELD_TYPE', data);
}

/** Shows a type as it is declared. */
export function typeText(type: FieldType): string {
  switch (type.kind) {
    case 'named':
      return type.name;
    case 'list':
      return `['${typeText(type.of)}${type.hasNil ? '?' : ''}']`;
    case 'one-of':
      return `oneOf(${type.values.map((value) => `'${value}'`).join(', ')})`;
    case 'instance':
      return type.class.name;
    case 'date':
      return 'Date';
    case 'decimal':
      return 'Decimal';
    case 'any':
      return 'Any';
  }
}
