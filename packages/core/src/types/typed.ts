import { looksThenable } from '../internal/promise.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { describe, describeValue } from '../internal/descriptions.js';
import type { TypedRow, TypeName } from './policy-types.js';
import { findName, nameFinders, setName, type FindName } from './row-name.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/core/typed');
interface Registry {
  readonly set: (row: object, name: string) => void;
  readonly find: FindName;
  /** Functions like `find`. Missing if an older copy of this package was loaded first. */
  readonly finders?: readonly FindName[];
  /** The prototypes of tagged rows that are not plain objects. Their classes do not determine the types of all instances. */
  readonly prototypes: WeakSet<object>;
  /** The number of these prototypes. */
  version: number;
}
const registries = globalThis as { [registryKey]?: Registry };
const registry = (registries[registryKey] ??= {
  set: setName,
  find: findName,
  finders: nameFinders,
  prototypes: new WeakSet(),
  version: 0,
});

/**
 * Refuses a promise and a list at compile time, because neither is a row. It is not a conditional type, so that generic code can
 * call `typed`.
 */
interface Row {
  readonly then?: undefined;
  readonly [Symbol.iterator]?: undefined;
}

/**
 * Tags a row with the name of its declared type, without changing the row: rows of an ORM are plain objects and have no class. An
 * authorizer that does not have the type throws `POLAR_RUN_UNKNOWN_TAG` when it reads the type of the row.
 *
 * @returns the same object
 * @throws {PolarError} `POLAR_TYPE_NOT_AN_OBJECT` for a primitive, `null`, a promise, a list, or a class;
 *   `POLAR_TYPE_INVALID_TAG` when the first argument is not the name of a type
 * @example
 * const repo = typed('Repository', await db.query.repositories.findFirst());
 */
export function typed<T extends object, Name extends TypeName = TypeName>(
  type: Name,
  row: T & Row,
): TypedRow<T, Name> {
  if (typeof type !== 'string' || type === '')
    throw new PolarError('POLAR_TYPE_INVALID_TAG', {
      found: describeValue(type),
      example: describe().tagExample(type, row),
    });
  if (!isRow(row))
    throw new PolarError('POLAR_TYPE_NOT_AN_OBJECT', {
      type,
      found: describeValue(row),
      advice: describe().rowAdvice(row, type),
    });
  registry.set(row, type);
  for (let p = parentOf(row); p !== null && p !== Object.prototype; p = parentOf(p)) {
    if (registry.prototypes.has(p)) continue;
    registry.prototypes.add(p);
    registry.version++;
  }
  return row;
}

const related = ' with related rows';

/** Returns the tag of a row of a type that a list returned with related rows. Checks refuse it, because it can lack some of them. */
export const rowWithRelated = (type: string): string => type + related;

/** Returns the type of a row with related rows from its tag. */
export const typeWithRelated = (tag: string): string | undefined =>
  tag.endsWith(related) ? tag.slice(0, -related.length) : undefined;

/** Returns whether a value is an object that can be a row: neither a list nor a promise. */
function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return !Array.isArray(value) && !looksThenable(value);
  } catch {
    // A proxy that cannot be read.
    return false;
  }
}

const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;

/** Returns the name that `typed` gave to a row. */
export const findTag: FindName = registry.find;

const finders = registry.finders ?? [registry.find];

/** Returns a function like `findTag` for code that gets few kinds of rows. The same number returns the same function. */
export const tagFinder = (n: number): FindName => finders[n % finders.length]!;

let handedOut = 0;

/** Returns a function like `findTag` that other code seldom uses. */
export const nextTagFinder = (): FindName => tagFinder(handedOut++);

/** Returns a number that changes whenever `typed` tags the first instance of another class. */
export const tagVersion = (): number => registry.version;

/** Returns whether `typed` has tagged an instance of this class or of a subclass. */
export const hasTagged = (prototype: object): boolean => registry.prototypes.has(prototype);
