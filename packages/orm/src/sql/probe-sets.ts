import type { ResourceQuery } from '@nanook/core';
import type { FilterSet, Related, RowCondition, RowFilter, Scalar, Scope } from '@nanook/core/filter';
import type { Dialect } from './dialect.js';
import type { Fragment } from './fragment.js';
import { pageCondition } from './page-filter.js';
import { FilterPrinter, isField, isOneRow } from './print-filter.js';
import { separateSet } from './separate-set.js';
import { maxKnownKeys } from './set-sizes.js';
import type { TableNames } from './table-names.js';

/** Runs a query of the names and the dialect of an adapter. */
type Run = (query: Fragment) => PromiseLike<readonly object[]> | readonly object[];

/** Returns the condition of the rows of a page and of the pages after it. */
export const probedPage = (
  page: ResourceQuery,
  names: TableNames,
  dialect: Dialect,
  run: Run,
): Promise<RowCondition> => probed(pageCondition(page), page.take !== undefined, names, dialect, run);

/**
 * Returns a condition of the same rows that suits the sets of its actor. One bounded query for each set finds out whether the set is wide. A
 * row of a page is tested by itself for a wide set. The keys of a small set of related rows are values of the query, which an index serves.
 * All forms are exact, so this only decides which one is fast.
 *
 * @param isPage whether a few of the rows are needed
 */
export async function probed(
  condition: RowCondition,
  isPage: boolean,
  names: TableNames,
  dialect: Dialect,
  run: Run,
): Promise<RowCondition> {
  if (!hasSet(condition.filter)) return condition;
  const printer = new FilterPrinter(condition.filter, condition.row, names, dialect, '');
  const wide = new Set<FilterSet | Related>();
  const keysOf = new Map<Related, readonly object[]>();
  // A driver may have one connection for all queries, so that they run one after the other.
  /* oxlint-disable no-await-in-loop */
  if (isPage)
    for (const set of setsIn(printer.filter)) {
      const query = printer.isWideSet(set);
      if (query !== undefined && (await run(query)).length > 0) wide.add(set);
    }
  // SQLite compares keys by the collation of one side. A query of one row reads only the related rows of this row.
  const isProbed = dialect.name !== 'sqlite' && !isOneRow(printer.filter, condition.row);
  for (const related of isProbed ? alternativesIn(printer.filter, condition.row) : []) {
    const keys = await run(printer.firstKeys(related, maxKnownKeys + 1));
    if (keys.length <= maxKnownKeys) keysOf.set(related, keys);
    else if (isPage && (await run(printer.isWide(related))).length > 0) wide.add(related);
  }
  /* oxlint-enable no-await-in-loop */
  const known: Replace = (filter) => {
    if (wide.has(filter)) return { ...filter, step: { ...filter.step, isWide: true } };
    const keys = keysOf.get(filter)?.map((row): unknown => Object.values(row)[0]);
    return keys === undefined ? filter : withKeys(filter, keys);
  };
  return { ...condition, filter: replaced(printer.filter, wide, known) };
}

type Replace = (filter: Related) => RowFilter;

/** Returns whether a filter can have a set that is worth a query. */
function hasSet(filter: RowFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.some(hasSet);
    case 'exists':
    case 'none':
    case 'in-set':
    case 'not-in-set':
      return true;
    default:
      return false;
  }
}

function setsIn(filter: RowFilter): readonly FilterSet[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return [...new Set(filter.parts.flatMap(setsIn))];
    case 'exists':
    case 'none':
      return setsIn(filter.where);
    case 'in-set':
    case 'not-in-set':
      return [filter.set];
    default:
      return [];
  }
}

/**
 * Returns the related rows that are an alternative, and a set that does not depend on the row. A database decides by its statistics how to
 * find a required related row, but for an alternative it reads all rows of the table, unless an equality limits them.
 */
function alternativesIn(filter: RowFilter, row: Scope, isAlternative = false): readonly Related[] {
  switch (filter.kind) {
    case 'and':
      if (filter.parts.some((part) => part.kind === 'compare' && isLimited(part))) return [];
      return filter.parts.flatMap((part) => alternativesIn(part, row, isAlternative));
    case 'or':
      return filter.parts.flatMap((part) => alternativesIn(part, row, true));
    case 'exists': {
      const isSet = isAlternative && separateSet(filter, row, undefined) !== undefined;
      return isSet && isLimited(filter.where) ? [filter] : [];
    }
    default:
      return [];
  }
}

/** Returns whether a filter compares a column with a value, so that a database finds its rows by an index. Many rows have the same boolean. */
function isLimited(filter: RowFilter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.some(isLimited);
    case 'exists':
      return isLimited(filter.where);
    case 'compare':
      return (
        filter.operator === '=' &&
        [filter.left, filter.right].some(({ kind }) => kind === 'value') &&
        [filter.left, filter.right].some((side) => side.kind === 'column' && side.type !== 'boolean')
      );
    default:
      return false;
  }
}

function replaced(filter: RowFilter, wide: ReadonlySet<FilterSet | Related>, known: Replace): RowFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, parts: filter.parts.map((part) => replaced(part, wide, known)) };
    case 'exists':
    case 'none': {
      const own = known(filter);
      return 'where' in own ? { ...own, where: replaced(own.where, wide, known) } : own;
    }
    case 'in-set':
    case 'not-in-set':
      return wide.has(filter.set) ? { ...filter, set: { ...filter.set, isWide: true } } : filter;
    default:
      return filter;
  }
}

/** Adds to related rows that they have one of the keys that a query has found. */
function withKeys(filter: Related, given: readonly unknown[]): RowFilter {
  const { step, where } = filter;
  // A key never equals `NULL`.
  const present = given.filter((key) => key !== null && key !== undefined);
  if (present.length === 0) return { kind: 'never' };
  const isWhole = isField(step, 'Integer');
  if (!isWhole && !isField(step, 'String')) return filter;
  const read: (key: unknown) => Scalar | undefined = isWhole ? wholeOf : textOf;
  const values = present.map(read);
  if (!values.every((value) => value !== undefined)) return filter;
  const [field] = step.relation.foreign as readonly [string];
  const type = isWhole ? 'integer' : 'string';
  const column = { kind: 'column', scope: step.to, field, type, nullable: true } as const;
  const among: RowFilter = { kind: 'in', column, values: [...new Set<Scalar>(values)] };
  return { ...filter, where: { kind: 'and', parts: [where, among] } };
}

const textOf = (key: unknown): string | undefined => (typeof key === 'string' ? key : undefined);

/** Returns a whole number as a driver returns it; `undefined` for one that the driver may have rounded. */
function wholeOf(key: unknown): number | bigint | undefined {
  const isDigits = typeof key === 'bigint' || (typeof key === 'string' && /^-?\d+$/.test(key));
  const number = isDigits ? Number(key) : key;
  if (Number.isSafeInteger(number)) return number as number;
  return isDigits ? BigInt(key) : undefined;
}
