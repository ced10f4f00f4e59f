import type { RelationInput, TypeDeclaration } from '@nanook/core';
import type { ColumnStorage } from '../sql/side.js';
import type { TableName } from '../sql/table-names.js';

/** The table of an entity, as the metadata of an ORM describes it. */
export interface EntityTable extends TableName {
  readonly class: TypeDeclaration['class'];
  /** The columns by the property that holds them. */
  readonly columns: ReadonlyMap<string, EntityColumn>;
  /** The properties that identify a row. */
  readonly key: readonly string[];
  readonly relations: Readonly<Record<string, RelationInput>>;
}
/** The values that rows have in a column. */
export interface ColumnValues {
  /** The type of the values; `undefined` when a query cannot compare them as JavaScript does. */
  readonly kind: FieldKind | undefined;
  /** The texts of an enum of the database, which accepts no others. */
  readonly values?: readonly string[] | undefined;
  /** The type of the elements, for a column of lists. */
  readonly elements?: FieldKind | undefined;
  /** The form of the lists in a column; `undefined` for a column whose lists a query cannot read. */
  readonly listsIn?: 'array' | 'json' | undefined;
  readonly isNullable: boolean;
}

export interface EntityColumn extends ColumnValues {
  readonly name: string;
  /** The type as the ORM calls it. */
  readonly ormType: string;
  readonly storage: ColumnStorage;
}
export type FieldKind = 'String' | 'Integer' | 'Float' | 'Decimal' | 'Boolean' | 'Date';

/** The tables of the entities by the name of their type, and the join tables of relations. */
export interface EntityTables {
  readonly byType: ReadonlyMap<string, EntityTable>;
  readonly joinTables: readonly TableName[];
}

/** Returns a map from the name of an SQL type to the type of its values, from lists of names that are separated by commas. */
export const kindsByName = (
  kinds: Readonly<Partial<Record<FieldKind, string>>>,
): ReadonlyMap<string, FieldKind> =>
  new Map(
    Object.entries(kinds).flatMap(([kind, names]) =>
      names.split(',').map((name) => [name.trim(), kind as FieldKind] as const),
    ),
  );

/** Returns how a column stores dates whose seconds have this number of digits. */
export const dateStorage = (digits: number | null | undefined): ColumnStorage =>
  typeof digits === 'number' && digits <= 3 ? 'milliseconds' : 'other';

/** Returns how PostgreSQL stores a column whose values are text in JavaScript. */
export const storageOfType = (sqlType: string): ColumnStorage =>
  sqlType === 'uuid' ? 'uuid' : /^(text|varchar|character varying|string)\b/.test(sqlType) ? 'text' : 'other';
