import type { ResourceQuery } from '@nanook/core';
import type { FilterSet, RowCondition, RowFilter } from '@nanook/core/filter';
import type { Dialect } from './dialect.js';
import type { Fragment } from './fragment.js';
import { minWide } from './min-wide.js';
import { pageCondition } from './page-filter.js';
import { FilterPrinter } from './print-filter.js';
import type { TableNames } from './table-names.js';

/** Runs a query of the names and the dialect of an adapter. */
type Run = (query: Fragment) => PromiseLike<readonly object[]> | readonly object[];

/**
 * Returns the condition of the rows of a page and of the pages after it. Before a page of PostgreSQL, one bounded query for each recursive
 * set finds out whether the set is wide for its actor. A row is tested from itself upwards for a wide set; the rows of another set are found
 * from its first rows downwards. Both are exact, so this only decides which one is fast.
 */
export async function pageWithWideSets(
  page: ResourceQuery,
  names: TableNames,
  dialect: Dialect,
  run: Run,
): Promise<RowCondition> {
  const condition = pageCondition(page);
  const { filter, row } = condition;
  if (page.take === undefined || setsIn(filter).length === 0) return condition;
  const printer = new FilterPrinter(filter, row, names, dialect, '');
  const wide = new Set<FilterSet>();
  for (const set of setsIn(printer.filter)) {
    const query = printer.firstRows(set, minWide);
    // A driver may have one connection for all queries.
    // oxlint-disable-next-line no-await-in-loop
    if (query !== undefined && (await run(query)).length === minWide) wide.add(set);
  }
  return wide.size === 0 ? condition : { ...condition, filter: marked(printer.filter, wide) };
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

function marked(filter: RowFilter, wide: ReadonlySet<FilterSet>): RowFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, parts: filter.parts.map((part) => marked(part, wide)) };
    case 'exists':
    case 'none':
      return { ...filter, where: marked(filter.where, wide) };
    case 'in-set':
    case 'not-in-set':
      return wide.has(filter.set) ? { ...filter, set: { ...filter.set, isWide: true } } : filter;
    default:
      return filter;
  }
}
