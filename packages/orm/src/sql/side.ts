import type { Column, ValueOperand } from '@nanook/core/filter';
import type { Fragment } from './fragment.js';

/** An operator of a comparison, as SQL writes it. */
export type Comparison = '=' | '<>' | '<' | '<=';

/** A side of a comparison: a column with its printed name, or a value. */
export type Side = ColumnSide | ValueOperand;
/**
 * How a column stores its values. `uuid` and `other`, such as an enum, are text in JavaScript, and PostgreSQL compares neither with a text.
 * `milliseconds` is a date without microseconds.
 */
export type ColumnStorage = 'text' | 'uuid' | 'other' | 'milliseconds';
export interface ColumnSide {
  readonly kind: 'column';
  readonly column: Column;
  readonly sql: Fragment;
  readonly storage: ColumnStorage;
  /** The labels of a column that is an enum of the database. */
  readonly labels?: readonly string[] | undefined;
}
