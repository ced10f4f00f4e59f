import { typed, type Authorizer, type Class, type TypeName, type TypeToken } from '@nanook/core';
import type { RequestAuthorization } from '@nanook/http';

/** A type without a class: its name, or the result of `authorizer.type(name)`. */
export type RowType = TypeToken | TypeName;

/** Tags a row of a type without a class, because the row does not show its type. */
export function tagged(row: unknown, type: Class | TypeToken): unknown {
  const isRow = typeof row === 'object' && row !== null;
  return isRow && typeof type !== 'function' ? typed(type.name, row) : row;
}

/** The type that all plain objects have. */
const plainType = 'Dictionary';

/** Returns whether a row shows its type. A policy that was compiled ahead of time tells only objects of classes from others. */
function hasType({ policy }: Pick<Authorizer, 'policy'>, row: object): boolean {
  return typeof policy.typesOf === 'function'
    ? policy.typesOf(row).some((name) => name !== plainType)
    : ![Object.prototype, null].includes(Object.getPrototypeOf(row) as object | null);
}

/**
 * Tags a row that shows no type of the policy.
 *
 * @param typeOf returns the type of such a row, if it is known
 */
export function withType(
  { authorizer }: RequestAuthorization,
  typeOf: () => RowType | Class | undefined,
  row: unknown,
): unknown {
  const isRow = typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!isRow || hasType(authorizer, row)) return row;
  const type = typeOf();
  if (type === undefined) return row;
  return tagged(row, typeof type === 'string' ? authorizer.type(type) : type);
}
