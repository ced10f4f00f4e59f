import type { ResourceAdapter, ResourceQuery } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { count, getTableColumns, getTableName, sql, type SQL, type Table } from 'drizzle-orm';
import type { Dialect } from '../sql/dialect.js';
import { fieldColumns, maskedRows } from '../sql/field-columns.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { Microseconds, microsecondColumns } from '../sql/microseconds.js';
import { nullsOf, printOrder } from '../sql/print-order.js';
import type { DrizzleTables } from './columns.js';
import { DrizzleNames } from './drizzle-names.js';
import { dialectFor, drizzle, sqlOf, type DrizzleOptions } from './drizzle.js';
import { joinedKeys } from '../sql/joined-keys.js';
import { probed, probedPage } from '../sql/probe-sets.js';

/** A database of Drizzle, of any dialect and driver. */
export interface DrizzleDatabase {
  // Each dialect has other types for its queries.
  // oxlint-disable-next-line typescript/no-explicit-any
  select(fields?: any): any;
}

interface Selection {
  from(table: Table | SQL): Query;
}
interface Query extends PromiseLike<readonly object[]> {
  where(condition: SQL): Query;
  orderBy(order: SQL): Query;
  limit(count: number): Query;
  offset(count: number): Query;
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
  const runSetOf =
    (table: Parameters<typeof sqlOf>[1]) =>
    (fragment: Fragment, columns = 1) => {
      const set = sqlOf(['(', fragment, ') AS nanook_set'], table, dialect);
      const keys = Array.from({ length: columns }, (_, i) => [`k${i}`, sql.raw(`k${i}`)]);
      return (db.select(Object.fromEntries(keys) as object) as Selection).from(set);
    };
  const pageOf = async (page: ResourceQuery, fields: object): Promise<readonly object[]> => {
    const { condition, orderBy, take, skip = 0 } = page;
    const table = names.tableOf(condition.type);
    const order = sqlOf(printOrder(orderBy, names, dialect), table, dialect);
    const columns = microsecondColumns(page, names, dialect);
    const selection: Record<string, unknown> = { ...fields };
    for (const { expression, alias } of columns)
      selection[alias] = sqlOf(expression, table, dialect).as(alias);
    const allowed = await probedPage(page, names, dialect, runSetOf(table));
    const query = select(allowed, selection).orderBy(order);
    const rows = await (take === undefined ? query : query.limit(take).offset(skip));
    microseconds.take(rows, rows, columns);
    return rows;
  };
  return {
    nulls: nullsOf(dialect.name),
    microseconds: (row, column) => microseconds.of(row, column),
    async list(page) {
      return pageOf(page, getTableColumns(names.tableOf(page.condition.type)));
    },
    async listFields(page) {
      const { type } = page.condition.row;
      const table = names.tableOf(type.name);
      const root = getTableName(table);
      const columns = fieldColumns(page, names, dialect, root);
      const selection = columns.map(({ expression, name, field }) => {
        const selected = sqlOf(withTable(expression, root, dialect), table, dialect);
        // Each value is read as the column declares.
        return field === undefined
          ? [name, selected.as(name)]
          : [field, selected.mapWith(names.columnOf(type, field)).as(name)];
      });
      return maskedRows(await pageOf(page, Object.fromEntries(selection) as object), page);
    },
    joinedKeys: (query) => joinedKeys(query, names, dialect, runSetOf(names.tableOf(query.condition.type))),
    async count(condition) {
      const runSet = runSetOf(names.tableOf(condition.type));
      const allowed = await probed(condition, false, names, dialect, runSet);
      const [row] = (await select(allowed, { total: count() })) as readonly { readonly total: number }[];
      return row!.total;
    },
  };
}

/**
 * Names the table before each of its columns. Drizzle leaves it out in the selected fields of a query with one table, where a column of a
 * sub-query would then take the name.
 */
const withTable = (fragment: Fragment, root: string, dialect: Dialect): Fragment =>
  Array.from(partsOf(fragment), (part) =>
    typeof part !== 'string' && part.kind === 'root-column'
      ? `${dialect.quote(root)}.${dialect.quote(part.name)}`
      : part,
  );
