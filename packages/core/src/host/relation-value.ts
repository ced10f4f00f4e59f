import { describe } from '../internal/descriptions.js';
import type { DeclaredType } from '../types/declared-type.js';
import type { Relation } from '../types/relation.js';
import { findTag } from '../types/typed.js';
import { MissingValue } from './missing-value.js';
import type { TypeSet, PlainTypeSets } from './plain-type-sets.js';
import { isPlainObject, isThenable, primitiveOf } from './value.js';

// A relation that was not loaded often holds the key of the related row: a number, a text or an ObjectId. A key equals no row, so
// `document.owner != user` would hold. Therefore the relation is undecided.

/**
 * Returns the reason why a value cannot be the related row, or rows, that the types of an object declare; undefined if it can be.
 *
 * @param value the attribute `name` of the object, which is not a promise
 * @param types the types of the object
 */
export function findUnrelated(
  value: unknown,
  name: string,
  types: TypeSet,
  typeSets: PlainTypeSets,
): MissingValue | undefined {
  if (value === null || value === undefined || !typeSets.relationNames.has(name)) return undefined;
  for (const type of types.declared) {
    const relation = type.relations.get(name);
    if (relation === undefined) continue;
    const target = typeSets.types.find(relation.type)!;
    const isMany = relation.kind !== 'one';
    const isRelated = isMany ? isRelatedList(value) : isRelatedRow(value, target, typeSets);
    const element = isMany && isRelated ? findUnrelatedElement(value, target, typeSets) : undefined;
    if (isRelated && element === undefined) continue;
    return unrelated(type, relation, element === undefined ? value : element.value, element !== undefined);
  }
  return undefined;
}

function unrelated(
  { name: on }: DeclaredType,
  { name, type: expected, kind }: Relation,
  value: unknown,
  isElement: boolean,
): MissingValue {
  const found = describe().kindOf(value);
  const data = { name, on, expected, found, isMany: kind !== 'one', isElement };
  return new MissingValue('POLAR_UNDECIDED_RELATION', data);
}

/** Checks quickly for an unmarked row, which fields can give any type, and for an object that has the type. */
export function isCertainlyRelated(value: unknown, target: DeclaredType, typeSets: PlainTypeSets): boolean {
  if (typeof value !== 'object' || value === null || typeSets.hasPredicates) return false;
  const isRow = Object.getPrototypeOf(value) === Object.prototype && !Array.isArray(value);
  if (isRow && typeSets.discriminators === undefined && findTag(value) === undefined) return true;
  return !isThenable(value) && typeSets.of(value).types.has(target);
}

/** Checks that a value can be a row of a type: it has the type, or only fields can give it one. */
export function isRelatedRow(value: unknown, target: DeclaredType, typeSets: PlainTypeSets): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { types } = typeSets.of(value);
  if (types.has(target)) return true;
  const others = [...types].filter(({ builtIn }) => !builtIn);
  if (others.length === 0) return isPlainObject(value) || !isData(value);
  // In a filter, a row of the related type can also have a type whose discriminator is one of its columns.
  return others.every(
    ({ discriminator }) => discriminator !== undefined && target.fields?.has(discriminator.field) === true,
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

/** Checks that a value can hold related rows. The elements of an iterator are not known before they are read. */
function isRelatedList(value: unknown): value is object {
  if (Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null || value instanceof Map) return false;
  const { next } = value as { next?: unknown };
  return Symbol.iterator in value || Symbol.asyncIterator in value || typeof next === 'function';
}

/** Returns an element of a list that cannot be a related row. A promised element is not known yet. */
function findUnrelatedElement(
  list: unknown,
  target: DeclaredType,
  typeSets: PlainTypeSets,
): { readonly value: unknown } | undefined {
  if (!Array.isArray(list) && !(list instanceof Set)) return undefined;
  for (const value of list as Iterable<unknown>) {
    if (value === null || value === undefined || isThenable(value)) continue;
    if (!isRelatedRow(value, target, typeSets)) return { value };
  }
  return undefined;
}
