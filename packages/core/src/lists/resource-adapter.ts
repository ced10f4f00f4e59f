import type { Column } from '../filter/condition.js';
import type { RowCondition } from '../filter/row-condition.js';
import type { RowFilter } from '../filter/row-filter.js';

/**
 * Lists the rows of a database: the option `resources` of `Authorizer.load`. The functions of `@nanook/orm` create it, such as
 * `drizzleResources(db, tables)`.
 */
export interface ResourceAdapter {
  /** Returns the rows of a query, in its order. It runs one query. */
  list(query: ResourceQuery): Promise<readonly object[]>;
  /** Returns the number of rows that the `filter` of a condition accepts. It runs one query. */
  count(condition: RowCondition): Promise<number>;
}

/** A query of `authorizedResources` for an adapter. The rows of a page satisfy `condition` and `after`. */
export interface ResourceQuery {
  /** The authorized rows. */
  readonly condition: RowCondition;
  /** The rows of the page and of the pages after it, in the order of `orderBy`; `undefined` for the first page. */
  readonly after: RowFilter | undefined;
  /** The order of the rows, the most significant key first. No two rows are equal in all keys. */
  readonly orderBy: readonly SortKey[];
  /** The maximum number of rows. */
  readonly take: number | undefined;
}

/**
 * A column that rows are sorted by. Text is in the order of code points, `false` is before `true`, dates have whole milliseconds, and
 * `NaN` is after all numbers. `NULL` has the place of `nulls` in both directions.
 */
export interface SortKey {
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last';
}
