import type { FieldType } from '../../../types/declared-type.js';
import type { PlainTypeTable } from '../../../types/plain-type-table.js';

/** Returns whether a declared field or relation may give a value a type of the application. */
export const givesTypes = (types: PlainTypeTable): boolean =>
  [...types.types].some(
    ({ fields, relations }) =>
      relations.size > 0 || [...(fields?.values() ?? [])].some(({ type }) => leadsToType(type, types)),
  );

/** Returns whether values of a field, or their elements, have a type of the application. */
export const leadsToType = (type: FieldType, types: PlainTypeTable): boolean =>
  type.kind === 'list'
    ? leadsToType(type.of, types)
    : type.kind === 'named' && types.find(type.name)?.builtIn === false;
