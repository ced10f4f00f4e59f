import type { DialectName, DialectOptions } from './dialect.js';

/** A table: its name, or its name with the names of the columns that differ from the fields. */
export type TableInput =
  | string
  | {
      readonly table: string;
      /** The schema of the table, or its database, if queries must name it. */
      readonly schema?: string;
      readonly columns?: Readonly<Record<string, ColumnInput>>;
    };

/** A column: its name, or its name with its SQL type, where the database must know it. */
export type ColumnInput =
  | string
  | {
      readonly column: string;
      /**
       * `'uuid'`, or `'other'` for another column that is text in JavaScript and not in the database, such as an enum. `'milliseconds'` for
       * a column of dates without microseconds, such as `timestamp(3)`.
       */
      readonly type?: 'uuid' | 'other' | 'milliseconds';
    };

export interface SqlOptions extends DialectOptions {
  readonly dialect: DialectName;
  /** The table of each type. A type that is left out has a table of its own name. A join table may be listed by its name. */
  readonly tables?: Readonly<Record<string, TableInput>>;
  /** Returns the column of a field that `tables` does not name. By default columns have the names of the fields. */
  readonly columnName?: (field: string, type: string) => string;
  /**
   * Returns a stored date as a `Date`, for lists: the opposite of `date`. Default: numbers are milliseconds, and texts are in UTC.
   */
  readonly readDate?: (stored: unknown) => Date;
}
