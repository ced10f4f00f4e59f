import type { ResourceAdapter } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import type { Kysely } from 'kysely';
import { dialectOf } from '../sql/dialect-of.js';
import { pageCondition } from '../sql/page-filter.js';
import { printOrder } from '../sql/print-order.js';
import { readRows } from '../sql/read-rows.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { tableNames } from '../sql/table-names.js';
import { kysely } from './kysely.js';
import { rawExpression } from './raw-expression.js';

type Tables = Record<string, Record<string, unknown>>;

/**
 * Creates the option `resources` of an authorizer. The rows have all columns of the table: declared fields with their names and types,
 * and other columns as Kysely returns them.
 *
 * @example
 * const resources = kyselyResources(db, { dialect: 'postgres', tables: { Document: 'documents' } });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function kyselyResources<Schema>(db: Kysely<Schema>, options: SqlOptions): ResourceAdapter {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  const list = kysely(options);
  const from = (condition: RowCondition) => {
    const { schema, name } = names.table(condition.type);
    const table = schema === undefined ? name : `${schema}.${name}`;
    return (db as unknown as Kysely<Tables>).selectFrom(table).where(list(condition));
  };
  return {
    async list(page) {
      const { condition, orderBy, take } = page;
      const { name } = names.table(condition.type);
      const order = rawExpression(printOrder(orderBy, names, dialect), name, dialect);
      const query = from(pageCondition(page)).selectAll().orderBy(order);
      const rows = await (take === undefined ? query : query.limit(take)).execute();
      return readRows(rows, condition.row.type, names, options);
    },
    async count(condition) {
      const [row] = await from(condition)
        .select(({ fn }) => fn.countAll().as('total'))
        .execute();
      return Number(row!.total);
    },
  };
}
