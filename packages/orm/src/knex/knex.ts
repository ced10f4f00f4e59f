import type { RowCondition } from '@nanook/core/filter';
import type { Knex } from 'knex';
import { requireCondition } from '../errors/require-condition.js';
import { dialectOf } from '../sql/dialect-of.js';
import { printFilter } from '../sql/print-filter.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { tableNames } from '../sql/table-names.js';
import { rawOf } from './raw.js';

export interface KnexPlace {
  /** The name of the filtered table in the query: `d` for `from('documents as d')`. By default the table itself. */
  readonly alias?: string;
}

/**
 * Makes a function that turns conditions of `authorizer.where` into conditions of Knex, for `where`, `andWhere` and `orWhere`. The names
 * in `tables` are those of the database.
 *
 * @example
 * const list = knex({ dialect: 'postgres', tables: { Document: 'documents' } });
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await db('documents').where(list(condition)).orderBy('id').limit(20);
 */
export function knex(
  options: SqlOptions,
): (condition: RowCondition, place?: KnexPlace) => Knex.QueryCallback {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  return (condition, place = {}) => {
    const { filter, row, type } = requireCondition(condition);
    const { alias = names.table(type).name } = place;
    const { text, bindings } = rawOf(printFilter(filter, row, names, dialect, alias), alias, dialect);
    // `whereRaw` adds no brackets: without them an `or` beside the condition would widen it.
    return (builder) => void builder.whereRaw(`(${text})`, bindings);
  };
}
