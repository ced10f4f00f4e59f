import { UnregisteredClassError } from '../errors.js';
import { Relation } from '../filter.js';
import type { HostTypes } from '../types.js';

/**
 * Returns the name of the type at the end of a path of fields, as the fields are registered; undefined if a field is not registered.
 *
 * @param base the name of the type at which the path starts
 * @throws {UnregisteredClassError} for a relation to a type that is not registered
 */
export function typeAtPath(base: string, path: readonly string[], types: HostTypes): string | undefined {
  let typeName = base;
  for (const step of path) {
    const field = types.get(typeName)?.fields.get(step);
    if (field === undefined) return undefined;
    if (field instanceof Relation && field.kind === 'many') {
      typeName = 'List';
      continue;
    }
    if (field instanceof Relation && !types.has(field.otherType))
      throw new UnregisteredClassError(field.otherType);
    const cls = field instanceof Relation ? types.get(field.otherType)!.cls : field;
    const type = types.get(cls);
    if (type === undefined) return undefined;
    typeName = type.name;
  }
  return typeName;
}
