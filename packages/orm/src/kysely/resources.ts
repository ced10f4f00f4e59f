import type { ResourceAdapter } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import type { AliasedExpression, Kysely } from 'kysely';
import { dialectOf } from '../sql/dialect-of.js';
import { Microseconds, microsecondColumns } from '../sql/microseconds.js';
import { pageCondition } from '../sql/page-filter.js';
import { nullsOf, printOrder } from '../sql/print-order.js';
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
  const microseconds = new Microseconds();
  const from = (condition: RowCondition) => {
    const { schema, name } = names.table(condition.type);
    const table = schema === undefined ? name : `${schema}.${name}`;
    return (db as unknown as Kysely<Tables>).selectFrom(table).where(list(condition));
  };
  return {
    nulls: nullsOf(dialect.name),
    microseconds: (row, column) => microseconds.of(row, column),
    async list(page) {
      const { condition, orderBy, take } = page;
      const { name } = names.table(condition.type);
      const order = rawExpression(printOrder(orderBy, names, dialect), name, dialect);
      const columns = microsecondColumns(page, names, dialect);
      const selected = columns.map(
        ({ expression, alias }) =>
          rawExpression([expression, ` AS ${alias}`], name, dialect) as unknown as AliasedExpression<
            unknown,
            string
          >,
      );
      const query = from(pageCondition(page)).selectAll(name).select(selected).orderBy(order);
      const raw = await (take === undefined ? query : query.limit(take)).execute();
      const rows = readRows(raw, condition.row.type, names, options);
      microseconds.take(rows, raw, columns);
      return rows;
    },
    async count(condition) {
      const [row] = await from(condition)
        .select(({ fn }) => fn.countAll().as('total'))
        .execute();
      return Number(row!.total);
    },
  };
}
