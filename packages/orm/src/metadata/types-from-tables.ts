import { nullable, type TypeDeclaration } from '@nanook/core';
import { declaredField } from './declared-field.js';
import type { EntityTables } from './entity-table.js';

/**
 * Returns the declarations of the types whose rows the tables hold.
 *
 * @param orNil declares a field that can be without a value
 */
export const typesFromTables = (
  { byType }: EntityTables,
  orNil: Parameters<typeof declaredField>[1] = nullable,
): Record<string, TypeDeclaration> =>
  Object.fromEntries(
    Array.from(byType, ([type, table]) => [
      type,
      {
        ...(table.class !== undefined && { class: table.class }),
        ...(table.key.length > 0 && { key: table.key }),
        fields: Object.fromEntries(
          Array.from(table.columns, ([name, column]) => [name, declaredField(column, orNil)]),
        ),
        relations: table.relations,
      },
    ]),
  );
