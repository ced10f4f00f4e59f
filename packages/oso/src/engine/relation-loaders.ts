import { failedMember } from '@nanook/core/compat';
import { InvalidAttributeError, InvalidCallError, UnregisteredClassError } from '../errors.js';
import { Relation } from '../filter.js';
import type { Host } from '../host.js';
import type { Class } from '../types.js';

/** Returns the functions that load related rows with the adapter, by the name of the relation. */
export function relationLoaders(
  fields: ReadonlyMap<string, Class | Relation>,
  host: Host<never, unknown>,
): ReadonlyMap<string, (row: Readonly<Record<string, unknown>>) => Promise<unknown>> {
  const loaders = new Map<string, (row: Readonly<Record<string, unknown>>) => Promise<unknown>>();
  for (const [name, field] of fields)
    if (field instanceof Relation)
      loaders.set(name, (row) => load(row, field, host).catch((error: unknown) => failure(error, name, row)));
  return loaders;
}

/** Returns an error of the adapter that counts as that of an attribute, which a negation may lose. @throws other errors, unchanged */
function failure(error: unknown, name: string, row: object): unknown {
  const isOfAttribute =
    error instanceof TypeError || error instanceof InvalidCallError || error instanceof InvalidAttributeError;
  if (isOfAttribute) return failedMember(error, `the relation \`${name}\``, row);
  throw error;
}

async function load(
  row: Readonly<Record<string, unknown>>,
  { kind, otherType, myField, otherField }: Relation,
  { types, adapter }: Host<never, unknown>,
): Promise<unknown> {
  if (!types.has(otherType)) throw new UnregisteredClassError(otherType);
  const query = adapter.buildQuery({
    model: otherType,
    relations: [],
    conditions: [
      [{ lhs: { typeName: otherType, fieldName: otherField }, cmp: 'Eq', rhs: { value: row[myField] } }],
    ],
    types,
  });
  const rows = await adapter.executeQuery(query);
  if (kind === 'many') return rows;
  if (rows.length !== 1) throw new Error(`Wrong number of parents: ${rows.length}`);
  return rows[0];
}
