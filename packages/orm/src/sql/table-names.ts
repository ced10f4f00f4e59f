import type { DeclaredType } from '@nanook/core/filter';
import type { Dialect } from './dialect.js';
import type { ColumnStorage } from './side.js';
import { checkColumnKeys, checkTableKey } from './option-names.js';
import type { ColumnInput, SqlOptions, TableInput } from './sql-options.js';

/** The names that the database has for types and their fields. */
export interface TableNames {
  table(type: string): TableName;
  /** The full name of a join table, from the name that a relation gives it. */
  joinTable(name: string): TableName;
  column(type: DeclaredType, field: string): string;
  /** The storage of a column whose values are text or dates in JavaScript. */
  storage(type: DeclaredType, field: string): ColumnStorage;
  /** The labels of a column that is an enum of the database, which holds no other text; `undefined` for another column. */
  labels(type: DeclaredType, field: string): readonly string[] | undefined;
  /** Throws unless a column, which is declared as a list, holds lists that a query can read. */
  checkList(type: DeclaredType, field: string): void;
  /** Throws unless a column, of whose JSON a query reads members, holds JSON. */
  checkJson(type: DeclaredType, field: string): void;
  /** Whether the names are those of an ORM, which knows the columns that hold no `NULL`. */
  readonly knowsNull: boolean;
}
export interface TableName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** Prints a table as a query names it. */
export function quotedTable({ schema, name }: TableName, dialect: Pick<Dialect, 'quote'>): string {
  const table = dialect.quote(name);
  return schema === undefined ? table : `${dialect.quote(schema)}.${table}`;
}

/**
 * Returns the names that the options give.
 *
 * The names throw a {@link NanookOrmError} `NANOOK_ORM_INVALID_OPTION` when `tables` has a misspelled key for the type that is used.
 */
export function tableNames({ tables = {}, columnName = (field) => field }: SqlOptions): TableNames {
  const checkedTypes = new Set<string>();
  const checkedColumns = new WeakSet<DeclaredType>();
  const inputOf = (type: string): Exclude<TableInput, string> => {
    const input = Object.hasOwn(tables, type) ? tables[type]! : type;
    return typeof input === 'string' ? { table: input } : input;
  };
  const tableOf = (type: string): TableName => {
    const { table, schema } = inputOf(type);
    return { name: table, schema };
  };
  const tableOfType = (type: string): TableName => {
    if (!checkedTypes.has(type)) checkTableKey(type, tables);
    checkedTypes.add(type);
    return tableOf(type);
  };
  const columnOf = (type: DeclaredType, field: string): Exclude<ColumnInput, string> => {
    if (!checkedColumns.has(type)) checkColumnKeys(type, tables);
    checkedColumns.add(type);
    const { columns = {} } = inputOf(type.name);
    const input = Object.hasOwn(columns, field) ? columns[field]! : columnName(field, type.name);
    return typeof input === 'string' ? { column: input } : input;
  };
  return {
    table: tableOfType,
    joinTable: tableOf,
    column: (type, field) => columnOf(type, field).column,
    storage: (type, field) => columnOf(type, field).type ?? 'text',
    labels: () => undefined,
    checkList: () => {},
    checkJson: () => {},
    knowsNull: false,
  };
}
