import { PolarError } from '../diagnostics/polar-error.js';

// On globalThis, so that the ESM and the CommonJS copy of this package share it.
const registryKey = Symbol.for('@nanook/core/typed');
const registries = globalThis as { [registryKey]?: WeakMap<object, string> };
const tags = (registries[registryKey] ??= new WeakMap<object, string>());

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
  tags.set(row, type);
  return row;
}

/** The name that `typed` gave to a row. */
export const findTag = (row: object): string | undefined => tags.get(row);
