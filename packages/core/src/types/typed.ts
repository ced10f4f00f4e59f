import { PolarError } from '../diagnostics/polar-error.js';
import { isClass, looksThenable } from '../internal/describe-value.js';
import { describeValue } from '../internal/descriptions.js';
import { findName, setName } from './row-name.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/core/typed');
interface Registry {
  readonly set: (row: object, name: string) => void;
  readonly find: (row: object) => string | undefined;
  /** The prototypes of tagged rows that are not plain objects. Their classes do not determine the types of all instances. */
  readonly prototypes: WeakSet<object>;
  /** The number of these prototypes. */
  version: number;
}
const registries = globalThis as { [registryKey]?: Registry };
const registry = (registries[registryKey] ??= {
  set: setName,
  find: findName,
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
export function typed<T extends object>(type: string, row: T & Row): T {
  if (typeof type !== 'string' || type === '') throw invalidTag(type, row);
  const advice = adviceFor(row, type);
  if (advice !== undefined)
    throw new PolarError('POLAR_TYPE_NOT_AN_OBJECT', { type, found: describeValue(row), advice });
  registry.set(row, type);
  for (let p = parentOf(row); p !== null && p !== Object.prototype; p = parentOf(p)) {
    if (registry.prototypes.has(p)) continue;
    registry.prototypes.add(p);
    registry.version++;
  }
  return row;
}

function invalidTag(tag: unknown, row: unknown): PolarError {
  const example =
    typeof tag === 'function' && isClass(tag)
      ? `'${tag.name}'`
      : typeof tag === 'object' && typeof row === 'string'
        ? `'${row}', and the row is the second argument`
        : "'Note'";
  return new PolarError('POLAR_TYPE_INVALID_TAG', { found: describeValue(tag), example });
}

/** Returns how to correct a value that is not a row; undefined for a row. */
function adviceFor(row: unknown, type: string): string | undefined {
  if (row === null || row === undefined) return 'test whether the row was found before you tag it';
  if (typeof row === 'function') return 'pass a row or an instance';
  if (typeof row !== 'object') return 'load the row by its id, and pass it';
  try {
    if (Array.isArray(row)) return `tag each row: rows.map((row) => typed('${type}', row))`;
    return looksThenable(row) ? `await it: typed('${type}', await …)` : undefined;
  } catch {
    return 'the value is a proxy that cannot be read';
  }
}

const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;

/** Returns the name that `typed` gave to a row. */
export const findTag: (row: object) => string | undefined = registry.find;

/** Returns a number that changes whenever `typed` tags the first instance of another class. */
export const tagVersion = (): number => registry.version;

/** Returns whether `typed` has tagged an instance of this class or of a subclass. */
export const hasTagged = (prototype: object): boolean => registry.prototypes.has(prototype);
