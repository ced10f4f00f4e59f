import type { DeclaredType } from '@nanook/core/filter';
import { nearNames } from '@nanook/core/internal';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { TableInput } from './sql-options.js';

type Tables = Readonly<Record<string, TableInput>>;

/**
 * Checks that `tables` does not name a type by a misspelled key. It would be ignored, and the query would read a table with the name of
 * the type.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_INVALID_OPTION`
 */
export function checkTableKey(type: string, tables: Tables): void {
  if (Object.hasOwn(tables, type)) return;
  const key = Object.keys(tables).find((candidate) => isMisspelled(candidate, type));
  if (key !== undefined)
    throw new NanookOrmError('NANOOK_ORM_INVALID_OPTION', {
      option: `tables.${key}`,
      reason: `is near the type \`${type}\`, which has no table there; correct the name, or add \`${type}\` if both are types`,
    });
}

/**
 * Checks that the columns of a table are those of declared fields. Another key would be ignored.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_INVALID_OPTION`
 */
export function checkColumnKeys({ name, fields }: DeclaredType, tables: Tables): void {
  const input = Object.hasOwn(tables, name) ? tables[name]! : name;
  if (fields === undefined || typeof input === 'string') return;
  for (const field of Object.keys(input.columns ?? {}))
    if (!fields.has(field)) {
      const near = nearNames(field, fields.keys()).map((each) => `\`${each}\``);
      const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'declare the field, or remove it';
      throw new NanookOrmError('NANOOK_ORM_INVALID_OPTION', {
        option: `tables.${name}.columns.${field}`,
        reason: `is not a declared field of \`${name}\`; ${hint}`,
      });
    }
}

/** Whether two names differ in case, in one character, or in the order of two neighbors. Short names are too similar to tell. */
function isMisspelled(first: string, second: string): boolean {
  const [a, b] = [first.toLowerCase(), second.toLowerCase()];
  const shorter = Math.min(a.length, b.length);
  if (shorter < 4) return false;
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const isOneEdit = left.length <= 1 && right.length <= 1;
  return isOneEdit || (left.length === 2 && right === `${left[1]}${left[0]}`);
}
