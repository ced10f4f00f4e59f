import type { ResourceAdapter, ResourceQuery } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import type { Kysely, Transaction } from 'kysely';
import { dialectOf } from '../sql/dialect-of.js';
import { Microseconds, microsecondColumns } from '../sql/microseconds.js';
import { fieldColumns, maskedRows } from '../sql/field-columns.js';
import { nullsOf, printOrder } from '../sql/print-order.js';
import { readRows } from '../sql/read-rows.js';
import type { SqlOptions } from '../sql/sql-options.js';
import { tableNames } from '../sql/table-names.js';
import { kysely } from './kysely.js';
import { aliased, rawExpression } from './raw-expression.js';
import type { Fragment } from '../sql/fragment.js';
import { probed, probedPage } from '../sql/probe-sets.js';
import { joinedKeys } from '../sql/joined-keys.js';

type Tables = Record<string, Record<string, unknown>>;

/**
 * Creates the option `resources` of an authorizer. The rows have all columns of the table: declared fields with their names and types,
 * and other columns as Kysely returns them.
 *
 * @example
 * const resources = kyselyResources(db, { dialect: 'postgres', tables: { Document: 'documents' } });
 * const authorizer = await Authorizer.load({ policies: 'policy.polar', types, resources });
 */
export function kyselyResources<Schema>(
  db: Kysely<Schema> | Transaction<Schema>,
  options: SqlOptions,
): ResourceAdapter {
  const dialect = dialectOf(options);
  const names = tableNames(options);
  const list = kysely(options);
  const microseconds = new Microseconds();
  const from = (condition: RowCondition) => {
    const { schema, name } = names.table(condition.type);
    const table = schema === undefined ? name : `${schema}.${name}`;
    return (db as unknown as Kysely<Tables>).selectFrom(table).where(list(condition));
  };
  type Query = ReturnType<typeof from>;
  const runSet = (fragment: Fragment) =>
    db
      .selectFrom(rawExpression(['(', fragment, ') AS nanook_set'], '', dialect) as never)
      .selectAll()
      .execute();
  const select = async (
    page: ResourceQuery,
    columns: (query: Query, root: string) => Query,
  ): Promise<readonly object[]> => {
    const { condition, orderBy, take, skip = 0 } = page;
    const { name } = names.table(condition.type);
    const order = rawExpression(printOrder(orderBy, names, dialect), name, dialect);
    const beyond = microsecondColumns(page, names, dialect);
    const selected = beyond.map(({ expression, alias }) =>
      aliased(rawExpression(expression, name, dialect), alias),
    );
    const allowed = await probedPage(page, names, dialect, runSet);
    const query = columns(from(allowed), name).select(selected).orderBy(order);
    const raw = await (take === undefined ? query : query.limit(take).offset(skip)).execute();
    const rows = readRows(raw, condition.row.type, names, options);
    microseconds.take(rows, raw, beyond);
    return rows;
  };
  return {
    nulls: nullsOf(dialect.name),
    microseconds: (row, column) => microseconds.of(row, column),
    list: (page) => select(page, (query, root) => query.selectAll(root) as Query),
    async listFields(page) {
      const rows = await select(
        page,
        (query, root) =>
          query.select(
            fieldColumns(page, names, dialect, root).map(({ expression, name }) =>
              aliased(rawExpression(expression, root, dialect), name),
            ),
          ) as Query,
      );
      return maskedRows(rows, page);
    },
    joinedKeys: (query) => joinedKeys(query, names, dialect, runSet),
    async count(condition) {
      const [row] = await from(await probed(condition, false, names, dialect, runSet))
        .select(({ fn }) => fn.countAll().as('total'))
        .execute();
      return Number(row!.total);
    },
  };
}
