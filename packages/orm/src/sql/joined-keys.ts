import type { JoinedKeys, JoinedKeysQuery } from '@nanook/core';
import type { Scope } from '@nanook/core/filter';
import type { Dialect } from './dialect.js';
import type { Fragment } from './fragment.js';
import { FilterPrinter } from './print-filter.js';
import { readValue } from './read-rows.js';
import type { TableNames } from './table-names.js';

/** Runs a query whose columns are `k0`, `k1` and so on. */
type Run = (query: Fragment, columns: number) => PromiseLike<readonly object[]> | readonly object[];

/** Returns the keys in the join table of a relation. */
export async function joinedKeys(
  { step, condition: { filter } }: JoinedKeysQuery,
  names: TableNames,
  dialect: Dialect,
  run: Run,
): Promise<readonly JoinedKeys[]> {
  const { from, relation, to } = step;
  // No row of the query is the root, so that each table has an alias.
  const root: Scope = { ...from, id: -1 };
  const query = new FilterPrinter(filter, root, names, dialect, '').joinedKeys(step);
  const { local, foreign } = relation;
  const rows = await run(query, local.length + foreign.length);
  const valuesOf = (row: object, scope: Scope, fields: readonly string[], first: number): unknown[] =>
    fields.map((field, i) =>
      readValue((row as Record<string, unknown>)[`k${first + i}`], scope.type.fields!.get(field)!),
    );
  return rows.map((row) => ({
    local: valuesOf(row, from, local, 0),
    foreign: valuesOf(row, to, foreign, local.length),
  }));
}
