import { PolarError } from '../diagnostics/polar-error.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/core/typed');
interface Tags {
  readonly names: WeakMap<object, string>;
  /** The prototypes of rows that are no plain objects: classes that do not tell all of their instances. */
  readonly prototypes: WeakSet<object>;
  /** Counts them. */
  version: number;
}
const registries = globalThis as { [registryKey]?: Tags };
const tags = (registries[registryKey] ??= { names: new WeakMap(), prototypes: new WeakSet(), version: 0 });

/**
 * Tells that a row is of a declared type, without changing it: rows of an ORM are plain objects and carry no class.
 *
 * @returns the same object
 * @throws {PolarError} `POLAR_TYPE_NOT_AN_OBJECT` for a primitive or `null`
 * @example
 * const repo = typed('Repository', await db.query.repositories.findFirst());
 */
export function typed<T extends object>(type: string, row: T): T {
  if (typeof row !== 'object' || row === null) throw new PolarError('POLAR_TYPE_NOT_AN_OBJECT', { type });
  tags.names.set(row, type);
  for (let p = parentOf(row); p !== null && p !== Object.prototype; p = parentOf(p)) {
    if (tags.prototypes.has(p)) continue;
    tags.prototypes.add(p);
    tags.version++;
  }
  return row;
}

const parentOf = (value: object): object | null => Object.getPrototypeOf(value) as object | null;

/** The name that `typed` gave to a row. */
export const findTag = (row: object): string | undefined => tags.names.get(row);

/** Changes whenever an instance of another class has been given a type. */
export const tagVersion = (): number => tags.version;

/** Whether an instance of this class, or of one that extends it, was given a type. */
export const hasTagged = (prototype: object): boolean => tags.prototypes.has(prototype);
