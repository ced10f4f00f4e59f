import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { diagnostic } from '../diagnostics/report.js';
import type { TypeSet } from '../host/type-set.js';
import { describeValue } from '../internal/describe-value.js';

/** The JavaScript type of each built-in field type. */
const expectedTypes: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  Integer: 'number',
  Float: 'number',
  String: 'string',
};

/**
 * Finds a field whose value has another type than its declaration: 0 or 1 in a field declared as Boolean, as SQLite stores it. It
 * reads only own data properties.
 */
export function fieldMismatch(
  argument: 'actor' | 'resource' | 'request',
  value: unknown,
  { declared }: TypeSet,
): Diagnostic | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const { name, fields } of declared) {
    for (const field of fields?.values() ?? []) {
      if (field.type.kind !== 'named') continue;
      const expected = expectedTypes[field.type.name];
      if (expected === undefined) continue;
      const own: unknown = Object.getOwnPropertyDescriptor(value, field.name)?.value;
      // A missing value is undecided, which has a separate error.
      if (own === undefined || own === null || typeof own === expected) continue;
      if (typeof own === 'object' && typeof own.valueOf() === expected) continue;
      const data = {
        argument,
        type: name,
        field: field.name,
        declared: field.type.name,
        found: typeof own === 'string' ? 'a string' : describeValue(own),
      };
      return diagnostic('warning', 'POLAR_DENIED_FIELD_TYPE', data, undefined) as Diagnostic;
    }
  }
  return undefined;
}
