import type { ResourceAdapter, ResourceQuery } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { dialectOf } from './dialect-of.js';
import { fieldColumns, maskedRows } from './field-columns.js';
import { joined, type Fragment } from './fragment.js';
import { Microseconds, microsecondColumns } from './microseconds.js';
import { printFilter } from './print-filter.js';
import { nullsOf, printOrder } from './print-order.js';
import { printed } from './printed.js';
import { readRows } from './read-rows.js';
import type { SqlOptions } from './sql-options.js';
import { tableNames } from './table-names.js';
import { probed, probedPage } from './probe-sets.js';
import { joinedKeys } from './joined-keys.js';

/** Runs a query with bound values, and returns its rows as objects. */
export type RunQuery = (
  text: string,
  values: readonly unknown[],
) => readonly object[] | Promise<readonly object[]>;

/**
 * Creates the option `resources` of an authorizer for any driver. The rows have all columns of the table: declared fields with their
 * names and types, and other columns as the driver returns them.
 *
 * @param run runs a query, with the placeholders of the dialect: `$1` for PostgreSQL, `?` for the others
 * @example
 * const resources = sqlResources({ dialect: 'postgres', tables }, async (text, values) => (await pool.query(text, [...values])).rows);
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function sqlResources(options: SqlOptions, run: RunQuery): ResourceAdapter {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  const microseconds = new Microseconds();
  const query = (selected: Fragment, { type, row, filter }: RowCondition, ...rest: readonly Fragment[]) => {
    const { schema, name } = names.table(type);
    const root = dialect.quote(name);
    const table = schema === undefined ? root : `${dialect.quote(schema)}.${root}`;
    const where = printFilter(filter, row, names, dialect, name);
    const { text, values } = printed(
      ['SELECT ', selected, ` FROM ${table} WHERE `, where, ...rest],
      root,
      dialect,
      1,
    );
    return run(text, values);
  };
  const runSet = (fragment: Fragment) => {
    const { text, values } = printed(fragment, '', dialect, 1);
    return run(text, values);
  };
  const select = async (selected: Fragment, page: ResourceQuery): Promise<readonly object[]> => {
    const { condition, orderBy, take, skip } = page;
    const offset = skip === undefined ? '' : ` OFFSET ${skip}`;
    const limit = take === undefined ? '' : ` LIMIT ${take}${offset}`;
    const order = printOrder(orderBy, names, dialect);
    const columns = microsecondColumns(page, names, dialect);
    const all = [selected, ...columns.flatMap(({ expression, alias }) => [', ', expression, ` AS ${alias}`])];
    const allowed = await probedPage(page, names, dialect, runSet);
    const raw = await query(all, allowed, ' ORDER BY ', order, limit);
    const rows = readRows(raw, condition.row.type, names, options);
    microseconds.take(rows, raw, columns);
    return rows;
  };
  return {
    nulls: nullsOf(dialect.name),
    microseconds: (row, column) => microseconds.of(row, column),
    list: (page) => select(`${dialect.quote(names.table(page.condition.type).name)}.*`, page),
    async listFields(page) {
      const columns = fieldColumns(page, names, dialect, names.table(page.condition.type).name);
      const selected = columns.map(({ expression, name }): Fragment => [
        expression,
        ` AS ${dialect.quote(name)}`,
      ]);
      return maskedRows(await select(joined(selected, ', '), page), page);
    },
    joinedKeys: (query) => joinedKeys(query, names, dialect, runSet),
    async count(condition) {
      const allowed = await probed(condition, false, names, dialect, runSet);
      const [row] = (await query('count(*) AS total', allowed)) as readonly { readonly total: unknown }[];
      return Number(row!.total);
    },
  };
}
