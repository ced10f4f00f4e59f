import type { Field, FieldType } from '@nanook/core/syntax';

/** Returns a type as an editor shows it: `Note`, `list of String`, `"a" | "b"`. */
export function typeText(type: FieldType | undefined): string {
  switch (type?.kind) {
    case 'named':
      return type.name;
    case 'list':
      return `list of ${typeText(type.of)}${type.hasNil ? ' or nil' : ''}`;
    case 'one-of':
      return type.values.map((value) => JSON.stringify(value)).join(' | ');
    case 'instance':
      return type.class.name;
    case 'date':
      return 'Date';
    case 'decimal':
      return 'Decimal';
    default:
      return 'any value';
  }
}

/** Returns the type of a field, with `or nil` for one that can be absent. */
export const fieldText = ({ type, nullable }: Field): string =>
  `${typeText(type)}${nullable ? ' or nil' : ''}`;
