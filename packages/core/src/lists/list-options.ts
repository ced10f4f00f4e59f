import type { Scalar } from '../filter/condition.js';

/** The rows of a list: which of the authorized rows, and in which order. */
export interface ListOptions extends CountOptions {
  /** The maximum number of rows of a page. Default: all rows. */
  readonly take?: number | undefined;
  /** The cursor `next` of the page before. Default: the first page. */
  readonly after?: string | null | undefined;
  /**
   * The fields to sort by, the most significant one first: `{ createdAt: 'desc', title: 'asc' }`. The key of the type is always the last,
   * so that the order is the same on each page. Default: the key.
   */
  readonly orderBy?: OrderBy | undefined;
}

/** The rows of a list that have all of their fields. */
export interface WholeListOptions extends ListOptions {
  readonly fields?: undefined;
}

export interface CountOptions {
  /**
   * Values that the rows must have, by field: one value, `null`, or a list of values. They narrow the authorized rows. `undefined`, or a
   * value of another type than the field has, is an error.
   */
  readonly where?: Readonly<Record<string, FieldValue | readonly FieldValue[]>> | undefined;
  /**
   * An action on fields, such as `'read'`: each row has only the fields on which the actor may perform it, as the rules `allow_field` say.
   * The other fields are absent from the row. They can neither narrow nor sort the rows. Default: the rows are whole.
   */
  readonly fields?: string | undefined;
  readonly signal?: AbortSignal;
}

/** A value of a field. */
export type FieldValue = Scalar | null;

/** The direction of each sorted field, by its name. */
export type OrderBy = Readonly<Record<string, SortDirection | SortOrder>>;
export type SortDirection = 'asc' | 'desc';
export interface SortOrder {
  /** Default: `'asc'`. */
  readonly direction?: SortDirection;
  /** The place of `NULL`. Default: that of the database, which its indexes serve. */
  readonly nulls?: 'first' | 'last';
}

/** A page of a list. */
export interface ResourcePage<Row extends object = Readonly<Record<string, unknown>>> {
  /** The rows. Their type is known to the authorizer, so that `isAllowed(actor, action, row)` works on them. */
  readonly rows: Row[];
  /** The cursor of the next page, for the option `after`; `undefined` on the last page. */
  readonly next: string | undefined;
}
