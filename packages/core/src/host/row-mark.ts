import { findTag } from '../types/typed.js';
import type { Discriminators } from './discriminators.js';

/** The one mark that gives a plain object its type: its tag, or the value of one discriminator. */
export interface RowMark {
  /** The discriminator; undefined for a tag. */
  readonly field: string | undefined;
  /** The tag, or the value of the discriminator. */
  readonly value: unknown;
}

/** Returns the mark of an object, or undefined if it is not plain, or has no mark or several. */
export function findMark(value: unknown, discriminators: Discriminators | undefined): RowMark | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const tag = findTag(value);
  const marks: RowMark[] = tag === undefined ? [] : [{ field: undefined, value: tag }];
  for (const { name, values } of discriminators?.fields ?? []) {
    // Inherited from a polluted prototype.
    if (name in Object.prototype) return undefined;
    const found = (value as Record<string, unknown>)[name];
    if (found !== undefined && values.has(found)) marks.push({ field: name, value: found });
  }
  return marks.length === 1 ? marks[0] : undefined;
}
