import type { RowCondition } from '@nanook/core/filter';
import { requireCondition } from '../errors/require-condition.js';
import { dialectOf } from './dialect-of.js';
import { printFilter } from './print-filter.js';
import { printed } from './printed.js';
import type { SqlOptions } from './sql-options.js';
import { tableNames } from './table-names.js';

export { isNanookOrmError, NanookOrmError } from '../errors/nanook-orm-error.js';
export type { NanookOrmErrorCode, NanookOrmErrorData } from '../errors/nanook-orm-error.js';
export type { DialectName, DialectOptions } from './dialect.js';
export { sqlResources, type RunQuery } from './resources.js';
export type { ColumnInput, SqlOptions, TableInput } from './sql-options.js';

export interface SqlCondition {
  /** A condition in brackets, with the placeholders of the dialect: `$1` for PostgreSQL, `?` for the others. */
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface SqlPlace {
  /** The name of the filtered table in the query. By default the table itself. */
  readonly alias?: string;
  /** The number of the first placeholder, for a query with values of its own before this condition. PostgreSQL only. */
  readonly firstParameter?: number;
}

/**
 * Makes a function that prints conditions of `authorizer.where` as SQL with bound values.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_INVALID_OPTION`; when it prints a value that is not a condition, `NANOOK_ORM_NO_CONDITION`
 * @example
 * const print = sql({ dialect: 'postgres', tables: { Document: 'documents' } });
 * const { text, values } = print(await authorizer.where(user, 'read', 'Document'));
 * await pool.query(`SELECT * FROM documents WHERE ${text} ORDER BY id LIMIT 20`, [...values]);
 */
export function sql(options: SqlOptions): (condition: RowCondition, place?: SqlPlace) => SqlCondition {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  return (condition, { alias, firstParameter = 1 } = {}) => {
    const { filter, row, type } = requireCondition(condition);
    const root = alias ?? names.table(type).name;
    const fragment = printFilter(filter, row, names, dialect, root);
    return printed(['(', fragment, ')'], dialect.quote(root), dialect, firstParameter);
  };
}
