import type { Mask } from '@nanook/core';
import type { JsonValue, RecordedIdentity } from './decision-record.js';

/**
 * Makes a mask that hides the values at some paths, in records of the decision log and in explanations. In a record, a path starts with the
 * name of the field: `actor.email`. In an explanation, it is the expression in the policy: `user.email`. A path also hides the values below
 * it. `*` matches one name, and `**` matches any number of names.
 *
 * @param text the text that replaces a value
 * @example
 * const mask = maskPaths(['**.email', 'actor.name']);
 * const log = decisionLog({ sinks: [store], mask });
 * await authorizer.explain(user, 'read', note, { mask });
 */
export function maskPaths(paths: readonly string[], text = '***'): Mask {
  const patterns = paths.map(patternOf);
  return (name) => (patterns.some((pattern) => pattern.test(`${name}.`)) ? text : undefined);
}

/** Returns the pattern of a path, whose names each end with a dot. */
function patternOf(path: string): RegExp {
  const names = path.split('.').map((name) => {
    if (name === '**') return '(?:[^.]*\\.)*';
    return name === '*' ? '[^.]*\\.' : `${name.replaceAll(/[^\w]/g, '\\$&')}\\.`;
  });
  return new RegExp(`^${names.join('')}`);
}

/** Replaces the values of a record that the mask hides. A mask that throws hides the value. */
export class Masking {
  constructor(
    readonly mask: Mask,
    readonly onError: (error: unknown) => void,
  ) {}

  text<Text extends string | null | undefined>(name: string, value: Text): Text | string {
    return value === null || value === undefined ? value : (this.#masked(name, value) ?? value);
  }

  identity(name: string, identity: RecordedIdentity | null): RecordedIdentity | null {
    return identity === null ? null : (this.#data(name, identity as JsonValue) as RecordedIdentity);
  }

  #data(name: string, value: JsonValue): JsonValue {
    if (typeof value !== 'object' || value === null) return this.#masked(name, value) ?? value;
    if (Array.isArray(value)) return value.map((item) => this.#data(name, item as JsonValue));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        item === undefined ? item : this.#data(`${name}.${key}`, item as JsonValue),
      ]),
    ) as JsonValue;
  }

  #masked(name: string, value: unknown): string | undefined {
    try {
      return this.mask(name, value);
    } catch (error) {
      this.onError(error);
      return '***';
    }
  }
}
