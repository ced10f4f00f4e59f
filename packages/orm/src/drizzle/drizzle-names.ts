import type { TypesInput } from '@nanook/core';
import { readFieldInput, type Column as FilterColumn, type DeclaredType } from '@nanook/core/filter';
import { getTableColumns, type Column, type Table } from 'drizzle-orm';
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { checkField, checkJsonField, checkListField } from '../metadata/check-field.js';
import type { DialectName } from '../sql/dialect.js';
import type { ColumnStorage } from '../sql/side.js';
import type { TableName, TableNames } from '../sql/table-names.js';
import { describeTable, storageOf, valuesOf, type DrizzleTables } from './columns.js';

export type Casing = 'snake_case' | 'camelCase';

/** Reads names from the table objects of Drizzle, and compares the declared types with them. */
export class DrizzleNames implements TableNames {
  readonly knowsNull = true;
  readonly dialect: DialectName;
  readonly #checked = new WeakSet<DeclaredType>();

  constructor(
    readonly tables: DrizzleTables,
    readonly casing: Casing | undefined,
  ) {
    const dialects = new Set(Object.values(tables).map((table) => describeTable(table).dialect));
    const [dialect] = dialects;
    if (dialect === undefined || dialects.size > 1)
      throw new NanookOrmError('NANOOK_ORM_TABLES', {
        reason: dialect === undefined ? 'found no table' : `found tables of ${[...dialects].join(' and ')}`,
      });
    this.dialect = dialect;
  }

  tableOf(type: string): Table {
    const { tables } = this;
    if (!Object.hasOwn(tables, type))
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_TYPE', { type, known: Object.keys(tables) });
    return tables[type]!;
  }

  table(type: string): TableName {
    const { name, schema } = describeTable(this.tableOf(type)).config;
    return { name, schema };
  }

  joinTable(name: string): TableName {
    const configs = Object.values(this.tables).map((table) => describeTable(table).config);
    return { name, schema: configs.find((config) => config.name === name)?.schema };
  }

  column(type: DeclaredType, field: string): string {
    const { name, keyAsName } = this.columnOf(type, field);
    if (!keyAsName || this.casing === undefined) return name;
    return this.casing === 'snake_case' ? toSnakeCase(name) : toCamelCase(name);
  }

  storage(type: DeclaredType, field: string): ColumnStorage {
    return storageOf(this.columnOf(type, field));
  }

  labels(type: DeclaredType, field: string): readonly string[] | undefined {
    return valuesOf(this.columnOf(type, field)).values;
  }

  checkList(type: DeclaredType, field: string): void {
    const column = this.columnOf(type, field);
    checkListField(type, field, { ...valuesOf(column), ormType: column.getSQLType() });
  }

  checkJson(type: DeclaredType, field: string): void {
    const column = this.columnOf(type, field);
    checkJsonField(type, field, { ...valuesOf(column), ormType: column.getSQLType() });
  }

  columnOf(type: DeclaredType, field: string): Column {
    this.check(type);
    const table = this.tableOf(type.name);
    const columns = getTableColumns(table);
    if (!Object.hasOwn(columns, field))
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_COLUMN', {
        type: type.name,
        field,
        table: describeTable(table).config.name,
      });
    return columns[field]!;
  }

  /** Checks that each column that can be NULL is declared so. */
  checkNullability(types: TypesInput): void {
    for (const [type, table] of Object.entries(this.tables)) {
      const declaration = Object.hasOwn(types, type) ? types[type]! : {};
      const fields = typeof declaration === 'function' ? {} : (declaration.fields ?? {});
      const columns = getTableColumns(table);
      for (const [name, input] of Object.entries(fields)) {
        if (Object.hasOwn(columns, name))
          requireNullable(type, name, readFieldInput(input).nullable, columns[name]!, table);
      }
    }
  }

  /** Checks that the declared fields of a type agree with the columns. */
  check(type: DeclaredType): void {
    if (this.#checked.has(type)) return;
    const table = this.tableOf(type.name);
    const columns = getTableColumns(table);
    for (const [name, field] of type.fields ?? []) {
      if (!Object.hasOwn(columns, name)) continue;
      const column = columns[name]!;
      const columnType = { ...valuesOf(column), ormType: column.getSQLType() };
      checkField(type.name, field, columnType, describeTable(table).config.name);
    }
    this.#checked.add(type);
  }
}

function requireNullable(type: string, field: string, nullable: boolean, column: Column, table: Table): void {
  if (!column.notNull && !nullable)
    throw new NanookOrmError('NANOOK_ORM_NULLABLE_COLUMN', {
      type,
      field,
      table: describeTable(table).config.name,
    });
}

/** Returns a date as Drizzle stores it in a column. */
export function storedDate(names: DrizzleNames, date: Date, { scope, field }: FilterColumn): unknown {
  const column = names.columnOf(scope.type, field);
  // Drizzle would round to whole seconds, and compare with another instant.
  return isInSeconds(column) ? date.getTime() / 1000 : column.mapToDriverValue(date);
}

interface DateColumn {
  readonly mode?: string;
  readonly withTimezone?: boolean;
}
const isInSeconds = (column: Column): boolean =>
  column.columnType === 'SQLiteTimestamp' && (column as DateColumn).mode === 'timestamp';

/** Returns a text that differs for columns in which the database stores one instant differently. */
export function dateFormOf(names: DrizzleNames, { scope, field }: FilterColumn): string {
  const column = names.columnOf(scope.type, field);
  const { mode, withTimezone } = column as DateColumn;
  return `${column.columnType} ${mode} ${withTimezone}`;
}
