import type { RowCondition } from '@nanook/core/filter';
import type { Expression, SqlBool } from 'kysely';
import { requireCondition } from '../errors/require-condition.js';
import { dialectOf } from '../sql/dialect-of.js';
import { printFilter } from '../sql/print-filter.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { tableNames } from '../sql/table-names.js';
import { rawExpression } from './raw-expression.js';

export interface KyselyPlace {
  /** The name of the filtered table in the query: `d` for `selectFrom('documents as d')`. By default the table itself. */
  readonly alias?: string;
}

/**
 * Makes a function that turns conditions of `authorizer.where` into expressions of Kysely. The names in `tables` are those of the
 * database, also with `CamelCasePlugin`.
 *
 * @example
 * const list = kysely({ dialect: 'postgres', tables: { Document: 'documents' } });
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await db.selectFrom('documents').selectAll().where(list(condition)).orderBy('id').limit(20).execute();
 */
export function kysely(
  options: SqlOptions,
): (condition: RowCondition, place?: KyselyPlace) => Expression<SqlBool> {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  return (condition, place = {}) => {
    const { filter, row, type } = requireCondition(condition);
    const { alias = names.table(type).name } = place;
    return rawExpression(['(', printFilter(filter, row, names, dialect, alias), ')'], alias, dialect);
  };
}
