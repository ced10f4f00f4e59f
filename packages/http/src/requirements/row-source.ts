import type { RowKey, TypeReference } from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';

/** A row that a requirement loads from the database of the authorizer, instead of with a loader. */
export interface RowSource {
  readonly type: TypeReference;
  /** Returns the key of the row from the context of a request. `null`, `undefined` and `NaN` mean *not found*. */
  readonly keyOf: (...context: never[]) => RowKey | null | undefined;
}

const rowSources = new WeakMap<object, RowSource>();

/**
 * Creates the source of a requirement that loads a row and decides about it with one query.
 *
 * @internal for adapters
 */
export function rowSource<Context extends readonly unknown[], Row>(
  type: TypeReference,
  keyOf: (...context: Context) => RowKey | null | undefined,
): (...context: Context) => Promise<Row> {
  const source = (): Promise<Row> => refuseCall(type);
  rowSources.set(source, { type, keyOf: keyOf as unknown as RowSource['keyOf'] });
  return source;
}

/**
 * Returns the row that a source names; `undefined` for another source.
 *
 * @internal for adapters
 */
export const rowSourceOf = (source: unknown): RowSource | undefined => rowSources.get(source as object);

/**
 * Returns the name of a type.
 *
 * @internal for adapters
 */
export const nameOfType = (type: TypeReference): string => (typeof type === 'string' ? type : type.name);

function refuseCall(type: TypeReference): never {
  throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
    option: `rowOf('${nameOfType(type)}', …)`,
    reason: 'is not a function to call; pass it to `authorize(action, rowOf(…))`',
  });
}
