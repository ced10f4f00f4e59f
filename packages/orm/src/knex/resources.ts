import type { ResourceAdapter, ResourceQuery } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import type { Knex } from 'knex';
import { dialectOf } from '../sql/dialect-of.js';
import { Microseconds, microsecondColumns } from '../sql/microseconds.js';
import { fieldColumns, maskedRows } from '../sql/field-columns.js';
import { nullsOf, printOrder } from '../sql/print-order.js';
import { readRows } from '../sql/read-rows.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { tableNames } from '../sql/table-names.js';
import { knex } from './knex.js';
import { rawOf } from './raw.js';
import type { Fragment } from '../sql/fragment.js';
import { probed, probedPage } from '../sql/probe-sets.js';
import { joinedKeys } from '../sql/joined-keys.js';

/**
 * Creates the option `resources` of an authorizer. The rows have all columns of the table: declared fields with their names and types,
 * and other columns as the driver returns them.
 *
 * @example
 * const resources = knexResources(db, { dialect: 'postgres', tables: { Document: 'documents' } });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function knexResources(db: Knex, options: SqlOptions): ResourceAdapter {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  const list = knex(options);
  const microseconds = new Microseconds();
  const from = (condition: RowCondition) => {
    const { schema, name } = names.table(condition.type);
    const query = db<Record<string, unknown>>(name).where(list(condition));
    return schema === undefined ? query : query.withSchema(schema);
  };
  const runSet = (fragment: Fragment) => {
    const set = rawOf(['(', fragment, ') AS nanook_set'], '', dialect);
    return db.select().from<Record<string, unknown>, object[]>(db.raw(set.text, set.bindings) as never);
  };
  const select = async (
    page: ResourceQuery,
    columns: (root: string) => readonly (string | Knex.Raw)[],
  ): Promise<readonly object[]> => {
    const { condition, orderBy, take, skip = 0 } = page;
    const { name } = names.table(condition.type);
    const { text, bindings } = rawOf(printOrder(orderBy, names, dialect), name, dialect);
    const allowed = await probedPage(page, names, dialect, runSet);
    const query = from(allowed)
      .select([...columns(name)])
      .orderByRaw(text, bindings);
    const beyond = microsecondColumns(page, names, dialect);
    for (const { expression, alias } of beyond) {
      const selected = rawOf([expression, ` AS ${alias}`], name, dialect);
      void query.select(db.raw(selected.text, selected.bindings));
    }
    const raw: readonly object[] = await (take === undefined ? query : query.limit(take).offset(skip));
    const rows = readRows(raw, condition.row.type, names, options);
    microseconds.take(rows, raw, beyond);
    return rows;
  };
  return {
    nulls: nullsOf(dialect.name),
    microseconds: (row, column) => microseconds.of(row, column),
    list: (page) => select(page, (root) => [`${root}.*`]),
    async listFields(page) {
      const columns = (root: string) =>
        fieldColumns(page, names, dialect, root).map(({ expression, name }) => {
          const { text, bindings } = rawOf(expression, root, dialect);
          return db.raw(`${text} as ??`, [...bindings, name]);
        });
      return maskedRows(await select(page, columns), page);
    },
    joinedKeys: (query) => joinedKeys(query, names, dialect, runSet),
    async count(condition) {
      const allowed = await probed(condition, false, names, dialect, runSet);
      const rows: readonly { readonly total?: unknown }[] = await from(allowed).count({ total: '*' });
      return Number(rows[0]!.total);
    },
  };
}
