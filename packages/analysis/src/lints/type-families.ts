import type { TypesInput } from '@nanook/core';
import { blocksOf, mayOverlap } from '../blocks/declarations.js';
import type { LintInput } from './lint.js';

/** Tells which types a value can have together. */
export class TypeFamilies {
  readonly #bases = new Map<string, readonly string[]>();

  readonly #types: TypesInput;

  constructor({ trees, types }: LintInput) {
    this.#types = types;
    for (const { className, bases } of blocksOf(trees))
      this.#bases.set(
        className.name,
        bases.map(({ name }) => name),
      );
  }

  fits(type: string | undefined, declared: string): boolean {
    if (type === undefined || type === 'Actor' || type === 'Resource') return true;
    return (
      mayOverlap(type, declared, this.#types) ||
      this.#basesOf(type).has(declared) ||
      this.#basesOf(declared).has(type)
    );
  }

  #basesOf(type: string): ReadonlySet<string> {
    const found = new Set([type]);
    // A set that grows during the loop.
    for (const each of found) {
      const input = this.#types[each];
      const declared = typeof input === 'function' ? [] : [input?.extends ?? []].flat();
      for (const base of [...declared, ...(this.#bases.get(each) ?? [])]) found.add(base);
    }
    return found;
  }
}
