import type { TypesInput } from '@nanook/core';
import type { RowCondition } from '@nanook/core/filter';
import { getTableName, is, sql, Table, type Column, type SQL } from 'drizzle-orm';
import { requireCondition } from '../errors/require-condition.js';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { dialects, type Dialect } from '../sql/dialect.js';
import { partsOf, type Fragment } from '../sql/fragment.js';
import { printFilter } from '../sql/print-filter.js';
import type { DrizzleTables } from './columns.js';
import { dateFormOf, DrizzleNames, storedDate, type Casing } from './drizzle-names.js';

export interface DrizzleOptions {
  /**
   * The declarations of the types, if they are not those of `typesFromDrizzle`: the adapter checks at once that each column that can be
   * NULL is declared so. Without them it checks a type when it prints the first condition about it.
   */
  readonly types?: TypesInput;
  /** The option `casing` of the database, if it has one. */
  readonly casing?: Casing;
}
export interface DrizzlePlace {
  /** The filtered table in the query, if it has an alias: the result of `alias(documents, 'd')`. */
  readonly table?: Table;
}

/**
 * Makes a function that turns conditions of `authorizer.where` into conditions of Drizzle, for queries and for the option `where` of
 * relational queries. The dialect and the names come from the table objects.
 *
 * @param tables the table of each type
 * @throws {NanookOrmError} when the declared types do not agree with the columns
 * @example
 * const list = drizzle({ Document: documents, User: users });
 * const condition = await authorizer.where(user, 'read', 'Document');
 * await db.select().from(documents).where(list(condition)).orderBy(documents.id).limit(20);
 */
export function drizzle(
  tables: DrizzleTables,
  { casing, types = {} }: DrizzleOptions = {},
): (condition: RowCondition, place?: DrizzlePlace) => SQL<boolean> {
  const names = new DrizzleNames(tables, casing);
  names.checkNullability(types);
  const dialect = dialectFor(names);
  return (condition, place = {}) => {
    const { filter, row, type } = requireCondition(condition);
    const { table = names.tableOf(type) } = place;
    names.check(row.type);
    checkTable(type, names.tableOf(type), table);
    const fragment = printFilter(filter, row, names, dialect, getTableName(table));
    return sql<boolean>`(${sqlOf(fragment, table, dialect)})`;
  };
}

/** Returns a fragment as SQL of Drizzle. */
export const sqlOf = (fragment: Fragment, table: Table, dialect: Dialect): SQL =>
  sql.join(
    Array.from(partsOf(fragment), (part) => {
      if (typeof part === 'string') return sql.raw(part);
      if (part.kind === 'root-column') return (table as unknown as Record<string, Column>)[part.field]!;
      const isTyped = dialect.name === 'postgres' && part.cast !== undefined;
      return isTyped ? sql`${sql.param(part.value)}::${sql.raw(part.cast!)}` : sql.param(part.value);
    }),
  );

export function dialectFor(names: DrizzleNames): Dialect {
  const dialect = dialects[names.dialect]({ date: (date, column) => storedDate(names, date, column) });
  return {
    ...dialect,
    date: (operator, left, right) => {
      const columns = [left, right].flatMap((side) => (side.kind === 'column' ? [side.column] : []));
      if (new Set(columns.map((column) => dateFormOf(names, column))).size > 1) {
        const [first, second] = columns.map(({ field }) => field) as [string, string];
        throw new NanookOrmError('NANOOK_ORM_MIXED_DATES', { first, second });
      }
      return dialect.date(operator, left, right);
    },
  };
}

const originalName = Symbol.for('drizzle:OriginalName');

function checkTable(type: string, expected: Table, found: Table): void {
  const nameOf = (table: Table) => (table as unknown as Record<symbol, string>)[originalName];
  if (!is(found, Table) || nameOf(found) !== nameOf(expected))
    throw new NanookOrmError('NANOOK_ORM_OTHER_TABLE', {
      type,
      expected: getTableName(expected),
      found: is(found, Table) ? getTableName(found) : typeof found,
    });
}
