import type { Scalar } from '../filter/condition.js';

/** The rows of a list: which of the authorized rows, and in which order. */
export interface ListOptions<Row extends object = AnyRow> extends CountOptions<Row> {
  /** The maximum number of rows of a page. Default: all rows. */
  readonly take?: number | undefined;
  /** The cursor `next` of the page before. Default: the first page. */
  readonly after?: string | null | undefined;
  /**
   * The number of rows to leave out, for pages with a number; it needs `take`. A database reads these rows, and rows that are added or
   * deleted in the meantime move the pages, so prefer `after` where pages have no number.
   */
  readonly skip?: number | undefined;
  /** The related rows to read with the rows, by the paths of their relations. Default: none. */
  readonly include?: Include<Row> | undefined;
  /**
   * The fields to sort by, the most significant one first: `{ createdAt: 'desc', title: 'asc' }`. The key of the type is always the last,
   * so that the order is the same on each page. Default: the key.
   */
  readonly orderBy?: OrderBy<Row> | undefined;
}

/** The rows of a list that have all of their fields, and no related rows. */
export interface WholeListOptions<Row extends object = AnyRow> extends ListOptions<Row> {
  readonly fields?: undefined;
  readonly include?: undefined;
}

/** The rows of a list that have a part of their fields, and no related rows. */
export interface MaskedListOptions<Row extends object = AnyRow> extends ListOptions<Row> {
  readonly include?: undefined;
}

/** The rows of a list that have all of their fields, with related rows. */
export interface RelatedListOptions<Row extends object = AnyRow> extends ListOptions<Row> {
  readonly fields?: undefined;
}

/**
 * The paths of relations whose rows a list includes: `['folder', 'comments.author']`. Each relation is one more query. The included rows
 * are those on which the actor may perform the action `readAction`; of other rows, nothing is shown.
 */
export type Include<Row extends object = AnyRow> = readonly (string extends keyof Row
  ? string
  : RelationName<Row> | `${RelationName<Row>}.${string}`)[];

/** The properties of a row that can hold related rows. */
export type RelationName<Row extends object> = {
  [Name in keyof Row & string]-?: NonNullable<Row[Name]> extends readonly (infer Item)[]
    ? Related<Item, Name>
    : Related<NonNullable<Row[Name]>, Name>;
}[keyof Row & string];

type Related<Value, Name> = Value extends Scalar | ((...args: never[]) => unknown)
  ? never
  : Value extends object
    ? Name
    : never;

/** A row of a list with related rows. A relation to one row is `null` where the actor may not see the row. */
export type RowWithRelated<Row extends object> = string extends keyof Row
  ? Row
  : {
      [Name in keyof Row]: Name extends RelationName<Row>
        ? NonNullable<Row[Name]> extends readonly (infer Item extends object)[]
          ? RowWithRelated<Item>[]
          : RowWithRelated<NonNullable<Row[Name]> & object> | null
        : Row[Name];
    };

export interface CountOptions<Row extends object = AnyRow> {
  /** Conditions that narrow the authorized rows. `undefined`, or a value of another type than the field has, is an error. */
  readonly where?: RowSearch<Row> | undefined;
  /**
   * An action on fields, such as `'read'`: each row has only the fields on which the actor may perform it, as the rules `allow_field` say.
   * The other fields are absent from the row. They can neither narrow nor sort the rows. Default: the rows are whole.
   */
  readonly fields?: string | undefined;
  readonly signal?: AbortSignal;
}

/** The key of a row: its value, or the values of all key fields by their names. */
export type RowKey = Scalar | Readonly<Record<string, Scalar>>;

/** A row whose fields the compiler does not know. */
export type AnyRow = Readonly<Record<string, unknown>>;

/** A value of a field. */
export type FieldValue = Scalar | null;

/**
 * Conditions on the fields of a row, all of which must hold. `and`, `or` and `not` combine conditions. They mean the same as in a policy:
 * comparisons with `NULL` do not hold, and neither does `not` of one; text is compared exactly, by code point.
 *
 * @example
 * { status: ['open', 'draft'], dueAt: { gte: start, lt: end }, or: [{ title: { contains: 'plan' } }, { ownerId: 3 }] }
 */
export type RowSearch<Row extends object = AnyRow> = string extends keyof Row
  ? AnySearch
  : Combined<Row> & { readonly [Field in keyof Row & string]?: FieldSearch<ValueOf<Row[Field]>> | undefined };

/** Conditions on the fields of a row that the compiler does not know. */
export interface AnySearch {
  readonly [field: string]: FieldSearch | AnySearch | readonly AnySearch[] | undefined;
}

interface Combined<Row extends object> {
  /** All of these conditions hold. */
  readonly and?: readonly RowSearch<Row>[] | undefined;
  /** One of these conditions holds. */
  readonly or?: readonly RowSearch<Row>[] | undefined;
  /** These conditions do not hold. */
  readonly not?: RowSearch<Row> | undefined;
}

type ValueOf<Field> =
  Exclude<Field, undefined> extends FieldValue ? Exclude<Field, undefined> | null : FieldValue;

/** A value, `null`, a list of values, or operators, all of which must hold. */
export type FieldSearch<Value extends FieldValue = FieldValue> =
  | Value
  | readonly Value[]
  | FieldOperators<Value>;

export interface FieldOperators<Value extends FieldValue = FieldValue> {
  /** One of these values. */
  readonly in?: readonly Value[];
  /** Another value, or none of these. */
  readonly not?: FieldSearch<Value>;
  readonly gt?: NonNullable<Value>;
  readonly gte?: NonNullable<Value>;
  readonly lt?: NonNullable<Value>;
  readonly lte?: NonNullable<Value>;
  /** A text that the text of the field contains. Case counts. */
  readonly contains?: string;
}

/** The direction of each sorted field, by its name. */
export type OrderBy<Row extends object = AnyRow> = string extends keyof Row
  ? Readonly<Record<string, SortDirection | SortOrder>>
  : { readonly [Field in keyof Row & string]?: SortDirection | SortOrder };
export type SortDirection = 'asc' | 'desc';
export interface SortOrder {
  /** Default: `'asc'`. */
  readonly direction?: SortDirection;
  /** The place of `NULL`. Default: that of the database, which its indexes serve. */
  readonly nulls?: 'first' | 'last';
}

/** A page of a list. */
export interface ResourcePage<Row extends object = AnyRow> {
  /** The rows. Their type is known to the authorizer, so that `can(actor, action, row)` works on them. */
  readonly rows: Row[];
  /** The cursor of the next page, for the option `after`; `undefined` on the last page. */
  readonly next: string | undefined;
}
