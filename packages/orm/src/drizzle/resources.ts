import type { ResourceAdapter } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { count, type SQL, type Table } from 'drizzle-orm';
import { pageCondition } from '../sql/page-filter.js';
import { printOrder } from '../sql/print-order.js';
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
  const select = (condition: RowCondition, fields?: object): Query => {
    const selection = (fields === undefined ? db.select() : db.select(fields)) as Selection;
    return selection.from(names.tableOf(condition.type)).where(list(condition));
  };
  return {
    async list(page) {
      const { condition, orderBy, take } = page;
      const order = sqlOf(printOrder(orderBy, names, dialect), names.tableOf(condition.type), dialect);
      const query = select(pageCondition(page)).orderBy(order);
      return take === undefined ? query : query.limit(take);
    },
    async count(condition) {
      const [row] = (await select(condition, { total: count() })) as readonly { readonly total: number }[];
      return row!.total;
    },
  };
}
