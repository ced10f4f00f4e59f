import type { Column, RelationStep } from '../filter/condition.js';
import type { RowCondition } from '../filter/row-condition.js';
import type { Relation } from '../types/relation.js';
import type { RowFilter } from '../filter/row-filter.js';

/**
 * Lists the rows of a database: the option `resources` of `Authorizer.load`. The functions of `@nanook/orm` create it, such as
 * `drizzleResources(db, tables)`.
 */
export interface ResourceAdapter {
  /** Returns the rows of a query, in its order. */
  list(query: ResourceQuery): Promise<readonly object[]>;
  /** Returns the number of rows that the `filter` of a condition accepts. It runs one query, and can run bounded ones before it. */
  count(condition: RowCondition): Promise<number>;
  /** The place of `NULL` in the order of the database: before all values or after them. Default: `'low'`. */
  readonly nulls?: 'low' | 'high';
  /**
   * Returns the microseconds, from 0 to 999, that a date of a listed row has in the database beyond its milliseconds, which is what a `Date`
   * holds; `undefined` for a column without them.
   *
   * @param query the query that listed the row
   */
  microseconds?(
    row: object,
    column: Column,
    query: ResourceQuery,
  ): number | undefined | Promise<number | undefined>;
  /**
   * Returns the value that a listed row has in a column of a relation, if it is not a property of the row: an entity can have a foreign key
   * only as a reference. A document can have a list of keys. `undefined` means that the row has the property.
   */
  linkValue?(row: object, column: Column, relation: Relation): unknown;
  /**
   * Returns the rows of a query with a part of their fields, in its order. It runs one query. Without this method, the authorizer runs
   * `list` once more for each of the `masks`, and a row stays in memory until its hidden fields are left out.
   */
  listFields?(query: FieldQuery): Promise<readonly MaskedRow[]>;
  /**
   * Returns the keys that rows of two types have in the join table of a relation: a pair for each related row. It runs one query. Without this
   * method, a list cannot include such relations.
   */
  joinedKeys?(query: JoinedKeysQuery): Promise<readonly JoinedKeys[]>;
}

/** A query for the keys in the join table of a relation. */
export interface JoinedKeysQuery {
  /** The relation, and the rows on both sides of it. */
  readonly step: RelationStep;
  /** The rows `step.from`. */
  readonly condition: RowCondition;
}

/** The keys of two related rows: the values of the fields `local` of one, and of the fields `foreign` of the other. */
export interface JoinedKeys {
  readonly local: readonly unknown[];
  readonly foreign: readonly unknown[];
}

/** A query of `list` for an adapter. The rows of a page satisfy `condition` and `after`. */
export interface ResourceQuery {
  /** The authorized rows. */
  readonly condition: RowCondition;
  /** The rows of the page and of the pages after it, in the order of `orderBy`; `undefined` for the first page. */
  readonly after: RowFilter | undefined;
  /** The order of the rows, the most significant key first. No two rows are equal in all keys. */
  readonly orderBy: readonly SortKey[];
  /** The maximum number of rows. */
  readonly take: number | undefined;
  /** The number of rows to leave out. It is only set together with `take`. */
  readonly skip: number | undefined;
}

/** A query for a part of the fields of its rows. */
export interface FieldQuery extends ResourceQuery {
  /** The fields to read from each row. */
  readonly fields: readonly string[];
  /** The fields to read from some of the rows. */
  readonly masks: readonly FieldMask[];
}

/** The fields that a row shows if a filter accepts it. */
export interface FieldMask {
  readonly fields: readonly string[];
  readonly filter: RowFilter;
}

/** A row of a {@link FieldQuery}. */
export interface MaskedRow {
  /** The values of `fields`, and of the `masks` that show their fields. Other properties are ignored. */
  readonly row: object;
  /** Whether each of the `masks` shows its fields, in their order. */
  readonly shows: readonly boolean[];
}

/**
 * A column that rows are sorted by, in the order that the database has for it. `false` is before `true`, and `NaN` is after all numbers.
 * `NULL` has the place of `nulls` in both directions.
 */
export interface SortKey {
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last';
}
