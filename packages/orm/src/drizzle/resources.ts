import type { ResourceAdapter } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { count, getTableColumns, type SQL, type Table } from 'drizzle-orm';
import { Microseconds, microsecondColumns } from '../sql/microseconds.js';
import { pageCondition } from '../sql/page-filter.js';
import { nullsOf, printOrder } from '../sql/print-order.js';
import type { DrizzleTables } from './columns.js';
import { DrizzleNames } from './drizzle-names.js';
import { dialectFor, drizzle, sqlOf, type DrizzleOptions } from './drizzle.js';

/** A database of Drizzle, of any dialect and driver. */
export interface DrizzleDatabase {
  // Each dialect has other types for its queries.
  // oxlint-disable-next-line typescript/no-explicit-any
  select(fields?: any): any;
}

interface Selection {
  from(table: Table): Query;
}
interface Query extends PromiseLike<readonly object[]> {
  where(condition: SQL): Query;
  orderBy(order: SQL): Query;
  limit(count: number): Query;
}

/**
 * Creates the option `resources` of an authorizer. The rows have the properties that the table object declares.
 *
 * @param tables the table of each type
 * @throws {NanookOrmError} when the declared types do not agree with the columns
 * @example
 * const resources = drizzleResources(db, { Document: documents, User: users });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function drizzleResources(
  db: DrizzleDatabase,
  tables: DrizzleTables,
  options: DrizzleOptions = {},
): ResourceAdapter {
  const names = new DrizzleNames(tables, options.casing);
  const dialect = dialectFor(names);
  const list = drizzle(tables, options);
  const microseconds = new Microseconds();
  const select = (condition: RowCondition, fields?: object): Query => {
    const selection = (fields === undefined ? db.select() : db.select(fields)) as Selection;
    return selection.from(names.tableOf(condition.type)).where(list(condition));
  };
  return {
    nulls: nullsOf(dialect.name),
    microseconds: (row, column) => microseconds.of(row, column),
    async list(page) {
      const { condition, orderBy, take } = page;
      const table = names.tableOf(condition.type);
      const order = sqlOf(printOrder(orderBy, names, dialect), table, dialect);
      const columns = microsecondColumns(page, names, dialect);
      const fields: Record<string, unknown> = { ...getTableColumns(table) };
      for (const { expression, alias } of columns)
        fields[alias] = sqlOf(expression, table, dialect).as(alias);
      const query = select(pageCondition(page), fields).orderBy(order);
      const rows = await (take === undefined ? query : query.limit(take));
      microseconds.take(rows, rows, columns);
      return rows;
    },
    async count(condition) {
      const [row] = (await select(condition, { total: count() })) as readonly { readonly total: number }[];
      return row!.total;
    },
  };
}
