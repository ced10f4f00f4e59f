import { getTableColumns, is, type Column, type Table } from 'drizzle-orm';
import { getTableConfig as mysqlConfig, MySqlTable } from 'drizzle-orm/mysql-core';
import { getTableConfig as postgresConfig, PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig as sqliteConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { dateStorage, type ColumnValues, type FieldKind } from '../metadata/entity-table.js';
import type { DialectName } from '../sql/dialect.js';
import type { ColumnStorage } from '../sql/side.js';

/** The tables of Drizzle by the name of their type. A join table may be listed by any name. */
export type DrizzleTables = Readonly<Record<string, Table>>;

interface TableConfig {
  readonly name: string;
  readonly schema?: string | undefined;
  readonly foreignKeys: readonly {
    reference(): {
      readonly columns: readonly Column[];
      readonly foreignColumns: readonly Column[];
      readonly foreignTable: Table;
    };
  }[];
}

/** Returns the dialect of a table object, and its name, schema and foreign keys. */
export function describeTable(table: Table): { readonly dialect: DialectName; readonly config: TableConfig } {
  if (is(table, PgTable)) return { dialect: 'postgres', config: postgresConfig(table) };
  if (is(table, MySqlTable)) return { dialect: 'mysql', config: mysqlConfig(table) };
  if (is(table, SQLiteTable)) return { dialect: 'sqlite', config: sqliteConfig(table) };
  throw new NanookOrmError('NANOOK_ORM_TABLES', {
    reason: 'found a value that is not a table of PostgreSQL, MySQL or SQLite',
  });
}

/** Returns the property of a table object that holds a column. */
export const propertyOf = (table: Table, column: Column): string =>
  Object.entries(getTableColumns(table)).find(([, each]) => each.name === column.name)![0];

const kinds: Readonly<Record<FieldKind, string>> = {
  String:
    'PgText PgVarchar PgUUID PgEnumColumn PgEnumObjectColumn PgTime PgDateString PgInet PgCidr ' +
    'MySqlText MySqlVarChar MySqlChar MySqlEnumColumn MySqlEnumObjectColumn SQLiteText',
  Integer:
    'PgInteger PgSerial PgSmallInt PgSmallSerial PgBigInt53 PgBigSerial53 PgBigInt64 PgBigSerial64 ' +
    'MySqlInt MySqlBigInt53 MySqlBigInt64 MySqlMediumInt MySqlSmallInt MySqlTinyInt MySqlSerial MySqlYear SQLiteInteger',
  // A column of single precision holds another number than JavaScript reads, so it is not here.
  Float: 'PgDoublePrecision PgNumericNumber MySqlDouble MySqlReal SQLiteReal',
  Decimal: 'PgNumeric MySqlDecimal SQLiteNumeric',
  Boolean: 'PgBoolean MySqlBoolean SQLiteBoolean',
  Date: 'PgTimestamp MySqlDateTime MySqlTimestamp SQLiteTimestamp',
};
const kindOfColumn = new Map(
  Object.entries(kinds).flatMap(([kind, columns]) =>
    columns.split(' ').map((column) => [column, kind as FieldKind]),
  ),
);

/** Returns the type of the values that rows have in a column; `undefined` when a query cannot compare them as JavaScript does. */
const kindOf = (column: Column): FieldKind | undefined => kindOfColumn.get(column.columnType);

/** Describes the values that rows have in a column. */
export function valuesOf(column: Column): ColumnValues {
  const { baseColumn } = column as { readonly baseColumn?: Column };
  return {
    kind: kindOf(column),
    // The values of a text column are known to the compiler, not to the database.
    values: /Enum(Object)?Column$/.test(column.columnType) ? column.enumValues : undefined,
    elements: column.columnType === 'PgArray' && baseColumn !== undefined ? kindOf(baseColumn) : undefined,
    listsIn: listsIn(column),
    isNullable: !column.notNull,
  };
}

const jsonColumns = ['PgJson', 'PgJsonb', 'MySqlJson', 'SQLiteTextJson'];
/** The types of which an array has the same elements in JSON as in JavaScript. */
const readableElements = [
  'PgText',
  'PgVarchar',
  'PgUUID',
  'PgEnumColumn',
  'PgEnumObjectColumn',
  'PgInteger',
  'PgSmallInt',
  'PgBigInt53',
  'PgBoolean',
];

function listsIn(column: Column): ColumnValues['listsIn'] {
  if (jsonColumns.includes(column.columnType)) return 'json';
  const { baseColumn } = column as { readonly baseColumn?: Column };
  if (column.columnType !== 'PgArray' || baseColumn === undefined) return undefined;
  return readableElements.includes(baseColumn.columnType) ? 'array' : undefined;
}

const storedAsText = ['PgText', 'PgVarchar'];

/** Returns how the database stores a column whose values are text or dates in JavaScript. */
export function storageOf(column: Column): ColumnStorage {
  const { columnType } = column;
  const { precision, fsp = 0 } = column as { readonly precision?: number; readonly fsp?: number };
  if (columnType === 'PgTimestamp') return dateStorage(precision);
  if (columnType === 'MySqlDateTime' || columnType === 'MySqlTimestamp') return dateStorage(fsp);
  if (columnType === 'PgUUID') return 'uuid';
  const isOther = columnType.startsWith('Pg') && !storedAsText.includes(columnType);
  return isOther || columnType.startsWith('MySqlEnum') ? 'other' : 'text';
}
