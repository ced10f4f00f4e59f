import type { DeclaredType } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { ColumnStorage } from '../sql/side.js';
import type { TableName, TableNames } from '../sql/table-names.js';
import { checkField, checkJsonField, checkListField } from './check-field.js';
import type { EntityColumn, EntityTable, EntityTables } from './entity-table.js';

/** Reads names from the tables of entities, and compares the declared types with them. */
export class EntityNames implements TableNames {
  readonly knowsNull = true;
  readonly #checked = new WeakSet<DeclaredType>();

  constructor(readonly tables: EntityTables) {}

  table(type: string): EntityTable {
    const { byType } = this.tables;
    const table = byType.get(type);
    if (table === undefined)
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_TYPE', { type, known: [...byType.keys()] });
    return table;
  }

  joinTable(name: string): TableName {
    return this.tables.joinTables.find((table) => table.name === name) ?? { name, schema: undefined };
  }

  column(type: DeclaredType, field: string): string {
    return this.columnOf(type, field).name;
  }

  storage(type: DeclaredType, field: string): ColumnStorage {
    return this.columnOf(type, field).storage;
  }

  labels(type: DeclaredType, field: string): readonly string[] | undefined {
    return this.columnOf(type, field).values;
  }

  checkList(type: DeclaredType, field: string): void {
    checkListField(type, field, this.columnOf(type, field));
  }

  checkJson(type: DeclaredType, field: string): void {
    checkJsonField(type, field, this.columnOf(type, field));
  }

  columnOf(type: DeclaredType, field: string): EntityColumn {
    this.check(type);
    const { name, columns } = this.table(type.name);
    const column = columns.get(field);
    if (column === undefined)
      throw new NanookOrmError('NANOOK_ORM_UNKNOWN_COLUMN', { type: type.name, field, table: name });
    return column;
  }

  /** Checks that the declared fields of a type agree with the columns. */
  check(type: DeclaredType): void {
    if (this.#checked.has(type)) return;
    const table = this.table(type.name);
    for (const [name, field] of type.fields ?? []) {
      const column = table.columns.get(name);
      if (column !== undefined) checkField(type.name, field, column, table.name);
    }
    this.#checked.add(type);
  }
}
