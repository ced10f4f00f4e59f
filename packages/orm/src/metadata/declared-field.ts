import { nullable, oneOf, type FieldTypeInput } from '@nanook/core';
import type { ColumnValues, FieldKind } from './entity-table.js';

/**
 * Returns the declaration of the field of a column.
 *
 * @param orNil declares a field that can be without a value
 */
export function declaredField(
  { kind, values, elements, isNullable }: ColumnValues,
  orNil: (
    type: string | DateConstructor | ObjectConstructor | readonly FieldTypeInput[] | ReturnType<typeof oneOf>,
  ) => FieldTypeInput = nullable,
): FieldTypeInput {
  const type =
    values !== undefined
      ? oneOf(...values)
      : elements !== undefined
        ? [typeOf(elements)]
        : kind === undefined
          ? Object
          : typeOf(kind);
  return isNullable ? orNil(type) : type;
}

const typeOf = (kind: FieldKind) => (kind === 'Date' ? Date : kind);
