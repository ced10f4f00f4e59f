import { optional, type TypeDeclaration } from '@nanook/core';
import type { EntityColumn, EntityTables } from './entity-table.js';

/** Returns the declarations of the types whose rows the tables hold. */
export const typesFromTables = ({ byType }: EntityTables): Record<string, TypeDeclaration> =>
  Object.fromEntries(
    Array.from(byType, ([type, table]) => [
      type,
      {
        ...(table.class !== undefined && { class: table.class }),
        ...(table.key.length > 0 && { key: table.key }),
        fields: Object.fromEntries(Array.from(table.columns, ([name, column]) => [name, fieldOf(column)])),
        relations: table.relations,
      },
    ]),
  );

function fieldOf({ kind, isNullable }: EntityColumn) {
  const type = kind === undefined ? Object : kind === 'Date' ? Date : kind;
  return isNullable ? optional(type) : type;
}
