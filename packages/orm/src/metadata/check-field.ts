import type { DeclaredType, Field } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { EntityColumn } from './entity-table.js';

/** The part of a column that a declaration has to agree with. */
export type ColumnType = Pick<EntityColumn, 'isNullable' | 'kind' | 'values' | 'ormType'>;

/**
 * Checks that the declaration of a field agrees with its column.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_NULLABLE_COLUMN`, `NANOOK_ORM_COLUMN_TYPE`
 */
export function checkField(type: string, field: Field, column: ColumnType, table: string): void {
  const { name } = field;
  if (column.isNullable && !field.nullable)
    throw new NanookOrmError('NANOOK_ORM_NULLABLE_COLUMN', { type, field: name, table });
  const declared = nameOf(field);
  const { kind: found, ormType } = column;
  const isWider = (declared === 'Float' || declared === 'Decimal') && found === 'Integer';
  if (declared === undefined || isWider) return;
  if (declared === found) return checkValues(type, field, column);
  throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', {
    type,
    field: name,
    declared,
    found: found ?? `values of ${ormType}, which a query cannot compare as JavaScript does`,
  });
}

/**
 * Checks that a column, whose field is declared as a list, holds lists that a query can read.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_COLUMN_TYPE`
 */
export function checkListField(
  owner: DeclaredType,
  name: string,
  { listsIn, elements, ormType }: Pick<EntityColumn, 'listsIn' | 'elements' | 'ormType'>,
): void {
  const declared = nameOf(owner.fields!.get(name)!.element!);
  if (listsIn === 'json' || (listsIn === 'array' && elements === declared)) return;
  throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', {
    type: owner.name,
    field: name,
    declared: `['${declared}']`,
    found: `values of ${ormType}, whose elements a query cannot read as JavaScript does`,
  });
}

/**
 * Checks that a column, whose field is declared as an object with fields, holds JSON.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_COLUMN_TYPE`
 */
export function checkJsonField(
  owner: DeclaredType,
  name: string,
  { listsIn, ormType }: Pick<EntityColumn, 'listsIn' | 'ormType'>,
): void {
  if (listsIn === 'json') return;
  const { type } = owner.fields!.get(name)!;
  throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', {
    type: owner.name,
    field: name,
    declared: type.kind === 'named' ? type.name : 'an object',
    found: `values of ${ormType}, whose members a query cannot read as JavaScript does`,
  });
}

const comparable = ['String', 'Integer', 'Float', 'Boolean'];

/** Checks that a declaration with `oneOf` has each text that the column can hold. */
function checkValues(owner: string, { name, type }: Field, { values = [] }: ColumnType): void {
  if (type.kind !== 'one-of') return;
  const missing = values.filter((value) => !type.values.includes(value));
  if (missing.length === 0) return;
  throw new NanookOrmError('NANOOK_ORM_COLUMN_TYPE', {
    type: owner,
    field: name,
    declared: `oneOf(${type.values.map((value) => `'${value}'`).join(', ')})`,
    found: `also ${missing.map((value) => `'${value}'`).join(', ')}`,
  });
}

/** The type of a field that a query can compare. */
function nameOf({ type }: Field): string | undefined {
  if (type.kind === 'date') return 'Date';
  if (type.kind === 'decimal') return 'Decimal';
  if (type.kind === 'one-of') return 'String';
  return type.kind === 'named' && comparable.includes(type.name) ? type.name : undefined;
}
