import type { DeclaredType, Field } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { TextStorage } from '../sql/dialect.js';
import type { TableName, TableNames } from '../sql/table-names.js';
import type { EntityColumn, EntityTable, EntityTables } from './entity-table.js';

/** Reads names from the tables of entities, and compares the declared types with them. */
export class EntityNames implements TableNames {
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

  storage(type: DeclaredType, field: string): TextStorage {
    return this.columnOf(type, field).storage;
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

function checkField(type: string, field: Field, column: EntityColumn, table: string): void {
  const { name } = field;
  if (column.isNullable && !field.optional)
    throw new NanookOrmError('NANOOK_ORM_NULLABLE_COLUMN', { type, field: name, table });
  const declared = nameOf(field);
  const { kind: found, ormType } = column;
  if (declared === undefined || declared === found || (declared === 'Float' && found === 'Integer')) return;
  throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', {
    type,
    field: name,
    declared,
    found: found ?? `values of ${ormType}, which a query cannot compare as JavaScript does`,
  });
}

const comparable = ['String', 'Integer', 'Float', 'Boolean'];

/** The type of a field that a query can compare. */
function nameOf({ type }: Field): string | undefined {
  if (type.kind === 'any') return type.isDate ? 'Date' : undefined;
  return type.kind === 'named' && comparable.includes(type.name) ? type.name : undefined;
}
